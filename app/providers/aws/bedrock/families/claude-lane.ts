import { entryOf } from '../../../../codecs/table.ts'
import { isGranted } from '../../../../dialects/anthropic-messages/betas.ts'
import { wordsOf } from '../../../../dialects/anthropic-messages/block-words.ts'
import { createAnthropicClient } from '../../../../dialects/anthropic-messages/client.ts'
import { NAME } from '../../../../dialects/anthropic-messages/extras.ts'
import {
  BLOCK_FLAGS,
  BODY_FIELDS,
  CACHE_FIELDS,
  COMPACT_EDIT,
  COMPACT_FLAG,
  COMPUTER_FLAG,
  EAGER_FIELD,
  EAGER_FLAG,
  EFFORT_FLAG,
  flagsOf,
  NOTES_DISPLAY,
  NOTES_FLAG,
  OPTIONAL_TOOLS,
  OUTPUT_FIELDS,
  RENAMED,
  SYSTEM_TURN_FIELDS,
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
    if (asked.length + needed.length === 0 && !isToFit(body)) return { body, ignored: [] }
    const vital = needed.filter((flag) => COMPUTER_FLAG.test(flag))
    const known = new Set([...flagsOf(base), ...policy.ANTHROPIC_BETA_ALLOWLIST, ...vital])
    if (vital.length > 0) known.delete(EAGER_FLAG)
    const granted = [...asked, ...needed].filter((flag) => known.has(flag))
    const lost = asked.filter((flag) => !known.has(flag) && !isGranted(flag))
    return withFlags(body, [...new Set(granted)], lost)
  },

  relent(body, refusal) {
    if (/invalid beta flag/i.test(refusal)) {
      const flags = betasOf(body)
      return flags.length > 0 ? withFlags(body, [], flags) : undefined
    }
    const effort = LESS_EFFORT.exec(refusal)?.[1]
    if (effort !== undefined) return withEffort(body, effort)
    const path = /(?<![\w.-])([\w.-]+): Extra inputs are not permitted/.exec(refusal)?.[1]
    const left = path === undefined ? undefined : withoutPath(body, path.split('.'))
    return left && { body: left.value, ignored: [left.path] }
  },
}

/** Efforts of which a model without thought takes none so high. */
const LESS_EFFORT = /output_config\.effort .* is not supported.*Use effort \W*(\w+)\W* or below/

function withEffort(body: Body, effort: string): Fitted | undefined {
  const config = body['output_config']
  if (typeof config !== 'object' || config === null || !('effort' in config)) return undefined
  if (config.effort === effort) return undefined
  const ignored = ['output_config.effort']
  return { body: { ...body, output_config: { ...config, effort } }, ignored }
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
  const output = outputOf(body)
  if (output && 'effort' in output) needed.push(EFFORT_FLAG)
  for (const field in output) need(entryOf(OUTPUT_FIELDS, field))
  if (editsOf(body)?.some(compacts)) needed.push(COMPACT_FLAG)
  if (thinkingOf(body)?.display === NOTES_DISPLAY) needed.push(NOTES_FLAG)
  for (const tool of toolsOf(body)) {
    const type = String(tool['type'] ?? '')
    for (const field in tool) need(entryOf(TOOL_FIELDS, field))
    if (tool[EAGER_FIELD]) needed.push(EAGER_FLAG)
    for (const beginning in TOOL_FLAGS) if (type.startsWith(beginning)) need(TOOL_FLAGS[beginning])
  }
  return needed
}

const outputOf = ({ output_config: output }: Body) => output as Body | null | undefined

const thinkingOf = ({ thinking }: Body) => thinking as { display?: unknown } | null | undefined

interface Edit {
  type?: unknown
}

function editsOf({ context_management: management }: Body): Edit[] | undefined {
  const edits = (management as { edits?: unknown } | null | undefined)?.edits
  return Array.isArray(edits) ? edits : undefined
}

const compacts = ({ type }: Edit): boolean => String(type).startsWith(COMPACT_EDIT)

/**
 * Whether a tool has the member that is refused whatever it says, or a turn or a block needs a flag: for a member, for
 * its mark for the cache, or for itself.
 */
function isToFit(body: Body): boolean {
  const { tools, system, messages } = body
  if (toolsOf(body).some((tool) => EAGER_FIELD in tool)) return true
  return needsFlag(tools) || needsFlag(system) || needsFlag(messages)
}

const SYSTEM_TURNS_OWN = Object.keys(SYSTEM_TURN_FIELDS)

