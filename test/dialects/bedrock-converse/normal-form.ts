import { createHash } from 'node:crypto'

/** Members that stay even when empty, for there emptiness means something. */
const KEPT = new Set(['auto', 'any', 'input', 'properties', 'json'])
const LABELS = new Set(['requestMetadata', 'clientRequestToken'])

/**
 * A request body as `recordings/README.md` compares them: keys sorted, null and empty members dropped,
 * labels dropped, long base64 replaced by its hash.
 */
export function normalForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalForm).filter((item) => item !== null)
  if (typeof value === 'string') return shortened(value)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value)
    .filter(([key, member]) => member !== null && member !== undefined && !LABELS.has(key))
    .map(([key, member]) => [key, normalForm(member)] as const)
    .filter(([key, member]) => KEPT.has(key) || !isEmpty(member))
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(members)
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function shortened(text: string): string {
  if (text.length <= 2048 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return text
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return `media:${hash}:${Buffer.from(text, 'base64').length}`
}
