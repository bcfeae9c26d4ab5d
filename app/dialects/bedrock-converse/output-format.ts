import type { Conversation, OutputFormat } from '../../conversation/conversation.ts'
import type { Asking } from './encoding.ts'
import { strictSchema } from './strict-schema.ts'
import type { ToolNames } from './tool-names.ts'
import { normaliseToolSchema } from './tool-schema.ts'
import { type ConverseRequest, DIALECT, type OutputConfig, type ToolSpec } from './wire.ts'

/** The hidden tool whose arguments are the answer, where the model has no structured output (T54). */
const OUTPUT_TOOL = 'final_answer'

const OUTPUT_TOOL_TEXT =
  'Gives the final answer. Call it exactly once, when the answer is complete, instead of writing text.'

/** Said where the hidden tool cannot be forced. */
export const callInstead = (toolName: string): string =>
  `Give your final answer by calling the tool ${toolName}, not as text.`

/** How an answer of a certain form is had from a model. */
export interface OutputPlan {
  native?: OutputConfig
  tool?: { spec: ToolSpec; wrapped: boolean }
  /** Said at the end of the system prompt. */
  instruction?: string
}

type JsonSchemaFormat = Extract<OutputFormat, { type: 'json-schema' }>

/**
 * Native where the model has it and it can say the schema, else the hidden tool, else (no tools either,
 * or no schema to hold the model to) an instruction.
 */
export function planOutput(
  conversation: Conversation,
  names: ToolNames,
  asking: Asking,
): OutputPlan {
  const { output } = conversation
  const { traits } = asking.card
  const effort = ownEffort(conversation)
  if (!output || output.type === 'text') return effort
  if (output.type === 'json-object') {
    return { ...effort, instruction: 'Answer with one JSON object and nothing else.' }
  }
  if (!holdsToSchema(output, conversation)) {
    return { ...effort, instruction: 'Answer with JSON and nothing else.' }
  }
  const native = traits.structuredOutput ? nativeFormat(output, conversation) : undefined
  if (native) return { native: { ...effort.native, ...native } }
  if (traits.tools === false) {
    const schema = JSON.stringify(output.schema)
    const instruction = `Answer with JSON that satisfies this JSON schema, and nothing else:\n${schema}`
    return { ...effort, instruction }
  }
  return { ...effort, tool: outputTool(output, names) }
}

/** OpenAI's callers may leave the schema out. */
const holdsToSchema = ({ schema }: JsonSchemaFormat, { extras }: Conversation): boolean =>
  Object.keys(schema).length > 0 || extras?.[DIALECT]?.['schema'] !== undefined

/** Undefined for a schema that means more than native formats can say. */
function nativeFormat(
  output: JsonSchemaFormat,
  conversation: Conversation,
): OutputConfig | undefined {
  const own = conversation.extras?.[DIALECT]?.['schema']
  const strict = typeof own === 'string' ? own : strictSchema(output.schema)
  if (strict === undefined) return undefined
  const schema = typeof strict === 'string' ? strict : JSON.stringify(strict)
  const jsonSchema = {
    schema,
    ...(output.name !== undefined && { name: output.name }),
    ...(output.description !== undefined && { description: output.description }),
  }
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
}

function outputTool(output: JsonSchemaFormat, names: ToolNames): OutputPlan['tool'] {
  const { json, wrapped } = normaliseToolSchema(output.schema, 'output.schema')
  const about = output.description ? ` ${output.description}` : ''
  const spec: ToolSpec = {
    name: names.fresh(OUTPUT_TOOL),
    description: OUTPUT_TOOL_TEXT + about,
    inputSchema: { json },
  }
  return { spec, wrapped }
}

/** `outputConfig.effort` as this dialect itself heard it. */
function ownEffort(conversation: Conversation): Pick<OutputPlan, 'native'> {
  const effort = conversation.extras?.[DIALECT]?.['effort']
  return typeof effort === 'string' ? { native: { effort } } : {}
}

/** Members this dialect heard and has no words for; written back as they came. */
export function ownMembers(conversation: Conversation): ConverseRequest {
  const members = conversation.extras?.[DIALECT]?.['members']
  return typeof members === 'object' && members !== null ? members : {}
}
