import { z } from '@hono/zod-openapi'
import { cacheControl } from './wire-blocks.ts'

const customTool = z
  .looseObject({
    type: z.literal('custom').nullish(),
    name: z.string().min(1).max(128),
    description: z.string().nullish(),
    input_schema: z.record(z.string(), z.unknown()).describe('A JSON schema of the input.'),
    cache_control: cacheControl.nullish(),
    strict: z.boolean().nullish(),
    defer_loading: z.boolean().nullish(),
    eager_input_streaming: z.boolean().nullish(),
    input_examples: z.array(z.record(z.string(), z.unknown())).nullish(),
  })
  .openapi('MessagesCustomTool')

// A tool that Anthropic defined, by its versioned type. Whether the model has it is the provider's to say.
const definedTool = z
  .looseObject({
    type: z.string().refine((type) => type !== 'custom', { abort: true }),
    name: z.string().nullish(),
    cache_control: cacheControl.nullish(),
  })
  .openapi('MessagesDefinedTool')

export const tool = z.union([customTool, definedTool])

const single = { disable_parallel_tool_use: z.boolean().nullish() }

export const toolChoice = z
  .discriminatedUnion('type', [
    z.looseObject({ type: z.literal('auto'), ...single }),
    z.looseObject({ type: z.literal('any'), ...single }),
    z.looseObject({ type: z.literal('tool'), name: z.string(), ...single }),
    z.looseObject({ type: z.literal('none') }),
  ])
  .openapi('MessagesToolChoice')

export type WireTool = z.infer<typeof tool>
export type WireCustomTool = z.infer<typeof customTool>
export type WireDefinedTool = z.infer<typeof definedTool>
export type WireToolChoice = z.infer<typeof toolChoice>
