import type {
  Citation,
  MediaPart,
  ReasoningPart,
  ToolResultPart,
} from '../../conversation/conversation.ts'
import { parseArguments } from '../call-input.ts'
import type { AnswerHead } from '../dialect.ts'
import type { Fields } from '../extras.ts'
import { locationText } from '../media-location.ts'
import { sealSummary, sealThought } from '../seal.ts'
import { CALLER_TOOLS, callerMembers } from './caller-tools.ts'
import type { Callee } from './extras.ts'
import type { Manner } from './manner.ts'

type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

const INDEX_DIGITS = 3

/**
 * The id of an item of a response: told from the response's own, so that the same item has it in a stream,
 * in the whole and in the store, and its response can be found by it. What was asked counts in front of
 * what was answered.
 */
export function itemId(prefix: string, { id }: Pick<AnswerHead, 'id'>, index: number): string {
  return `${prefix}${id.slice(id.indexOf('_') + 1)}1${index.toString(16).padStart(INDEX_DIGITS, '0')}`
}

export const messageItem = (id: string, content: Fields[], status: ItemStatus): Fields => ({
  id,
  type: 'message',
  status,
  role: 'assistant',
  content,
})

export const textPart = (text: string, annotations: Fields[]): Fields => ({
  type: 'output_text',
  annotations,
  logprobs: [],
  text,
})

export const refusalPart = (refusal: string): Fields => ({ type: 'refusal', refusal })

/** `encrypted_content` is told whether it was asked for or not, as the specification now has it. */
export function reasoningItem(
  id: string,
  { text, signature, redacted }: Omit<ReasoningPart, 'type' | 'extras'>,
  { summaries }: Pick<Manner, 'summaries'>,
): Fields {
  const sealed = sealThought({ text, signature, redacted })
  return {
    id,
    type: 'reasoning',
    summary: summaries && text !== '' ? [{ type: 'summary_text', text }] : [],
    ...(!summaries && text !== '' && { content: [{ type: 'reasoning_text', text }] }),
    ...(sealed !== undefined && { encrypted_content: sealed }),
  }
}

/** A call on its way or done. */
interface Call {
  id: string
  name: string
  arguments: string
}

const PLAIN = { kind: 'function' } as const

/** How ids of the items of a call begin. */
export function callPrefix({ kind }: Pick<Callee, 'kind'> = PLAIN): string {
  if (kind === 'function') return 'fc_'
  return kind === 'custom' ? 'ctc_' : CALLER_TOOLS[kind].idPrefix
}

/** The item of a call for the caller to run, in the caller's own terms. */
export function callItem(
  id: string,
  { call, callee, status }: { call: Call; callee: Callee | undefined; status: ItemStatus },
): Fields {
  const { kind, name, namespace }: Callee = callee ?? { kind: 'function', name: call.name }
  const around = { status, call_id: call.id, name, ...(namespace && { namespace }) }
  if (kind === 'function') {
    const text = call.arguments === '' && status !== 'in_progress' ? '{}' : call.arguments
    return { id, type: 'function_call', ...around, arguments: text }
  }
  if (kind === 'custom') {
    return { id, type: 'custom_tool_call', ...around, input: customInput(call.arguments) }
  }
  const { item } = CALLER_TOOLS[kind]
  return { id, type: item, status, call_id: call.id, ...callerMembers(kind, call.arguments) }
}

/** The free text inside a custom tool's arguments; what is no such JSON is taken as it is. */
export function customInput(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text)
    const input = typeof parsed === 'object' && parsed !== null && 'input' in parsed && parsed.input
    return typeof input === 'string' ? input : text
  } catch {
    // The model did not keep to the schema; its words are still what it wants the tool to have.
    return text
  }
}

/** A citation as OpenAI has it, where it is of a page or of a file. Offsets in characters of its part. */
export function annotation(
  citation: Citation,
  span: { start: number; end: number },
): Fields | undefined {
  const { url, title, source, location = {} } = citation
  const { start_index: start, end_index: end } = location
  if (url) {
    return {
      type: 'url_citation',
      start_index: typeof start === 'number' ? start : span.start,
      end_index: typeof end === 'number' ? end : span.end,
      url,
      title: title ?? url,
    }
  }
  if (!title && !source) return undefined
  return {
    type: 'file_citation',
    index: span.end,
    file_id: source ?? '',
    filename: title ?? source,
  }
}

/** What a platform ran: its arguments, and what came of it. */
interface Run {
  written: string
  result?: ToolResultPart
  status: string
}

/** A search of the web that the model's platform made. */
export function searchItem(
  id: string,
  { written, result, status }: Run,
  { sources }: Pick<Manner, 'sources'>,
): Fields {
  const query = memberOf(written, 'query') ?? ''
  return {
    id,
    type: 'web_search_call',
    status,
    action: {
      type: 'search',
      query,
      queries: query === '' ? [] : [query],
      ...(sources && { sources: result ? pagesIn(wordsOf(result)) : [] }),
    },
  }
}

/** Pages stand in a list, or in one named `results`. */
function pagesIn(json: string): Fields[] {
  const found = parseArguments(json) as Fields | unknown[] | null | undefined
  const pages = Array.isArray(found) ? found : found?.['results']
  if (!Array.isArray(pages)) return []
  return pages.flatMap((page: unknown) => {
    const { url } = Object(page) as Fields
    return typeof url === 'string' ? [{ type: 'url', url }] : []
  })
}

export const codeOf = (written: string): string =>
  memberOf(written, 'code') ?? memberOf(written, 'snippet') ?? written

/** Code that the model's platform ran, with what it printed. */
export function interpreterItem(id: string, { written, result, status }: Run): Fields {
  const logs = result && printed(result)
  return {
    id,
    type: 'code_interpreter_call',
    status,
    code: codeOf(written),
    container_id: `cntr_${id.slice(id.indexOf('_') + 1)}`,
    outputs: logs === undefined ? null : [{ type: 'logs', logs }],
  }
}

const wordsOf = ({ content }: ToolResultPart): string =>
  content.map((part) => (part.type === 'text' ? part.text : '')).join('')

function printed(result: ToolResultPart): string {
  const text = wordsOf(result)
  const out = memberOf(text, 'stdOut')
  const err = memberOf(text, 'stdErr')
  return out === undefined && err === undefined ? text : [out, err].filter(Boolean).join('\n')
}

/** A text member of what should be JSON. */
function memberOf(json: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json)
    const member = typeof value === 'object' && value !== null ? (value as Fields)[name] : undefined
    return typeof member === 'string' ? member : undefined
  } catch {
    // Models are cut off, and platforms answer in words.
    return undefined
  }
}

export const imageItem = (id: string, part: MediaPart): Fields => ({
  id,
  type: 'image_generation_call',
  status: 'completed',
  result: part.source.kind === 'base64' ? part.source.data : locationText(part),
})

export const compactionItem = (id: string, summary: string): Fields => ({
  id,
  type: 'compaction',
  encrypted_content: sealSummary(summary),
})
