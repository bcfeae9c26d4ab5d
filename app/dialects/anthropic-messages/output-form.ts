import type { Conversation, OutputFormat } from '../../conversation/conversation.ts'
import type { Asking } from './asking.ts'
import type { Fields } from './extras.ts'
import { closeObjects, inputSchema } from './input-schema.ts'

/** The hidden tool whose input is the answer, where the model has no structured output (T54). */
const OUTPUT_TOOL = 'final_answer'

const OUTPUT_TOOL_TEXT =
  'Gives the final answer. Call it exactly once, when the answer is complete, instead of writing text.'

/** How an answer of a certain form is had from the model. */
export interface OutputPlan {
  /** `output_config.format`. */
  format?: Fields
  /** The hidden tool, as the wire has it. */
  tool?: Fields & { name: string }
  /** Its input is wrapped. */
  wrapped?: boolean
  /** It could not be forced, so the prompt has to ask for it. */
  unforced?: boolean
  /** Said at the end of the system prompt. */
  instruction?: string
}

/** Native where the model has it, else a hidden tool; without a schema an instruction. */
export function planOutput({ output }: Conversation, { card, names, heard }: Asking): OutputPlan {
  if (!output || output.type === 'text') return {}
  if (output.type === 'json-object') {
    return { instruction: 'Answer with one JSON object and nothing else.' }
  }
  if (card.traits.structuredOutput) {
    const schema = heard ? output.schema : closeObjects(output.schema)
    return { format: { type: 'json_schema', schema } }
  }
  return outputTool(output, names.fresh(OUTPUT_TOOL))
}

function outputTool(
  output: Extract<OutputFormat, { type: 'json-schema' }>,
  name: string,
): OutputPlan {
  const { schema, wrapped } = inputSchema(output.schema)
  const about = output.description ? ` ${output.description}` : ''
  const tool = { name, description: OUTPUT_TOOL_TEXT + about, input_schema: schema }
  return wrapped ? { tool, wrapped } : { tool }
}

/** What the system prompt has to add. */
export function outputInstruction(plan: OutputPlan): string | undefined {
  if (plan.unforced && plan.tool) {
    return `Give your final answer by calling the tool ${plan.tool.name}, not as text.`
  }
  return plan.instruction
}
