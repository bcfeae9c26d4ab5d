import type { z } from '@hono/zod-openapi'
import { entryOf } from '../../../codecs/table.ts'
import { GatewayError } from '../../../errors.ts'

type Issue = z.core.$ZodIssue

/** Findings that are told; AWS tells all. */
const MOST = 10

/**
 * A body that does not fit, in the words of Bedrock's own check (recorded, and in public issues): `Malformed input
 * request: #: required key [inputText] not found#: extraneous key [texts] is not permitted, please ...`.
 */
export function malformed(error: z.ZodError, body: unknown): GatewayError {
  return inWords(error.issues.slice(0, MOST).flatMap((issue) => findingsOf(issue, body)))
}

/** The same where one member wants another. */
export const lacking = (key: string) => inWords([`#: required key [${key}] not found`])

function inWords(findings: readonly string[]): GatewayError {
  const message = `Malformed input request: ${findings.join('')}, please reformat your input and try again.`
  return new GatewayError('invalid-request', message)
}

function findingsOf(issue: Issue, body: unknown): string[] {
  const { path } = issue
  const place = `#${path.map((step) => `/${String(step)}`).join('')}`
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${place}: extraneous key [${key}] is not permitted`)
  }
  const value = valueAt(body, path)
  if (value === undefined && path.length > 0) {
    const above = `#${path
      .slice(0, -1)
      .map((step) => `/${String(step)}`)
      .join('')}`
    return [`${above}: required key [${String(path.at(-1))}] not found`]
  }
  return [`${place}: ${faultOf(issue, value)}`]
}

function faultOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected type: ${typeName(issue.expected)}, found: ${foundType(value)}`
    case 'invalid_value':
      return `${shown(value)} is not a valid enum value`
    case 'too_small':
      return bound(value, { ...issue, limit: issue.minimum, words: LEAST })
    case 'too_big':
      return bound(value, { ...issue, limit: issue.maximum, words: MOST_WORDS })
    default:
      return issue.message === 'Invalid input' ? `${shown(value)} is not valid` : issue.message
  }
}

interface Bound {
  origin: string
  limit: number | bigint
  words: { length: string; count: string; side: string }
}

const LEAST = { length: 'minLength', count: 'minimum item count', side: 'greater' }
const MOST_WORDS = { length: 'maxLength', count: 'maximum item count', side: 'less' }

function bound(value: unknown, { origin, limit, words }: Bound): string {
  const { length, count, side } = words
  if (origin === 'string') return `expected ${length}: ${limit}, actual: ${String(value).length}`
  if (origin === 'array') return `expected ${count}: ${limit}, found: ${lengthOf(value)}`
  return `${shown(value)} is not ${side} or equal to ${limit}`
}

const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : 0)

const TYPES: Readonly<Record<string, string>> = {
  string: 'String',
  number: 'Number',
  int: 'Integer',
  boolean: 'Boolean',
  array: 'JSONArray',
  object: 'JSONObject',
  record: 'JSONObject',
}

const typeName = (expected: string) => entryOf(TYPES, expected) ?? expected

function foundType(value: unknown): string {
  if (value === null) return 'Null'
  if (Array.isArray(value)) return 'JSONArray'
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Number'
  return entryOf(TYPES, typeof value) ?? typeof value
}

/** Cut short: it is what the caller sent. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : String(JSON.stringify(value))
  return text.length > 100 ? `${text.slice(0, 100)}...` : text
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}
