import { z } from '@hono/zod-openapi'

const schema = z.record(z.string(), z.unknown())

const cacheControl = z
  .looseObject({ type: z.string().optional(), ttl: z.enum(['5m', '1h']).nullish() })
  .nullish()
  .describe('Everything up to this tool may be cached upstream.')

const functionTool = z
  .looseObject({
    type: z.literal('function'),
    function: z.looseObject({
      name: z.string().min(1),
      description: z.string().nullish(),
      parameters: schema.nullish().describe('A JSON schema of the arguments.'),
      strict: z.boolean().nullish(),
    }),
    cache_control: cacheControl,
  })
  .openapi('ChatFunctionTool')

const grammar = z.looseObject({ definition: z.string(), syntax: z.enum(['lark', 'regex']) })

const customTool = z
  .looseObject({
    type: z.literal('custom'),
    custom: z.looseObject({
      name: z.string().min(1),
      description: z.string().nullish(),
      format: z
        .discriminatedUnion('type', [
          z.looseObject({ type: z.literal('text') }),
          z.looseObject({ type: z.literal('grammar'), grammar }),
        ])
        .nullish(),
    }),
    cache_control: cacheControl,
  })
  .openapi('ChatCustomTool')

// A tool that the platform or the model's vendor defines. Whether it exists is the provider's to say.
const otherTool = z
  .looseObject({
    type: z.string().refine((type) => type !== 'function' && type !== 'custom', { abort: true }),
    name: z.string().optional(),
  })
  .openapi('ChatPlatformTool')

export const tool = z.union([z.discriminatedUnion('type', [functionTool, customTool]), otherTool])

const named = z.looseObject({ name: z.string() })

const allowedTools = z.looseObject({
  type: z.literal('allowed_tools'),
  allowed_tools: z.looseObject({
    mode: z.enum(['auto', 'required']),
    tools: z.array(
      z.looseObject({
        type: z.string(),
        function: named.optional(),
        custom: named.optional(),
      }),
    ),
  }),
})

export const toolChoice = z
  .union(
    [
      z.enum(['none', 'auto', 'required']),
      z.discriminatedUnion('type', [
        z.looseObject({ type: z.literal('function'), function: named }),
        z.looseObject({ type: z.literal('custom'), custom: named }),
        allowedTools,
      ]),
    ],
    { error: 'one of a string or an object' },
  )
  .openapi('ChatToolChoice')

export const legacyFunction = z
  .looseObject({
    name: z.string().min(1),
    description: z.string().nullish(),
    parameters: schema.nullish(),
  })
  .openapi('ChatLegacyFunction')

export const legacyFunctionCall = z.union([z.enum(['none', 'auto']), named], {
  error: 'one of a string or an object',
})

export type WireTool = z.infer<typeof tool>
export type WireFunctionTool = z.infer<typeof functionTool>
export type WireCustomTool = z.infer<typeof customTool>
export type WireOtherTool = z.infer<typeof otherTool>
export type WireToolChoice = z.infer<typeof toolChoice>
export type WireLegacyFunction = z.infer<typeof legacyFunction>
