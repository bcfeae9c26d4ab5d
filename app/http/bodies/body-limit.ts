import { GatewayError } from '../../errors.ts'
import type { HttpContext } from '../context.ts'
import { requestHeader } from '../request-header.ts'

/** The body as text, at most `limit` bytes of it. Throws 413 before reading what says it is larger. */
export async function bodyText(c: HttpContext, limit: number): Promise<string> {
  const read = c.get('bodyText')
  if (read !== undefined) return read
  const declared = requestHeader(c, 'content-length')
  if (declared !== undefined && Number(declared) > limit) throw tooLarge(limit)
  try {
    // Every server we run on holds callers to the length they declared, so its own fast way may be taken.
    return declared === undefined
      ? await readCounted(c.req.raw.body, limit)
      : await c.req.raw.text()
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown
    throw new GatewayError('caller-left', 'The request body broke off.', { cause: thrown })
  }
}

async function readCounted(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<string> {
  if (!body) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > limit) {
      // Not cancelled: on Node that would cut the connection before the answer is out.
      reader.releaseLock()
      throw tooLarge(limit)
    }
    text += decoder.decode(value, { stream: true })
  }
}

function tooLarge(limit: number): GatewayError {
  return new GatewayError(
    'too-large',
    `The request body is larger than this server takes: at most ${limit} bytes (MAX_BODY_BYTES).`,
    { reason: 'request_too_large' },
  )
}
