import { z } from '@hono/zod-openapi'

/** Who may call a tool, and when its description is loaded; without effect. */
const manner = {
  allowed_callers: z.array(z.string()).nullish(),
  defer_loading: z.boolean().nullish(),
}

const functionTool = z
  .looseObject({
    type: z.literal('function'),
    name: z.string().min(1),
    description: z.string().nullish(),
    parameters: z
      .record(z.string(), z.unknown())
      .nullish()
      .describe('A JSON schema of the arguments.'),
    strict: z.boolean().nullish(),
    output_schema: z.record(z.string(), z.unknown()).nullish(),
    ...manner,
  })
  .openapi('ResponseFunctionTool')

const customTool = z
  .looseObject({
    type: z.literal('custom'),
    name: z.string().min(1),
    description: z.string().nullish(),
    format: z
      .looseObject({
        type: z.enum(['text', 'grammar']),
        definition: z.string().nullish(),
        syntax: z.enum(['lark', 'regex']).nullish(),
      })
      .nullish(),
    ...manner,
  })
  .openapi('ResponseCustomTool')

const userLocation = z.looseObject({
  country: z.string().nullish(),
  region: z.string().nullish(),
  city: z.string().nullish(),
  timezone: z.string().nullish(),
})

const DEFINED: ReadonlySet<string> = new Set(['function', 'custom', 'namespace'])

// Whether the model or the gateway has such a tool is seen later; a type nobody knows is left out.
const otherTool = z
  .looseObject({
    type: z.string().refine((type) => !DEFINED.has(type), { abort: true }),
    search_context_size: z.enum(['low', 'medium', 'high']).nullish(),
    user_location: userLocation.nullish(),
    filters: z.looseObject({ allowed_domains: z.array(z.string()).nullish() }).nullish(),
    environment: z.looseObject({ type: z.string().optional() }).or(z.string()).nullish(),
  })
  .openapi('ResponseOtherTool')

const namespaceTool = z
  .looseObject({
    type: z.literal('namespace'),
    name: z.string().min(1),
    description: z.string().nullish(),
    tools: z.array(z.union([z.discriminatedUnion('type', [functionTool, customTool]), otherTool])),
  })
  .openapi('ResponseNamespaceTool')

export const tool = z.union([
  z.discriminatedUnion('type', [functionTool, customTool, namespaceTool]),
  otherTool,
])

const named = z.looseObject({
  type: z.string(),
  name: z.string().nullish(),
  namespace: z.string().nullish(),
})

const allowedTools = z.looseObject({
  type: z.literal('allowed_tools'),
  mode: z.enum(['auto', 'required']),
  tools: z.array(named),
})

export const toolChoice = z
  .union(
    [
      z.enum(['none', 'auto', 'required']),
      allowedTools,
      z.looseObject({
        type: z.string().refine((type) => type !== 'allowed_tools', { abort: true }),
        name: z.string().nullish(),
        namespace: z.string().nullish(),
      }),
    ],
    { error: 'one of a string or an object' },
  )
  .openapi('ResponseToolChoice')

export type WireTool = z.infer<typeof tool>
export type WireFunctionTool = z.infer<typeof functionTool>
export type WireCustomTool = z.infer<typeof customTool>
export type WireNamespaceTool = z.infer<typeof namespaceTool>
export type WireOtherTool = z.infer<typeof otherTool>
export type WireToolChoice = z.infer<typeof toolChoice>
export type WireNamedTool = z.infer<typeof named>
