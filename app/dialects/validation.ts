import type { ZodError } from 'zod'
import { entryOf } from '../codecs/table.ts'
import { GatewayError } from '../errors.ts'

/** A finding of zod, as far as it is read here. Unions hold the findings of each of their branches. */
export interface Issue {
  code?: string
  path: PropertyKey[]
  message: string
  expected?: string
  format?: string
  origin?: string
  minimum?: number | bigint
  maximum?: number | bigint
  values?: readonly unknown[]
  options?: readonly unknown[]
  note?: string
  keys?: string[]
  errors?: Issue[][]
  issues?: Issue[]
  pattern?: string
}

/** What is wrong: a sentence, and the vendor's finer code for it where it has one. */
export interface Finding {
  message: string
  reason?: string
}

/** How a vendor names a place in a body, and what it says of a fault there. */
export interface ValidationWords {
  path(path: readonly PropertyKey[], body: unknown): string
  /** `value` is what stands at `param`; undefined when nothing does. */
  explain(issue: Issue, param: string, value: unknown): Finding
}

/**
 * A refused body as the error to answer it with: `param` is the path of the first fault, the message and
 * the reason (`invalid_type`, `missing_required_parameter`, ...) are the vendor's for this kind of fault,
 * OpenAI's where no other words are given. `body` is what was refused.
 */
export function validationError(
  error: ZodError,
  body: unknown,
  words: ValidationWords = { path: pathText, explain },
): GatewayError {
  const first = error.issues[0] as Issue
  const issue = withUnknownKey(deepest(first, valueAt(body, first.path)))
  const param = words.path(issue.path, body)
  const { message, reason } = words.explain(issue, param, valueAt(body, issue.path))
  return new GatewayError('invalid-request', message, {
    ...(param === '' ? {} : { param }),
    ...(reason !== undefined && { reason }),
  })
}

/** The place of a member that nobody knows is its own, as OpenAI has it (recorded of image generations). */
function withUnknownKey(issue: Issue): Issue {
  const [key] = (issue.code === 'unrecognized_keys' && issue.keys) || []
  return key === undefined ? issue : { ...issue, path: [...issue.path, key] }
}

