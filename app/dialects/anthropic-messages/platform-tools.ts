import { entryOf } from '../../codecs/table.ts'
import type { ToolCallPart, ToolResultPart } from '../../conversation/conversation.ts'
import { callInput, parseArguments } from '../call-input.ts'
import { type Fields, ownOf } from './extras.ts'

/**
 * Tools that other platforms run, by the names under which Anthropic's clients know their like: strict
 * clients take no other names and no other blocks.
 */
const KNOWN_AS: Record<string, string> = {
  nova_grounding: 'web_search',
  nova_code_interpreter: 'code_execution',
}

export function platformToolName(name: string): string {
  return entryOf(KNOWN_AS, name) ?? name
}

const SEARCH = 'web_search'

/** The searches up to and with this call of the platform's; `before` is undefined where it is the first. */
export function searchesWith(name: string, before: number | undefined): number {
  return (before ?? 0) + Number(platformToolName(name) === SEARCH)
}

/** What an answer's platform did, as the block Anthropic's platform would have written. */
export function encodePlatformCall(part: ToolCallPart): Fields {
  return {
    type: part.server,
    id: part.id,
    name: platformToolName(part.name),
    input: callInput(part.arguments),
    ...ownOf(part).fields,
  }
}

const RESULT = '_result'

/** What a tool of one platform found, in the forms of both. */
interface ResultForm {
  /** The block's type. */
  type: string
  /** From the other platform's JSON; undefined where that tells nothing. */
  encode(found: unknown): unknown
  /** To the other platform's JSON; undefined where only Anthropic's can read it. */
  decode(content: unknown): unknown
  /** The content where nothing was told. */
  nothing: unknown
}

const RESULT_FORMS: Record<string, ResultForm> = {
  code_execution: {
    type: 'code_execution_tool_result',
    encode: executionResult,
    decode: executionOf,
    nothing: executionResult({}),
  },
  [SEARCH]: {
    type: 'web_search_tool_result',
    encode: foundPages,
    decode: pagesOf,
    nothing: [],
  },
}

/** Anthropic's word for a tool that could not be used. */
const FAILED = 'unavailable'

/** What came of it; undefined where Anthropic has no form for it. */
export function encodePlatformResult(part: ToolResultPart): Fields | undefined {
  const { block } = ownOf(part)
  if (block) return block
  const kind = part.server ?? ''
  const tool = kind.endsWith(RESULT) ? kind.slice(0, -RESULT.length) : kind
  const form = entryOf(RESULT_FORMS, platformToolName(tool))
  if (!form) return undefined
  const found = form.encode(jsonOf(part))
  const failure = { type: `${form.type}_error`, error_code: FAILED }
  return {
    type: form.type,
    tool_use_id: part.callId,
    content: found ?? (part.isError ? failure : form.nothing),
  }
}

function jsonOf(part: ToolResultPart): unknown {
  const text = part.content.find((piece) => piece.type === 'text')?.text
  if (text === undefined || text.trim() === '') return undefined
  // Words instead of an object, a lone number as well, are what the tool printed.
  return structured(text) ?? (part.isError ? { stdErr: text, exitCode: 1 } : { stdOut: text })
}

function structured(text: string): object | undefined {
  const found = parseArguments(text)
  return typeof found === 'object' && found !== null ? found : undefined
}

/** What of a result Anthropic's clients send back other platforms can read; its block is kept beside it. */
export function decodePlatformResult(wire: Fields): Pick<ToolResultPart, 'content' | 'isError'> {
  const { type, content } = wire
  const form = Object.values(RESULT_FORMS).find((one) => one.type === type)
  if (!form) return { content: [] }
  const { type: kind, error_code: code } = fieldsOf(content)
  if (kind === `${type}_error`) {
    return { content: [{ type: 'text', text: String(code ?? FAILED) }], isError: true }
  }
  const found = form.decode(content)
  return { content: found ? [{ type: 'text', text: JSON.stringify(found) }] : [] }
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}

/** The result of Nova's interpreter (recorded). */
interface Execution {
  stdOut: string
  stdErr: string
  exitCode: number
  isError: boolean
}

function executionResult(found: unknown): Fields | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  const { stdOut, stdErr, exitCode, isError = false }: Partial<Execution> = found
  return {
    type: 'code_execution_result',
    stdout: stdOut ?? '',
    stderr: stdErr ?? '',
    return_code: exitCode ?? Number(isError),
    content: [],
  }
}

function executionOf(content: unknown): Execution | undefined {
  const { type, stdout, stderr, return_code: code } = fieldsOf(content)
  if (type !== 'code_execution_result') return undefined
  const exitCode = typeof code === 'number' ? code : 0
  return {
    stdOut: String(stdout ?? ''),
    stdErr: String(stderr ?? ''),
    exitCode,
    isError: exitCode !== 0,
  }
}

/** Pages stand in a list, or in one named `results`. */
function foundPages(found: unknown): Fields[] | undefined {
  const list = Array.isArray(found) ? found : fieldsOf(found)['results']
  if (!Array.isArray(list)) return undefined
  return titled(list).map((page) => ({
    type: 'web_search_result',
    ...page,
    encrypted_content: '',
    page_age: null,
  }))
}

function pagesOf(content: unknown): Fields | undefined {
  return Array.isArray(content) ? { results: titled(content) } : undefined
}

function titled(pages: readonly unknown[]): { url: string; title: string }[] {
  return pages.flatMap((page) => {
    const { url, title } = fieldsOf(page)
    return typeof url === 'string' ? { url, title: typeof title === 'string' ? title : url } : []
  })
}
