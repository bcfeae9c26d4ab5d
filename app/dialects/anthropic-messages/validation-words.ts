import { entryOf } from '../../codecs/table.ts'
import type { Finding, Issue, ValidationWords } from '../validation.ts'

/**
 * A refused body in Anthropic's words: `messages.0.content: Field required`. Their server validates with
 * pydantic, whose sentences these are (user_errors of https://docs.pydantic.dev), except that a value
 * where an object belongs is recorded as "Input does not match the expected shape."
 */
export const validationWords: ValidationWords = {
  path: taggedPath,
  explain: (issue, param, value) => finding(param, fault(issue, value)),
}

/**
 * The path with the tag of every union on the way, as pydantic names them: `tools.0.custom.name`,
 * `thinking.enabled.budget_tokens` (recorded of Bedrock).
 */
function taggedPath(path: readonly PropertyKey[], body: unknown): string {
  const names: string[] = []
  let value = body
  let list: string | undefined
  path.forEach((key, index) => {
    names.push(String(key))
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
    const tag = typeof key === 'number' ? TAGS[list ?? ''] : TAGS[String(key)]
    const next = path[index + 1]
    if (tag && next !== undefined && next !== 'type' && typeof next === 'string') {
      const name = tag(value)
      if (name !== undefined) names.push(name)
    }
    list = typeof key === 'string' ? key : list
  })
  return names.join('.')
}

const typeOf = (value: unknown): string | undefined => {
  const type = (value as { type?: unknown } | null | undefined)?.type
  return typeof type === 'string' ? type : undefined
}

/** How the members that hold one of several things are told apart, themselves or each in their list. */
const TAGS: Record<string, ((value: unknown) => string | undefined) | undefined> = {
  content: typeOf,
  source: typeOf,
  thinking: typeOf,
  tool_choice: typeOf,
  tools: (value) => typeOf(value) ?? 'custom',
}

function finding(param: string, sentence: string): Finding {
  return { message: param === '' ? sentence : `${param}: ${sentence}` }
}

function fault(issue: Issue, value: unknown): string {
  if (value === undefined && issue.code !== 'unrecognized_keys') return 'Field required'
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue, value)
    case 'invalid_union':
      return wrongBranch(issue)
    case 'invalid_value':
      return `Input should be ${listed(issue.values ?? [])}`
    case 'too_small':
    case 'too_big':
      return outOfRange(issue, value)
    case 'unrecognized_keys':
      return 'Extra inputs are not permitted'
    default:
      return issue.message
  }
}

const KINDS: Record<string, string> = {
  string: 'Input should be a valid string',
  number: 'Input should be a valid number',
  int: 'Input should be a valid integer',
  boolean: 'Input should be a valid boolean',
  array: 'Input should be a valid list',
  record: 'Input should be a valid dictionary',
  object: 'Input does not match the expected shape.',
}

function wrongType({ expected = 'object', message }: Issue, value: unknown): string {
  const kind = message === 'int' ? message : expected
  if (kind === 'int' && typeof value === 'number' && !Number.isInteger(value)) {
    return `${entryOf(KINDS, kind)}, got a number with a fractional part`
  }
  return entryOf(KINDS, kind) ?? `Input should be a valid ${kind}`
}

/** A union told by a tag names the tags it knows; any other says itself what it takes. */
function wrongBranch({ options, message }: Issue): string {
  if (options) return `Input should be ${listed(options)}`
  return message === 'Invalid input' ? KINDS['object']! : message
}

function outOfRange(issue: Issue, value: unknown): string {
  const small = issue.code === 'too_small'
  const limit = Number(small ? issue.minimum : issue.maximum)
  const most = small ? 'at least' : 'at most'
  if (issue.origin === 'string') {
    return `String should have ${most} ${limit} character${limit === 1 ? '' : 's'}`
  }
  if (issue.origin === 'array') {
    const items = `item${limit === 1 ? '' : 's'}`
    return `List should have ${most} ${limit} ${items} after validation, not ${(value as unknown[]).length}`
  }
  return `Input should be ${small ? 'greater' : 'less'} than or equal to ${limit}`
}

function listed(values: readonly unknown[]): string {
  const names = values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value)))
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
