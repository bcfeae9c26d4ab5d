import { writeBase64 } from './bytes/base64.ts'
import { release } from './bytes/byte-pieces.ts'

/** Bytes that stand in a JSON body as base64, read when they are written there. */
export interface Content {
  /** Bytes. */
  size: number
  stream(): Promise<ReadableStream<Uint8Array>>
  /** Nobody else looks at the pieces of its stream, whose memory may be given back at once. */
  ends?: boolean
}

/**
 * A JSON body in which each `Content` among the values is the text of its base64. It is written in place, so
 * that beside the body itself no more than a piece of any content is held. Throws an `Error` for a content
 * that has not the size it told.
 */
export async function encodeJson(
  value: unknown,
  isContent: (value: unknown) => value is Content,
): Promise<Uint8Array<ArrayBuffer>> {
  const contents: Content[] = []
  const mark = crypto.randomUUID()
  const text = JSON.stringify(value, (_, member: unknown) => {
    if (!isContent(member)) return member
    contents.push(member)
    return mark
  })
  const pieces = text.split(`"${mark}"`).map((piece) => new TextEncoder().encode(piece))
  const size =
    pieces.reduce((sum, piece) => sum + piece.length, 0) +
    contents.reduce((sum, content) => sum + 2 + Math.ceil(content.size / 3) * 4, 0)
  const body = new Uint8Array(size)
  let at = 0
  for (const [index, piece] of pieces.entries()) {
    body.set(piece, at)
    at += piece.length
    const content = contents[index]
    if (content) at = await writeContent(body, at, content)
  }
  return body
}

const QUOTE = 34

async function writeContent(body: Uint8Array, start: number, content: Content): Promise<number> {
  let at = start
  let left = content.size
  body[at++] = QUOTE
  let rest: Uint8Array = new Uint8Array()
  for await (const bytes of await content.stream()) {
    left -= bytes.length
    if (left < 0) break
    const from = rest.length === 0 ? 0 : Math.min(bytes.length, 3 - rest.length)
    rest = joined(rest, bytes.subarray(0, from))
    if (rest.length === 3) {
      at = writeBase64(rest, body, at)
      rest = new Uint8Array()
    }
    if (rest.length > 0) continue
    const whole = bytes.length - ((bytes.length - from) % 3)
    at = writeBase64(bytes.subarray(from, whole), body, at)
    rest = bytes.slice(whole)
    if (content.ends) release(bytes)
  }
  if (left !== 0) throw new Error('A content has not the size it had before.')
  at = writeBase64(rest, body, at)
  body[at++] = QUOTE
  return at
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}