/** `['messages', 0, 'content']` as `messages[0].content`. */
function pathText(path: readonly PropertyKey[]): string {
  let text = ''
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`
    else text += text === '' ? String(key) : `.${String(key)}`
  }
  return text
}

/** The branch of a union that fits the body best is the one whose first fault lies deepest. */
function deepest(issue: Issue, value: unknown): Issue {
  if (issue.code !== 'invalid_union' || !issue.errors?.length) return issue
  let best: Issue | undefined
  for (const branch of issue.errors) {
    const first = branch[0]
    if (first === undefined) continue
    const found = deepest(first, valueAt(value, first.path))
    if (best === undefined || outranks(found, best, value)) best = found
  }
  // All branches failed at the door: what may stand here is the union's own to say.
  if (best === undefined || rank(best, value) === 0) return issue
  return { ...best, path: [...issue.path, ...best.path] }
}

function outranks(one: Issue, other: Issue, value: unknown): boolean {
  return rank(one, value) > rank(other, value)
}

// At the same depth a fault of value or range says more than one of kind: the kind was right.
function rank(issue: Issue, value: unknown): number {
  const depth = issue.path.length * 2
  if (issue.code === 'invalid_type' || issue.code === 'invalid_union') return depth
  if (issue.code === 'custom') return depth - 1
  if (issue.code !== 'invalid_value') return depth + 1
  return typeof valueAt(value, issue.path) === typeof issue.values?.[0] ? depth + 1 : depth
}

function explain(issue: Issue, param: string, value: unknown): Finding {
  if (value === undefined && issue.code !== 'unrecognized_keys') return missing(param)
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(param, expectedType(issue), value)
    case 'invalid_union':
      return issue.options
        ? wrongValue(value, issue.options)
        : wrongType(param, kinds(issue), value)
    case 'invalid_value':
      return typeof value === typeof issue.values?.[0]
        ? wrongValue(value, issue.values ?? [])
        : wrongType(param, listed((issue.values ?? []).map(quoted), 'or'), value)
    case 'too_small':
    case 'too_big':
      return outOfRange(issue, param, value)
    case 'invalid_format':
      return wrongPattern(param, issue.pattern)
    case 'not_multiple_of':
      return wrongType(param, 'an integer', value)
    case 'unrecognized_keys':
      return { message: `Unknown parameter: '${param}'.`, reason: 'unknown_parameter' }
    case 'invalid_key':
      return wrongKey(issue, param)
    default:
      return { message: `Invalid '${param}': ${issue.message}.`, reason: 'invalid_value' }
  }
}

function wrongKey({ issues: [fault] = [], path, message: said }: Issue, param: string): Finding {
  const key = String(path.at(-1))
  const { message, reason } = explain(fault ?? { path, message: said }, param, key)
  return { message: message.replace('Invalid', 'Invalid key'), reason }
}

function missing(param: string): Finding {
  const message =
    param === '' ? 'The request has no body.' : `Missing required parameter: '${param}'.`
  return { message, reason: 'missing_required_parameter' }
}

function wrongType(param: string, expected: string, value: unknown): Finding {
  const place = param === '' ? 'the request body' : `'${param}'`
  return {
    message: `Invalid type for ${place}: expected ${expected}, but got ${kindOf(value)} instead.`,
    reason: 'invalid_type',
  }
}

function wrongValue(value: unknown, allowed: readonly unknown[]): Finding {
  const named = listed(allowed.filter((option) => option !== undefined).map(quoted), 'and')
  return {
    message: `Invalid value: ${quoted(value)}. Supported values are: ${named}.`,
    reason: 'invalid_value',
  }
}

function wrongPattern(param: string, pattern = ''): Finding {
  const bare = pattern.replace(/^\/|\/[a-z]*$/g, '')
  return {
    message: `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '${bare}'.`,
    reason: 'invalid_value',
  }
}

function outOfRange(issue: Issue, param: string, value: unknown): Finding {
  const small = issue.code === 'too_small'
  const limit = Number(small ? issue.minimum : issue.maximum)
  if (issue.origin === 'array' || issue.origin === 'string') {
    return wrongLength({ param, small, limit, kind: issue.origin }, (value as string).length)
  }
  // A number of a query is still text here.
  const kind = Number.isInteger(Number(value)) && Number.isInteger(limit) ? 'integer' : 'decimal'
  const side = small ? 'below minimum' : 'above maximum'
  const expected = `Expected a value ${small ? '>=' : '<='} ${limit}`
  return {
    message: `Invalid '${param}': ${kind} ${side} value. ${expected}, but got ${value} instead.`,
    reason: `${kind}_${small ? 'below_min' : 'above_max'}_value`,
  }
}

interface Bound {
  param: string
  kind: 'array' | 'string'
  small: boolean
  limit: number
}

function wrongLength({ param, kind, small, limit }: Bound, length: number): Finding {
  const one = KINDS[kind]
  const fault = length === 0 ? `empty ${kind}` : `${kind} too ${small ? 'short' : 'long'}`
  const expected = `Expected ${one} with ${small ? 'minimum' : 'maximum'} length ${limit}`
  const got = length === 0 ? `an empty ${kind}` : `${one} with length ${length}`
  return {
    message: `Invalid '${param}': ${fault}. ${expected}, but got ${got} instead.`,
    reason: length === 0 ? `empty_${kind}` : `${kind}_${small ? 'below_min' : 'above_max'}_length`,
  }
}

/** What a union takes, from its own message where the schema gave one, else from its branches. */
function kinds(issue: Issue): string {
  if (issue.message !== 'Invalid input') return issue.message
  const found = (issue.errors ?? [])
    .map((branch) => branch[0])
    .filter((first) => first !== undefined)
  const names = new Set(found.map((first) => (first.values ? 'a string' : expectedType(first))))
  return names.size === 1 ? [...names][0]! : `one of ${listed([...names], 'or')}`
}

const KINDS: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
  record: 'an object',
  null: 'null',
}

function expectedType(issue: Issue): string {
  const expected = issue.expected ?? 'object'
  return entryOf(KINDS, expected) ?? expected
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number'
  return entryOf(KINDS, typeof value) ?? typeof value
}

/** Cut short, so that what is said behind it is still read. */
function quoted(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : String(JSON.stringify(value))
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text
}

const LONGEST_QUOTE = 200

function listed(names: string[], word: 'and' | 'or'): string {
  if (names.length < 2) return names.join('')
  const comma = names.length > 2 ? ',' : ''
  return `${names.slice(0, -1).join(', ')}${comma} ${word} ${names.at(-1)}`
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body
  for (const key of path) {
    // In forms one text may stand for a list of one.
    if (typeof value === 'string' && key === 0) continue
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}
