import { streamOfWhole } from '../../../../codecs/bytes/byte-stream.ts'
import type { Content } from '../../../../codecs/json-with-contents.ts'

/** What is written into a body as base64: a picture as it was sent, or one that was made of it. */
export const isContent = (value: unknown): value is Content =>
  typeof value === 'object' && value !== null && 'stream' in value && 'size' in value

/** The same body with bytes as contents, which JSON would write as lists of numbers. */
export function bodyContent(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return { size: value.length, stream: async () => streamOfWhole(value) }
  }
  if (typeof value !== 'object' || value === null || isContent(value)) return value
  if (Array.isArray(value)) return value.map(bodyContent)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, bodyContent(one)]))
}
