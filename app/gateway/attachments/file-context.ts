import { encodeBase64 } from '../../codecs/bytes/base64.ts'
import { mediaKind, sniffBytes } from '../../codecs/media/media-type.ts'
import type { Conversation, MediaPart, Part } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { textOfFile } from '../../library/file-text/text-of-file.ts'
import type { Services } from '../../ports/services.ts'
import type { FetchedFile } from '../../ports/web-fetch.ts'
import { inputBudget } from './input-budget.ts'

interface Reading {
  services: Services
  owner: string
  signal: AbortSignal
}

const START = `=== UPLOADED FILES CONTEXT ===
The following files have been uploaded and their content is provided below for your reference:
`
const END = '=== END OF FILES CONTEXT ==='

/**
 * The conversation with the stored files it names read into its first turn of the user, in front of what
 * stands there: texts as one block, in full, everything else as attachments behind it.
 */
export async function withFileContext(
  conversation: Conversation,
  reading: Reading,
): Promise<Conversation> {
  const { fileIds = [], ...rest } = conversation
  const blocks: string[] = [START]
  const attachments: MediaPart[] = []
  const files = await readAll(fileIds, reading)
  for (const [index, file] of files.entries()) {
    const { text, attachment } = render(file, `file_ids[${index}]`)
    if (attachment) attachments.push(attachment)
    blocks.push(`=== File: ${file.name} (ID: ${fileIds[index]}) ===\n${text}\n`)
  }
  const parts: Part[] = [{ type: 'text', text: [...blocks, END, ''].join('\n') }, ...attachments]
  return inFront(rest, parts)
}

async function readAll(ids: readonly string[], reading: Reading): Promise<FetchedFile[]> {
  const files: FetchedFile[] = Array.from({ length: ids.length })
  const waiting = [...ids.entries()]
  const { config } = reading.services
  const budget = inputBudget(config)
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, id] = next
      const param = `file_ids[${index}]`
      files[index] = await named(param, async () => budget(await readOne(id, reading)))
    }
  }
  const workers = Math.min(config.MAX_CONCURRENT_INPUT_DOWNLOADS, ids.length)
  try {
    await Promise.all(Array.from({ length: workers }, work))
  } finally {
    // What failed fails as a whole, so nothing more is read for it.
    waiting.length = 0
  }
  return files
}

async function readOne(id: string, reading: Reading): Promise<FetchedFile> {
  const { services, owner, signal } = reading
  const { MAX_INPUT_FILE_SIZE, INPUT_URL_TIMEOUT } = services.config
  const read = services.media.file
  if (!read) {
    throw new GatewayError('feature-unavailable', 'No store for files is configured here.')
  }
  const timeout = INPUT_URL_TIMEOUT * 1000
  return read(id, owner, { maxBytes: MAX_INPUT_FILE_SIZE, timeout, signal })
}

/** Errors name the file among those of the request. */
async function named<T>(param: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw placed(thrown, param)
  }
}

function placed(thrown: unknown, param: string): unknown {
  if (!(thrown instanceof GatewayError)) return thrown
  const { code, message, reason, retryAfter, cause } = thrown
  return new GatewayError(code, message, { param, reason, retryAfter, cause })
}

interface Rendered {
  text: string
  attachment?: MediaPart
}

function render(
  { bytes, mediaType: claimed, name = 'file' }: FetchedFile,
  param: string,
): Rendered {
  const mediaType = sniffBytes(bytes, claimed)
  try {
    const text = textOfFile(name, bytes, mediaType)
    if (text !== undefined) return { text }
  } catch (thrown) {
    throw placed(thrown, param)
  }
  if (mediaType === undefined) {
    throw new GatewayError('invalid-request', `Nothing is known of what the file ${name} holds.`, {
      param,
      reason: 'unreadable_file',
    })
  }
  const type = mediaKind(mediaType)
  const source = { kind: 'base64' as const, data: encodeBase64(bytes) }
  return {
    text: `[Attached as ${type === 'image' || type === 'audio' ? 'an' : 'a'} ${type}.]`,
    attachment: { type, source, mediaType, name, param },
  }
}

/** In front of the first words of the user; where the user says nothing texts go to the system. */
function inFront(conversation: Conversation, parts: Part[]): Conversation {
  const index = conversation.turns.findIndex(
    ({ role, parts: own }) => role === 'user' && own.some(({ type }) => type !== 'tool-result'),
  )
  if (index === -1 && parts.every(({ type }) => type === 'text')) {
    return { ...conversation, system: [...parts, ...conversation.system] }
  }
  if (index === -1) {
    return { ...conversation, turns: [{ role: 'user', parts }, ...conversation.turns] }
  }
  const turns = conversation.turns.with(index, {
    ...conversation.turns[index]!,
    parts: [...parts, ...conversation.turns[index]!.parts],
  })
  return { ...conversation, turns }
}
