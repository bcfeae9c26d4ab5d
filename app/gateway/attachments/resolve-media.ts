import { base64Size, decodeBase64, encodeBase64 } from '../../codecs/bytes/base64.ts'
import { sniffBase64, sniffBytes } from '../../codecs/media/media-type.ts'
import type {
  Conversation,
  MediaPart,
  MediaSource,
  Part,
  Turn,
} from '../../conversation/conversation.ts'
import { amended, GatewayError } from '../../errors.ts'
import type { ModelCard } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import type { FetchedFile, WebFetchOptions } from '../../ports/web-fetch.ts'
import { refuseBomb } from './archive-check.ts'
import { isText, kindInS3, textPart } from './as-text.ts'
import { withFileContext } from './file-context.ts'
import { type InputBudget, inputBudget } from './input-budget.ts'
import { claim, kindOf, namedInS3, refuseImpostor, refusePage, shownInS3 } from './media-claims.ts'

/** What resolving needs to know besides the conversation. */
export interface MediaResolution {
  card: ModelCard
  services: Services
  /** Whose stored files may be named. */
  owner: string
  signal: AbortSignal
}

/** The same, and what all that is read may have together. */
interface Resolving extends MediaResolution {
  budget: InputBudget
}

type Kind = MediaPart['type']

/**
 * The conversation with every attachment in a form its model reads: bytes fetched, types told by content,
 * what is too large put into S3. The conversation itself when there is nothing to do.
 */
export function resolveMedia(
  conversation: Conversation,
  resolution: MediaResolution,
): Conversation | Promise<Conversation> {
  if (conversation.fileIds?.length) return withFiles(conversation, resolution)
  const found: MediaPart[] = []
  for (const turn of conversation.turns) collect(turn.parts, found)
  for (const turns of conversation.batch ?? []) {
    for (const turn of turns) collect(turn.parts, found)
  }
  return found.length === 0 ? conversation : resolveAll(found, conversation, resolution)
}

async function withFiles(conversation: Conversation, resolution: MediaResolution) {
  const { services, owner, signal } = resolution
  const read = await withFileContext(conversation, { services, owner, signal })
  return resolveMedia(read, resolution)
}

async function resolveAll(
  found: readonly MediaPart[],
  conversation: Conversation,
  resolution: MediaResolution,
): Promise<Conversation> {
  const resolved = new Map<Part, Part>()
  const waiting = [...found]
  const resolving = { ...resolution, budget: inputBudget(resolution.services.config) }
  const work = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      resolved.set(part, await resolvePart(part, resolving))
    }
  }
  const { MAX_CONCURRENT_INPUT_DOWNLOADS } = resolution.services.config
  const workers = Math.min(MAX_CONCURRENT_INPUT_DOWNLOADS, found.length)
  try {
    await Promise.all(Array.from({ length: workers }, work))
  } finally {
    // What failed fails as a whole, so nothing more is fetched for it.
    waiting.length = 0
  }
  const resolvedTurns = (turns: Turn[]) =>
    turns.map<Turn>((turn) => ({ ...turn, parts: exchanged(turn.parts, resolved) }))
  const { turns, batch } = conversation
  return {
    ...conversation,
    turns: resolvedTurns(turns),
    ...(batch && { batch: batch.map(resolvedTurns) }),
  }
}

function collect(parts: Part[], found: MediaPart[]): void {
  for (const part of parts) {
    if (part.type === 'tool-result') collect(part.content, found)
    else if (isMedia(part)) found.push(part)
  }
}

function exchanged(parts: Part[], resolved: Map<Part, Part>): Part[] {
  return parts.map((part) => {
    if (part.type !== 'tool-result') return resolved.get(part) ?? part
    return { ...part, content: exchanged(part.content, resolved) }
  })
}

function isMedia(part: Part): part is MediaPart {
  return 'source' in part && typeof part.source === 'object'
}

async function resolvePart(part: MediaPart, resolution: Resolving): Promise<Part> {
  const { source } = part
  const { card, owner } = resolution
  const sources = resolution.services.media
  const options = fetchOptions(resolution)
  try {
    switch (source.kind) {
      case 'text':
        return part
      case 'base64':
        return await fitted(told(part, source.data), resolution)
      case 's3': {
        const named = namedInS3(part, source.uri)
        if (kindInS3(named, card)) {
          sources.checkS3?.(source.uri)
          const shown = shownInS3(named, await sources.beginningInS3?.(source.uri, options))
          const type = kindInS3(shown, card)
          if (type) return { ...shown, type }
        }
        return await fetched(part, resolution, sources.s3?.(source.uri, options))
      }
      case 'url':
        // Who fetches it itself is given it as it was written.
        if (!part.asText && card.traits.urls?.includes(part.type)) return part
        return await fetched(part, resolution, byUrl(part, sources.web?.(source.url, options)))
      case 'file':
        return (
          (await readInPlace(part, source.id, resolution)) ??
          (await fetched(part, resolution, sources.file?.(source.id, owner, options)))
        )
    }
  } catch (thrown) {
    throw placed(thrown, part)
  }
}

