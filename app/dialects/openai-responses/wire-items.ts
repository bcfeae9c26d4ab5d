import { z } from '@hono/zod-openapi'
import { content } from './wire-parts.ts'

const fields = z.record(z.string(), z.unknown())

/** What any item may have that comes back from an answer. */
const kept = { id: z.string().nullish(), status: z.string().nullish() }
const calling = { ...kept, caller: fields.nullish() }

const message = z
  .looseObject({
    type: z.literal('message').optional(),
    role: z.enum(['user', 'assistant', 'system', 'developer']),
    content,
    phase: z.string().nullish(),
    ...kept,
  })
  .openapi('ResponseMessageItem')

const functionCall = z
  .looseObject({
    type: z.literal('function_call'),
    ...calling,
    call_id: z.string(),
    name: z.string(),
    namespace: z.string().nullish(),
    arguments: z.string().describe('JSON, as the model wrote it.'),
  })
  .openapi('ResponseFunctionCallItem')

const functionCallOutput = z
  .looseObject({
    type: z.literal('function_call_output'),
    ...calling,
    call_id: z.string(),
    output: content,
  })
  .openapi('ResponseFunctionCallOutputItem')

const customToolCall = z.looseObject({
  type: z.literal('custom_tool_call'),
  ...calling,
  call_id: z.string(),
  name: z.string(),
  namespace: z.string().nullish(),
  input: z.string(),
})

const customToolCallOutput = z.looseObject({
  type: z.literal('custom_tool_call_output'),
  ...calling,
  call_id: z.string(),
  output: content,
})

const thoughtText = z.looseObject({ type: z.string().optional(), text: z.string() })

const reasoning = z
  .looseObject({
    type: z.literal('reasoning'),
    ...kept,
    summary: z.array(thoughtText).nullish(),
    content: z.array(thoughtText).nullish(),
    encrypted_content: z
      .string()
      .nullish()
      .describe('What the model needs back to go on with its thought; send it back unchanged.'),
  })
  .openapi('ResponseReasoningItem')

const itemReference = z.looseObject({ type: z.literal('item_reference'), id: z.string() })

const compaction = z
  .looseObject({
    type: z.literal('compaction'),
    ...kept,
    created_by: z.string().nullish(),
    encrypted_content: z.string(),
  })
  .openapi('ResponseCompactionItem')

const compactionTrigger = z.looseObject({ type: z.literal('compaction_trigger') })

const localShellCall = z.looseObject({
  type: z.literal('local_shell_call'),
  ...kept,
  call_id: z.string(),
  action: fields,
})

/** Its `id` is that of the call, says the specification; clients write `call_id` as well. */
const localShellCallOutput = z.looseObject({
  type: z.literal('local_shell_call_output'),
  ...kept,
  call_id: z.string().nullish(),
  output: z.string(),
})

const shellCall = z.looseObject({
  type: z.literal('shell_call'),
  ...calling,
  call_id: z.string(),
  environment: fields.nullish(),
  action: fields,
})

const shellCallOutput = z.looseObject({
  type: z.literal('shell_call_output'),
  ...calling,
  call_id: z.string(),
  max_output_length: z.number().nullish(),
  output: z.union([z.string(), z.array(fields)], { error: 'an array of objects' }),
})

const applyPatchCall = z.looseObject({
  type: z.literal('apply_patch_call'),
  ...calling,
  call_id: z.string(),
  operation: fields,
})

const applyPatchCallOutput = z.looseObject({
  type: z.literal('apply_patch_call_output'),
  ...calling,
  call_id: z.string(),
  output: z.string().nullish(),
})

const computerCall = z.looseObject({
  type: z.literal('computer_call'),
  ...kept,
  call_id: z.string(),
  action: fields.nullish(),
  actions: z.array(fields).nullish(),
  pending_safety_checks: z.array(fields).nullish(),
})

const computerCallOutput = z.looseObject({
  type: z.literal('computer_call_output'),
  ...kept,
  acknowledged_safety_checks: z.array(fields).nullish(),
  call_id: z.string(),
  output: z.looseObject({
    type: z.string().optional(),
    image_url: z.string().nullish(),
    file_id: z.string().nullish(),
    detail: z.string().nullish(),
  }),
})

/** Tools that came later; their place among the turns is of no matter. */
const additionalTools = z.looseObject({
  type: z.literal('additional_tools'),
  ...kept,
  role: z.string().nullish(),
  tools: z.array(fields),
})

/** A search for tools, by OpenAI or by the caller, and what it found: to OpenAI's own there is nothing to answer. */
const toolSearchCall = z.looseObject({
  type: z.literal('tool_search_call'),
  ...kept,
  call_id: z.string().nullish(),
  execution: z.string().nullish(),
  arguments: z.unknown(),
})

const toolSearchOutput = z.looseObject({
  type: z.literal('tool_search_output'),
  ...kept,
  call_id: z.string().nullish(),
  execution: z.string().nullish(),
  tools: z.array(fields),
})

const known = z.discriminatedUnion('type', [
  message,
  functionCall,
  functionCallOutput,
  customToolCall,
  customToolCallOutput,
  reasoning,
  itemReference,
  compaction,
  compactionTrigger,
  localShellCall,
  localShellCallOutput,
  shellCall,
  shellCallOutput,
  applyPatchCall,
  applyPatchCallOutput,
  computerCall,
  computerCallOutput,
  additionalTools,
  toolSearchCall,
  toolSearchOutput,
])

const KNOWN_TYPES: ReadonlySet<string> = new Set([
  'message',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'reasoning',
  'item_reference',
  'compaction',
  'compaction_trigger',
  'local_shell_call',
  'local_shell_call_output',
  'shell_call',
  'shell_call_output',
  'apply_patch_call',
  'apply_patch_call_output',
  'computer_call',
  'computer_call_output',
  'additional_tools',
  'tool_search_call',
  'tool_search_output',
] satisfies Exclude<z.infer<typeof known>['type'], undefined>[])

// What other platforms keep of their own work (a search, a list of tools). It is left out, and named.
const otherItem = z
  .looseObject({
    type: z.string().refine((type) => !KNOWN_TYPES.has(type), { abort: true }),
  })
  .openapi('ResponseOtherItem')

// Clients may refer to an item by nothing but its id.
const bareReference = z.strictObject({ id: z.string(), type: z.null().optional() })

export const inputItem = z.union([known, otherItem, bareReference]).openapi('ResponseInputItem')

export type WireItem = z.infer<typeof known>
export type WireInputItem = z.infer<typeof inputItem>
export type WireMessage = z.infer<typeof message>
export type WireReasoning = z.infer<typeof reasoning>
