import type {
  Conversation,
  Extras,
  FunctionTool,
  Guardrail,
  OutputFormat,
  Settings,
  Tool,
  ToolChoice,
} from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { decodeBlock } from './decode-blocks.ts'
import { decodeFields } from './decode-fields.ts'
import { USER_KEY } from './request-labels.ts'
import {
  type ConverseRequest,
  DIALECT,
  type GuardrailConfig,
  type OutputConfig,
  type ToolConfig,
  type ToolSpec,
} from './wire.ts'

/** The body as `converseRequest` let it through, with what stands in the path on the wire. */
interface Heard extends ConverseRequest {
  modelId?: string
  stream?: boolean
}

/** Members without words of ours; they go back as they came. */
const OWN_MEMBERS = ['promptVariables', 'additionalModelResponseFieldPaths'] as const

/** A request of Converse. Throws `GatewayError` for a schema that is no JSON. */
export function decodeRequest(body: unknown): Conversation {
  const heard = body as Heard
  const own = decodeFields(heard.additionalModelRequestFields)
  const { fields, tools, reasoning, settings } = own
  const conversation: Conversation = {
    model: heard.modelId ?? '',
    system: heard.system?.map(decodeBlock) ?? [],
    turns:
      heard.messages?.map(({ role, content }) => ({ role, parts: content.map(decodeBlock) })) ?? [],
    tools: [...decodeTools(heard.toolConfig), ...tools],
    settings: { ...decodeSettings(heard), ...settings },
    stream: heard.stream ?? false,
  }
  const toolChoice = decodeToolChoice(heard.toolConfig)
  if (toolChoice) conversation.toolChoice = toolChoice
  const output = decodeOutput(heard.outputConfig) ?? own.output
  if (output) conversation.output = output
  if (reasoning) conversation.reasoning = reasoning
  const guardrail = decodeGuardrail(heard.guardrailConfig)
  if (guardrail) conversation.guardrail = guardrail
  if (Object.keys(fields).length > 0) conversation.extraFields = fields
  const extras = decodeExtras(heard)
  if (extras) conversation.extras = extras
  return { ...conversation, ...decodeLabels(heard.requestMetadata) }
}

function decodeSettings(heard: Heard): Settings {
  const { maxTokens, temperature, topP, stopSequences } = heard.inferenceConfig ?? {}
  const settings: Settings = {}
  if (maxTokens !== undefined) settings.maxTokens = maxTokens
  if (temperature !== undefined) settings.temperature = temperature
  if (topP !== undefined) settings.topP = topP
  const stop = stopSequences?.filter((sequence) => sequence.trim() !== '')
  if (stop?.length) settings.stop = stop
  if (heard.serviceTier) settings.serviceTier = heard.serviceTier.type
  const latency = heard.performanceConfig?.latency
  if (latency) settings.latency = latency
  return settings
}

/** A cache point behind a function tool belongs to it; others are dropped, for they cache nothing more. */
function decodeTools(config: ToolConfig | undefined): Tool[] {
  const tools: Tool[] = []
  for (const { toolSpec, systemTool, cachePoint } of config?.tools ?? []) {
    if (toolSpec) tools.push(decodeToolSpec(toolSpec))
    if (systemTool) tools.push({ type: 'system', name: systemTool.name })
    const last = tools.at(-1)
    if (cachePoint && last?.type === 'function') {
      const ttl = last.cachePoint?.ttl === '1h' ? '1h' : cachePoint.ttl
      last.cachePoint = ttl ? { type: 'cache-point', ttl } : { type: 'cache-point' }
    }
  }
  return tools
}

function decodeToolSpec({ name, description, inputSchema, strict }: ToolSpec): FunctionTool {
  const tool: FunctionTool = { type: 'function', name, schema: inputSchema.json }
  if (description !== undefined) tool.description = description
  if (strict !== undefined) tool.strict = strict
  return tool
}

function decodeToolChoice(config: ToolConfig | undefined): ToolChoice | undefined {
  const choice = config?.toolChoice
  if (choice?.tool) return { type: 'tool', name: choice.tool.name }
  if (choice?.any) return { type: 'required' }
  return choice?.auto ? { type: 'auto' } : undefined
}

function decodeOutput(config: OutputConfig | undefined): OutputFormat | undefined {
  const format = config?.textFormat?.structure.jsonSchema
  if (!format) return undefined
  const output: OutputFormat = { type: 'json-schema', schema: parseSchema(format.schema) }
  if (format.name !== undefined) output.name = format.name
  if (format.description !== undefined) output.description = format.description
  return output
}

function parseSchema(text: string): Record<string, unknown> {
  let cause: unknown
  try {
    const schema: unknown = JSON.parse(text)
    if (typeof schema === 'object' && schema !== null) return { ...schema }
  } catch (thrown) {
    cause = thrown
  }
  const param = 'outputConfig.textFormat.structure.jsonSchema.schema'
  throw new GatewayError('invalid-request', `${param} is not the JSON text of a schema.`, {
    param,
    cause,
  })
}

function decodeGuardrail(config: GuardrailConfig | undefined): Guardrail | undefined {
  if (!config?.guardrailIdentifier) return undefined
  const { guardrailIdentifier: id, guardrailVersion = 'DRAFT', trace } = config
  const guardrail: Guardrail = { id, version: guardrailVersion }
  if (trace) guardrail.trace = trace
  if (config.streamProcessingMode) guardrail.streamMode = config.streamProcessingMode
  return guardrail
}

function decodeLabels(
  pairs: Record<string, string> | undefined,
): Pick<Conversation, 'user' | 'metadata'> {
  if (!pairs) return {}
  const { [USER_KEY]: user, ...metadata } = pairs
  return {
    ...(user !== undefined && { user }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
}

function decodeExtras(heard: Heard): Extras | undefined {
  const own: Record<string, unknown> = {}
  const members = OWN_MEMBERS.filter((name) => heard[name] !== undefined)
  if (members.length > 0) {
    own['members'] = Object.fromEntries(members.map((name) => [name, heard[name]]))
  }
  // Whoever wrote the schema's text spaced it in their own way, and AWS caches grammars by it.
  const schema = heard.outputConfig?.textFormat?.structure.jsonSchema.schema
  if (schema !== undefined) own['schema'] = schema
  if (heard.outputConfig?.effort !== undefined) own['effort'] = heard.outputConfig.effort
  return Object.keys(own).length > 0 ? { [DIALECT]: own } : undefined
}
