import { entryOf } from '../../../../codecs/table.ts'
import { isGranted } from '../../../../dialects/anthropic-messages/betas.ts'
import { createAnthropicClient } from '../../../../dialects/anthropic-messages/client.ts'
import { NAME } from '../../../../dialects/anthropic-messages/extras.ts'
import {
  BODY_FIELDS,
  CACHE_FIELDS,
  EFFORT_FLAG,
  flagsOf,
  RENAMED,
  TOOL_FIELDS,
  TOOL_FLAGS,
} from './claude-betas.ts'
import type { Body, Fitted, OwnLane } from './own-lane.ts'
import { omit, withoutPath } from './without-path.ts'

/**
 * Models that take system turns between the others: Opus 4.8 as recorded of Bedrock, its successors after
 * the profiles of LangChain (1.5.13, 2026-10). Of Sonnet 5 reports differ, so that it gets none.
 */
const SYSTEM_TURNS = ['opus-4-8', 'opus-5', 'sonnet-5-5', 'haiku-5-5', 'fable', 'mythos']

/** Claude asked in its own dialect: betas, signatures and citations stay as they are. */
export const claudeLane: OwnLane = {
  dialect: NAME,
  client: createAnthropicClient('bedrock'),
  counted: true,

  traits: (base) =>
    SYSTEM_TURNS.some((beginning) => base.startsWith(`anthropic.claude-${beginning}`))
      ? { systemTurns: true }
      : undefined,

  fit(body, base, policy) {
    if (!policy.ANTHROPIC_BETA_FILTER) return { body, ignored: [] }
    const asked = betasOf(body).flatMap((flag) => entryOf(RENAMED, flag) ?? flag)
    const needed = flagsNeededBy(body)
    if (asked.length + needed.length === 0 && !marksIn(body)) return { body, ignored: [] }
    const known = new Set([...flagsOf(base), ...policy.ANTHROPIC_BETA_ALLOWLIST])
    const granted = [...asked, ...needed].filter((flag) => known.has(flag))
    const lost = asked.filter((flag) => !known.has(flag) && !isGranted(flag))
    return withFlags(body, [...new Set(granted)], lost)
  },

  relent(body, refusal) {
    if (/invalid beta flag/i.test(refusal)) {
      const flags = betasOf(body)
      return flags.length > 0 ? withFlags(body, [], flags) : undefined
    }
    const path = /(?<![\w.-])([\w.-]+): Extra inputs are not permitted/.exec(refusal)?.[1]
    const left = path === undefined ? undefined : withoutPath(body, path.split('.'))
    return left && { body: left.value, ignored: [left.path] }
  },
}

function betasOf(body: Body): string[] {
  const betas = body['anthropic_beta']
  return Array.isArray(betas) ? betas.filter((flag) => typeof flag === 'string') : []
}

/** Anthropic's own API takes many of these without a flag by now, so clients leave it out. */
function flagsNeededBy(body: Body): string[] {
  const needed: string[] = []
  const need = (flag: string | undefined) => {
    if (flag !== undefined) needed.push(flag)
  }
  for (const field in body) need(entryOf(BODY_FIELDS, field))
  const output = body['output_config']
  if (typeof output === 'object' && output && 'effort' in output) needed.push(EFFORT_FLAG)
  for (const tool of toolsOf(body)) {
    const type = String(tool['type'] ?? '')
    for (const field in tool) need(entryOf(TOOL_FIELDS, field))
    for (const beginning in TOOL_FLAGS) if (type.startsWith(beginning)) need(TOOL_FLAGS[beginning])
  }
  return needed
}

/** Whether a mark for the cache says anything that needs a flag. */
function marksIn({ tools, system, messages }: Body): boolean {
  return holdsMark(tools) || holdsMark(system) || holdsMark(messages)
}

function holdsMark(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsMark)
  if (typeof value !== 'object' || value === null) return false
  const { cache_control: control, content } = value as Body
  if (typeof control === 'object' && control !== null) {
    for (const field in control) if (entryOf(CACHE_FIELDS, field)) return true
  }
  return Array.isArray(content) && content.some(holdsMark)
}

/** The body with these flags and without whatever needs another. `lost` are flags the caller misses. */
function withFlags(body: Body, flags: readonly string[], lost: readonly string[]): Fitted {
  const ignored = new Set(lost.map((flag) => `anthropic_beta.${flag}`))
  const { anthropic_beta: _, ...rest } = body
  const fitted: Record<string, unknown> = rest
  for (const field of refusedBy(BODY_FIELDS, flags)) {
    if (!(field in fitted)) continue
    delete fitted[field]
    ignored.add(field)
  }
  const toolFields = refusedBy(TOOL_FIELDS, flags)
  const cacheFields = refusedBy(CACHE_FIELDS, flags)
  const drop = (place: string) => (field: string) => void ignored.add(`${place}.${field}`)
  if (Array.isArray(fitted['tools'])) {
    fitted['tools'] = toolsOf(body).map((tool) => omit(tool, toolFields, drop('tools')))
  }
  const marked = (value: unknown) => withoutMarkFields(value, cacheFields, drop('cache_control'))
  for (const place of ['tools', 'system', 'messages']) {
    if (Array.isArray(fitted[place])) fitted[place] = marked(fitted[place])
  }
  if (flags.length > 0) fitted['anthropic_beta'] = flags
  return { body: fitted, ignored: [...ignored] }
}

const refusedBy = (fields: Readonly<Record<string, string>>, flags: readonly string[]) =>
  Object.keys(fields).filter((field) => !flags.includes(fields[field]!))

const toolsOf = (body: Body): Body[] =>
  Array.isArray(body['tools']) ? (body['tools'] as Body[]) : []

/** Messages, blocks and what tools brought hold marks; everything without any stays the same object. */
function withoutMarkFields(
  value: unknown,
  fields: readonly string[],
  drop: (field: string) => void,
): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutMarkFields(item, fields, drop))
  if (typeof value !== 'object' || value === null) return value
  const { cache_control: control, content } = value as Body
  let kept = value
  if (typeof control === 'object' && control !== null) {
    const left = omit(control as Body, fields, drop)
    if (left !== control) kept = { ...kept, cache_control: left }
  }
  return Array.isArray(content)
    ? { ...kept, content: withoutMarkFields(content, fields, drop) }
    : kept
}
