import { entryOf } from '../../codecs/table.ts'
import type { ToolCallPart, ToolResultPart } from '../../conversation/conversation.ts'
import { callInput } from '../call-input.ts'
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

type ResultForm = (content: unknown, callId: string) => Fields

const RESULT_FORMS: Record<string, ResultForm> = {
  code_execution: (content, callId) => ({
    type: 'code_execution_tool_result',
    tool_use_id: callId,
    content: executionResult((content ?? {}) as Execution),
  }),
  web_search: (content, callId) => ({
    type: 'web_search_tool_result',
    tool_use_id: callId,
    content: foundPages(content),
  }),
}

/** What came of it; undefined where Anthropic has no form for it. */
export function encodePlatformResult(part: ToolResultPart): Fields | undefined {
  const { block } = ownOf(part)
  if (block) return block
  const kind = part.server ?? ''
  const tool = kind.endsWith(RESULT) ? kind.slice(0, -RESULT.length) : kind
  return entryOf(RESULT_FORMS, platformToolName(tool))?.(jsonOf(part), part.callId)
}

function jsonOf(part: ToolResultPart): unknown {
  const text = part.content.find((piece) => piece.type === 'text')?.text
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    // Words instead of JSON are what the tool printed.
    return { stdOut: text }
  }
}

/** The result of Nova's interpreter (recorded). */
interface Execution {
  stdOut?: string
  stdErr?: string
  exitCode?: number
}

function executionResult({ stdOut = '', stdErr = '', exitCode = 0 }: Execution): Fields {
  return {
    type: 'code_execution_result',
    stdout: stdOut,
    stderr: stdErr,
    return_code: exitCode,
    content: [],
  }
}

function foundPages(content: unknown): Fields[] {
  const list = Array.isArray(content) ? content : ((content as Fields | null)?.['results'] ?? [])
  if (!Array.isArray(list)) return []
  return list.flatMap((page: { url?: unknown; title?: unknown } | null) =>
    typeof page?.url === 'string'
      ? {
          type: 'web_search_result',
          url: page.url,
          title: typeof page.title === 'string' ? page.title : page.url,
          encrypted_content: '',
          page_age: null,
        }
      : [],
  )
}
