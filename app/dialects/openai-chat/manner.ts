import type { Conversation, FunctionTool } from '../../conversation/conversation.ts'
import { ownOf } from './extras.ts'
import type { ReasoningField } from './reasoning-carrier.ts'

export interface OpenaiChatOptions {
  /** The member that carries the text of thoughts; `reasoning_content` when absent. */
  reasoningField?: ReasoningField | 'none'
}

/** How this caller wants answers written; the same for every choice and frame. */
export interface Manner {
  reasoningField: ReasoningField
  /** The text of thoughts is not shown. */
  hideReasoning: boolean
  /** The caller speaks `function_call`, which holds one call. */
  legacy: boolean
  /** Tools whose one argument is the free text of OpenAI's custom tools. */
  customTools: ReadonlySet<string>
  /** Those of them whose calls are functions to the caller, with the text for arguments. */
  textFunctions: ReadonlySet<string>
  /** The answer is wanted spoken. */
  spoken: boolean
}

const NO_TOOLS: ReadonlySet<string> = new Set()

export function mannerOf(conversation: Conversation, options: OpenaiChatOptions): Manner {
  const own = ownOf(conversation)
  const custom = conversation.tools.filter((tool) => tool.type === 'function' && isFreeText(tool))
  const textual = custom.filter((tool) => tool.type === 'function' && ownOf(tool).textFunction)
  const { reasoningField = 'reasoning_content' } = options
  const isHidden = own.hideReasoning === true || conversation.reasoning?.display === 'omitted'
  return {
    reasoningField: reasoningField === 'none' ? 'reasoning_content' : reasoningField,
    hideReasoning: isHidden || reasoningField === 'none',
    legacy: own.legacyFunctions === true,
    customTools: custom.length > 0 ? new Set(custom.map((tool) => tool.name)) : NO_TOOLS,
    textFunctions: textual.length > 0 ? new Set(textual.map((tool) => tool.name)) : NO_TOOLS,
    spoken: conversation.audio !== undefined,
  }
}

function isFreeText(tool: FunctionTool): boolean {
  const { kind, textFunction } = ownOf(tool)
  return kind === 'custom' || textFunction === true
}