/** A stored file that is too large for a request, where the model can read it by itself. */
async function readInPlace(
  part: MediaPart,
  id: string,
  { card, owner, services }: MediaResolution,
): Promise<MediaPart | undefined> {
  if (!card.traits.s3?.length) return undefined
  const file = await services.media.locate?.(id, owner)
  if (!file) return undefined
  const { uri, size, mediaType, name } = file
  if (isText(part, mediaType, card)) return undefined
  const type = kindOf(mediaType, part.type)
  if (!card.traits.s3.includes(type) || size <= inlineLimit(card, type)) return undefined
  return { ...part, type, mediaType, name: part.name ?? name, source: { kind: 's3', uri } }
}

/** Bytes of one attachment that a request to the model may carry. */
function inlineLimit({ traits }: ModelCard, type: Kind): number {
  if (traits.inlineLimits === false) return Number.POSITIVE_INFINITY
  return traits.inlineLimits?.[type] ?? INLINE_LIMITS[type]
}

function fetchOptions({ services, signal }: MediaResolution): WebFetchOptions {
  const { MAX_INPUT_FILE_SIZE, INPUT_URL_TIMEOUT } = services.config
  return { maxBytes: MAX_INPUT_FILE_SIZE, timeout: INPUT_URL_TIMEOUT * 1000, signal }
}

/** OpenAI has a code of its own for a picture whose URL cannot be read (recorded: vision-2 of gpt-4o-mini). */
function byUrl({ type }: MediaPart, fetching: Promise<FetchedFile> | undefined) {
  if (type !== 'image') return fetching
  return fetching?.catch((thrown: unknown) => {
    const isUnread = thrown instanceof GatewayError && thrown.code === 'invalid-request'
    throw isUnread ? amended(thrown, { reason: 'invalid_image_url' }) : thrown
  })
}

const UNCONFIGURED: Record<'s3' | 'url' | 'file', string> = {
  s3: 'Attachments in S3 cannot be read here: no AWS is configured.',
  url: 'Attachments by URL are switched off here.',
  file: 'Stored files are not configured here.',
}

async function fetched(
  part: MediaPart,
  resolution: Resolving,
  fetching: Promise<FetchedFile> | undefined,
): Promise<Part> {
  if (!fetching) {
    const kind = part.source.kind as keyof typeof UNCONFIGURED
    throw new GatewayError('feature-unavailable', UNCONFIGURED[kind])
  }
  const file = resolution.budget(await fetching)
  const mediaType = sniffBytes(file.bytes, claim(part) ?? claim(file))
  const said = part.source.kind === 's3' ? file.mediaType : (part.mediaType ?? file.mediaType)
  refuseImpostor(mediaType, said, () => sniffBytes(file.bytes))
  if (part.source.kind === 'url') refusePage(mediaType, part.type)
  refuseBomb(mediaType, () => file.bytes)
  const part64: MediaPart = {
    ...part,
    type: kindOf(mediaType, part.type),
    mediaType,
    name: part.name ?? file.name,
    source: { kind: 'base64', data: encodeBase64(file.bytes) },
  }
  return fitted(part64, resolution, part.source)
}

/** Not every dialect looks at base64, which may be megabytes: what cannot be read shows here. */
function reading<T>(kind: Kind, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new GatewayError('invalid-request', `The bytes of the ${kind} are not base64.`, { cause })
  }
}

/** The part with its type told by its content; a claim counts only where content tells nothing. */
function told(part: MediaPart, data: string): MediaPart {
  const mediaType = reading(part.type, () => sniffBase64(data, claim(part)))
  refuseImpostor(mediaType, part.mediaType, () => sniffBase64(data))
  refuseBomb(mediaType, () => reading(part.type, () => decodeBase64(data)))
  return { ...part, type: kindOf(mediaType, part.type), mediaType }
}

/** Bytes of one attachment that a request may carry itself; aws-platform facts, per model by its traits. */
const INLINE_LIMITS: Record<Kind, number> = {
  image: 3_750_000,
  document: 4_500_000,
  audio: 18_750_000,
  video: 18_750_000,
}

/** `origin` is where it was read: what lies in S3 already need not be put there. */
async function fitted(
  part: MediaPart,
  resolution: MediaResolution,
  origin?: MediaSource,
): Promise<Part> {
  if (part.source.kind !== 'base64') return part
  const { card, signal } = resolution
  const { data } = part.source
  const bytes = () => reading(part.type, () => decodeBase64(data))
  if (isText(part, part.mediaType, card)) return textPart(bytes())
  const { media } = resolution.services
  const size = base64Size(data)
  const limit = inlineLimit(card, part.type)
  if (size === 0) throw new GatewayError('invalid-request', `The ${part.type} is empty.`)
  if (part.type === 'image' && !part.mediaType) {
    throw new GatewayError('invalid-request', 'The image is of no known type.')
  }
  if (size <= limit) return part
  if (origin?.kind === 's3' && card.traits.s3?.includes(part.type))
    return { ...part, source: origin }
  if (!media.stage || !card.traits.s3?.includes(part.type)) {
    throw new GatewayError(
      'too-large',
      `The ${part.type} has ${size} bytes; the model ${card.id} takes ${limit} at most.`,
    )
  }
  const file = { bytes: bytes(), mediaType: part.mediaType, name: part.name }
  return { ...part, source: { kind: 's3', uri: await media.stage(file, { signal }) } }
}

/** The error with the place of the attachment in the caller's request. */
function placed(thrown: unknown, { param }: MediaPart): unknown {
  if (!(thrown instanceof GatewayError) || thrown.param || !param) return thrown
  return amended(thrown, { param })
}