function needsFlag(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(needsFlag)
  if (typeof value !== 'object' || value === null) return false
  const { cache_control: control, content, role } = value as Body
  if (typeof control === 'object' && control !== null) {
    for (const field in control) if (entryOf(CACHE_FIELDS, field)) return true
  }
  if (role === 'system' && SYSTEM_TURNS_OWN.some((field) => field in value)) return true
  return Array.isArray(content) ? content.some(needsFlag) : wordsOf(value as Body) !== undefined
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
  if (!flags.includes(COMPACT_FLAG)) dropCompaction(fitted, ignored)
  const toolFields = refusedBy(TOOL_FIELDS, flags)
  const drop = (place: string) => (field: string) => void ignored.add(`${place}.${field}`)
  const output = outputOf(body)
  if (output) {
    const left = omit(output, refusedBy(OUTPUT_FIELDS, flags), drop('output_config'))
    if (Object.keys(left).length > 0) fitted['output_config'] = left
    else delete fitted['output_config']
  }
  const thinking = thinkingOf(body)
  if (thinking?.display === NOTES_DISPLAY && !flags.includes(NOTES_FLAG)) {
    fitted['thinking'] = omit(thinking, ['display'], drop('thinking'))
  }
  if (Array.isArray(fitted['tools'])) {
    const taken = toolsOf(body).filter((tool) => isTaken(tool, flags, drop('tools')))
    fitted['tools'] = taken.map((tool) => {
      const isLost = tool[EAGER_FIELD] && !flags.includes(EAGER_FLAG)
      const left = omit(tool, toolFields, drop('tools'))
      return omit(left, [EAGER_FIELD], isLost ? drop('tools') : undefined)
    })
    if (taken.length === 0) {
      delete fitted['tools']
      delete fitted['tool_choice']
    }
  }
  const fitting: Fitting = {
    marks: { fields: refusedBy(CACHE_FIELDS, flags), drop: drop('cache_control') },
    systemTurns: {
      fields: SYSTEM_TURNS_OWN.filter(
        (field) => !SYSTEM_TURN_FIELDS[field]!.some((flag) => flags.includes(flag)),
      ),
      drop: drop('messages'),
    },
    spoken: refusedBy(BLOCK_FLAGS, flags),
  }
  for (const place of ['tools', 'system', 'messages']) {
    if (Array.isArray(fitted[place])) fitted[place] = fittedBlocks(fitted[place], fitting)
  }
  if (ignored.has('messages.output_config')) {
    fitted['messages'] = (fitted['messages'] as Body[]).filter(says)
  }
  if (flags.length > 0) fitted['anthropic_beta'] = flags
  return { body: fitted, ignored: [...ignored] }
}

/** A turn of the system may have had nothing but its settings. */
const says = ({ role, content }: Body): boolean =>
  role !== 'system' || (content !== '' && (!Array.isArray(content) || content.length > 0))

/** Takes the summing up out of the edits; without any other edit the wish is dropped. */
function dropCompaction(fitted: Record<string, unknown>, ignored: Set<string>): void {
  const edits = editsOf(fitted)
  const left = edits?.filter((edit) => !compacts(edit))
  if (!edits || left?.length === edits.length) return
  for (const { type } of edits.filter(compacts)) ignored.add(`context_management.${type}`)
  const { context_management: management } = fitted
  if (left?.length) fitted['context_management'] = { ...Object(management), edits: left }
  else delete fitted['context_management']
}

/** Whether the model has the flag that a tool needs, where that can be left out. */
function isTaken({ type }: Body, flags: readonly string[], drop: (name: string) => void): boolean {
  const kind = OPTIONAL_TOOLS.find((beginning) => String(type).startsWith(beginning))
  if (kind === undefined || flags.includes(TOOL_FLAGS[kind]!)) return true
  drop(String(type))
  return false
}

const refusedBy = (fields: Readonly<Record<string, string>>, flags: readonly string[]) =>
  Object.keys(fields).filter((field) => !flags.includes(fields[field]!))

const toolsOf = (body: Body): Body[] =>
  Array.isArray(body['tools']) ? (body['tools'] as Body[]) : []

/** Members that the model does not take, and who hears of those that were there. */
interface Refused {
  fields: readonly string[]
  drop(field: string): void
}

interface Fitting {
  marks: Refused
  systemTurns: Refused
  /** Types of blocks of which the model takes the words alone. */
  spoken: readonly string[]
}

/** Messages, blocks and what tools brought; everything with nothing to mend stays the same object. */
function fittedBlocks(value: unknown, fitting: Fitting): unknown {
  if (Array.isArray(value)) return value.map((item) => fittedBlocks(item, fitting))
  if (typeof value !== 'object' || value === null) return value
  const { marks, systemTurns } = fitting
  const { cache_control: control, content, role } = value as Body
  let kept: Body = value as Body
  if (typeof control === 'object' && control !== null) {
    const left = omit(control as Body, marks.fields, marks.drop)
    if (left !== control) kept = { ...kept, cache_control: left }
  }
  if (role === 'system') kept = omit(kept, systemTurns.fields, systemTurns.drop)
  if (Array.isArray(content)) return { ...kept, content: fittedBlocks(content, fitting) }
  const text = fitting.spoken.includes(String(kept['type'])) ? wordsOf(kept) : undefined
  if (text === undefined) return kept
  const { cache_control: mark } = kept
  return { type: 'text', text, ...(mark != null && { cache_control: mark }) }
}
