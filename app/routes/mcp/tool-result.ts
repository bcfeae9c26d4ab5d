import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server'
import { encodeBase64 } from '../../codecs/bytes/base64.ts'
import { isTextual, normaliseMediaType } from '../../codecs/media/media-type.ts'
import { GatewayError } from '../../errors.ts'
import { liftMedia } from './answer-media.ts'
import { answerWords } from './answer-words.ts'

interface Limits {
  /** Bytes of a file, a picture or a sound that may be handed over. */
  mostBytes: number
}

/** An answer of the API as the result of a tool: words as text, media as media, JSON also as it is. */
export async function toolResult(
  response: Response,
  path: string,
  { mostBytes }: Limits,
): Promise<CallToolResult> {
  const type =
    normaliseMediaType(response.headers.get('content-type')) ?? 'application/octet-stream'
  // A file that holds JSON, or says so, is no answer of the API.
  const isFile = response.headers.has('content-disposition')
  if (type === 'application/json' && !isFile) return ofJson(response, await response.text())
  if (!response.ok) return failure(`${response.status}: ${await response.text()}`)
  const bytes = await bytesOf(response, mostBytes)
  return { content: [ofBytes(bytes, type, path)] }
}

/** What went wrong before or while a tool was asked, in a sentence. */
export const failure = (message: string): CallToolResult => ({
  isError: true,
  content: [{ type: 'text', text: message }],
})

function ofJson({ ok, headers }: Response, text: string): CallToolResult {
  const answer: unknown = JSON.parse(text)
  if (!ok) {
    const wait = headers.get('retry-after')
    const told = messageIn(answer) ?? text
    const result = failure(wait ? `${told} (Retry after ${wait} s.)` : told)
    return isObject(answer) ? { ...result, structuredContent: answer } : result
  }
  // A list is none of what this member may be.
  if (!isObject(answer)) {
    const content: ContentBlock[] = [{ type: 'text', text }]
    const total = Number(headers.get('x-total-count') ?? Number.NaN)
    if (Number.isNaN(total)) return { content, structuredContent: { data: answer } }
    const told = `${(answer as unknown[]).length} of ${total}; \`offset\`, \`limit\` and the filters lead to others.`
    content.unshift({ type: 'text', text: told })
    return { content, structuredContent: { data: answer, total } }
  }
  const { rest, media } = liftMedia(answer)
  const said = isObject(rest) ? rest : {}
  const words = answerWords(said)
  const content: ContentBlock[] = (words?.texts ?? []).map((one) => ({ type: 'text', text: one }))
  content.push(...media)
  const isTold = content.length > 0 && !words?.more
  if (!isTold) content.push({ type: 'text', text: media.length > 0 ? JSON.stringify(said) : text })
  return { content, structuredContent: said }
}

/** As the dialects have it: in `error.message` or in `message`. */
function messageIn(answer: unknown): string | undefined {
  if (!isObject(answer)) return undefined
  const { error, message } = answer
  const said = isObject(error) ? error['message'] : (error ?? message)
  return typeof said === 'string' ? said : undefined
}

function ofBytes(bytes: Uint8Array<ArrayBuffer>, mimeType: string, path: string): ContentBlock {
  if (isTextual(mimeType) || /[/+.-]json/.test(mimeType))
    return { type: 'text', text: new TextDecoder().decode(bytes) }
  const data = encodeBase64(bytes)
  if (mimeType.startsWith('image/')) return { type: 'image', data, mimeType }
  if (mimeType.startsWith('audio/')) return { type: 'audio', data, mimeType }
  return { type: 'resource', resource: { uri: `outcrop:${path}`, mimeType, blob: data } }
}

async function bytesOf(response: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(response.headers.get('content-length') ?? 0)
  if (declared > most) {
    await response.body?.cancel()
    throw tooLarge(most)
  }
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (bytes.length > most) throw tooLarge(most)
  return bytes
}

const tooLarge = (most: number) =>
  new GatewayError(
    'too-large',
    `The content has more than ${most} bytes (MCP_MAX_CONTENT_BYTES), so a tool cannot hand it over. Ask for it by HTTP.`,
  )

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
