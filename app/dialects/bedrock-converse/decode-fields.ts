import type {
  OutputFormat,
  ReasoningRequest,
  Settings,
  SystemTool,
} from '../../conversation/conversation.ts'
import { betaOf, decodeMakersTool } from './system-tools.ts'

type Fields = Record<string, unknown>

/** What `additionalModelRequestFields` say, in our words as far as they go. */
interface DecodedFields {
  /** What is left, for a model that knows it. */
  fields: Fields
  tools: SystemTool[]
  settings: Settings
  reasoning?: ReasoningRequest
  output?: OutputFormat
}

/** Settings by the names models have for them. */
const SETTINGS: Record<string, keyof Settings> = {
  top_k: 'topK',
  k: 'topK',
  seed: 'seed',
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
}

const EFFORTS: readonly string[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

export function decodeFields(heard: Fields | null | undefined): DecodedFields {
  const fields: Fields = { ...heard }
  const settings = takeSettings(fields)
  const tools = takeMakersTools(fields)
  const output = takeFormat(fields)
  const reasoning = takeReasoning(fields)
  const decoded: DecodedFields = { fields, settings, tools }
  if (output) decoded.output = output
  if (reasoning) decoded.reasoning = reasoning
  return decoded
}

/** Claude's own way to say the form of an answer, which some clients prefer to `outputConfig`. */
function takeFormat(fields: Fields): OutputFormat | undefined {
  const { format, ...config } = objectAt(fields, 'output_config')
  const { type, schema, ...rest } = objectAt({ format }, 'format')
  if (type !== 'json_schema' || Object.keys(rest).length > 0) return undefined
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return undefined
  replace(fields, 'output_config', config)
  return { type: 'json-schema', schema: { ...schema } }
}

function takeSettings(fields: Fields): Settings {
  const found: Fields = {}
  for (const [name, setting] of Object.entries(SETTINGS)) {
    if (typeof fields[name] !== 'number') continue
    found[setting] = fields[name]
    delete fields[name]
  }
  const { topK, ...inference } = objectAt(fields, 'inferenceConfig')
  if (typeof topK === 'number') {
    found['topK'] = topK
    replace(fields, 'inferenceConfig', inference)
  }
  const { disable_parallel_tool_use: single, ...choice } = objectAt(fields, 'tool_choice')
  if (typeof single === 'boolean') {
    found['parallelToolCalls'] = !single
    const { type: _, ...rest } = choice
    replace(fields, 'tool_choice', choice['type'] === 'auto' ? rest : choice)
  }
  return found
}

/** The flags that come with the tools are implied by them and added again by the encoder. */
function takeMakersTools(fields: Fields): SystemTool[] {
  if (!Array.isArray(fields['tools'])) return []
  const tools = fields['tools'].map(decodeMakersTool).filter((tool) => tool !== undefined)
  if (tools.length !== fields['tools'].length) return []
  delete fields['tools']
  const implied = new Set(tools.map((tool) => betaOf(tool.kind ?? '')))
  const betas = Array.isArray(fields['anthropic_beta']) ? fields['anthropic_beta'] : []
  const others = betas.filter((beta) => !implied.has(beta))
  if (others.length > 0) fields['anthropic_beta'] = others
  else delete fields['anthropic_beta']
  return tools
}

/** The request shapes of `reasoning.ts`, read back. A shape nobody knows stays among the fields. */
function takeReasoning(fields: Fields): ReasoningRequest | undefined {
  if ('thinking' in fields) return takeThinking(fields)
  const { type, maxReasoningEffort } = objectAt(fields, 'reasoningConfig')
  if (type === 'disabled') return taken(fields, 'reasoningConfig', { enabled: false })
  if (isEffort(maxReasoningEffort)) {
    return taken(fields, 'reasoningConfig', { effort: maxReasoningEffort })
  }
  for (const name of ['reasoning_effort', 'reasoning_config']) {
    const effort = fields[name]
    if (isEffort(effort)) return taken(fields, name, { effort })
  }
  const { effort, ...rest } = objectAt(fields, 'reasoning')
  if (!isEffort(effort) || Object.keys(rest).length > 0) return undefined
  return taken(fields, 'reasoning', { effort })
}

function takeThinking(fields: Fields): ReasoningRequest | undefined {
  const { type, budget_tokens: budget } = objectAt(fields, 'thinking')
  if (type === 'disabled' || type === 'between_tools') {
    return taken(fields, 'thinking', { enabled: false })
  }
  if (type === 'enabled' && typeof budget === 'number') return taken(fields, 'thinking', { budget })
  if (type !== 'adaptive') return undefined
  const { effort, ...config } = objectAt(fields, 'output_config')
  if (isEffort(effort)) replace(fields, 'output_config', config)
  return taken(
    fields,
    'thinking',
    isEffort(effort) ? { adaptive: true, effort } : { adaptive: true },
  )
}

function taken(fields: Fields, name: string, request: ReasoningRequest): ReasoningRequest {
  delete fields[name]
  return request
}

function isEffort(value: unknown): value is NonNullable<ReasoningRequest['effort']> {
  return typeof value === 'string' && EFFORTS.includes(value)
}

function objectAt(fields: Fields, name: string): Fields {
  const value = fields[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** Writes back what was not taken of a member; nothing at all when nothing is left. */
function replace(fields: Fields, name: string, rest: Fields): void {
  if (Object.keys(rest).length > 0) fields[name] = rest
  else delete fields[name]
}
