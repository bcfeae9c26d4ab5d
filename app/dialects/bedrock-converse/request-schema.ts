import { z } from '@hono/zod-openapi'

const blob = {
  bytes: z.string().optional(),
  s3Location: z.looseObject({ uri: z.string(), bucketOwner: z.string().optional() }).optional(),
}

const formatted = z.looseObject({ format: z.string(), source: z.looseObject(blob) })

const words = z.array(z.looseObject({ text: z.string().optional() }))

const documentBlock = z.looseObject({
  format: z.string().optional(),
  name: z.string(),
  source: z.looseObject({ ...blob, text: z.string().optional(), content: words.optional() }),
  context: z.string().optional(),
  citations: z.looseObject({ enabled: z.boolean() }).optional(),
})

const citation = z.looseObject({
  title: z.string().optional(),
  source: z.string().optional(),
  sourceContent: words.optional(),
  location: z.record(z.string(), z.unknown()).optional(),
})

const cachePoint = z.looseObject({
  type: z.literal('default'),
  ttl: z.enum(['5m', '1h']).optional(),
})

const toolResultContent = z.looseObject({
  text: z.string().optional(),
  image: formatted.optional(),
  document: documentBlock.optional(),
  video: formatted.optional(),
})

const contentBlock = z.looseObject({
  text: z.string().optional(),
  image: formatted.optional(),
  document: documentBlock.optional(),
  video: formatted.optional(),
  audio: formatted.optional(),
  toolUse: z
    .looseObject({ toolUseId: z.string(), name: z.string(), type: z.string().optional() })
    .optional(),
  toolResult: z
    .looseObject({
      toolUseId: z.string(),
      content: z.array(toolResultContent),
      status: z.enum(['success', 'error']).optional(),
      type: z.string().optional(),
    })
    .optional(),
  cachePoint: cachePoint.optional(),
  reasoningContent: z
    .looseObject({
      reasoningText: z
        .looseObject({ text: z.string(), signature: z.string().optional() })
        .optional(),
      redactedContent: z.string().optional(),
    })
    .optional(),
  citationsContent: z
    .looseObject({
      content: words.optional(),
      citations: z.array(citation).optional(),
    })
    .optional(),
})

const tool = z.looseObject({
  toolSpec: z
    .looseObject({
      name: z.string(),
      description: z.string().optional(),
      inputSchema: z.looseObject({ json: z.record(z.string(), z.unknown()) }),
      strict: z.boolean().optional(),
    })
    .optional(),
  systemTool: z.looseObject({ name: z.string() }).optional(),
  cachePoint: cachePoint.optional(),
})

/**
 * The body of Converse and ConverseStream, tolerant of members nobody listed (service model of 2026-08).
 * `modelId` and `stream` stand in the path on the wire; a route adds them before it decodes.
 */
export const converseRequest = z.looseObject({
  modelId: z.string().optional(),
  stream: z.boolean().optional(),
  messages: z
    .array(
      z.looseObject({
        role: z.enum(['user', 'assistant', 'system']),
        content: z.array(contentBlock),
      }),
    )
    .optional(),
  system: z
    .array(z.looseObject({ text: z.string().optional(), cachePoint: cachePoint.optional() }))
    .optional(),
  inferenceConfig: z
    .looseObject({
      maxTokens: z.int().min(1).optional(),
      temperature: z.number().min(0).max(1).optional(),
      topP: z.number().min(0).max(1).optional(),
      stopSequences: z.array(z.string()).max(2500).optional(),
    })
    .optional(),
  toolConfig: z
    .looseObject({
      tools: z.array(tool).min(1),
      toolChoice: z
        .looseObject({ tool: z.looseObject({ name: z.string() }).optional() })
        .optional(),
    })
    .optional(),
  guardrailConfig: z
    .looseObject({
      guardrailIdentifier: z.string().optional(),
      guardrailVersion: z.string().optional(),
      trace: z.enum(['enabled', 'disabled', 'enabled_full']).optional(),
      streamProcessingMode: z.enum(['sync', 'async']).optional(),
    })
    .optional(),
  additionalModelRequestFields: z.record(z.string(), z.unknown()).nullish(),
  requestMetadata: z.record(z.string(), z.string()).optional(),
  performanceConfig: z
    .looseObject({ latency: z.enum(['standard', 'optimized']).optional() })
    .optional(),
  serviceTier: z.looseObject({ type: z.string() }).optional(),
  outputConfig: z
    .looseObject({
      effort: z.string().optional(),
      textFormat: z
        .looseObject({
          structure: z.looseObject({
            jsonSchema: z.looseObject({
              schema: z.string(),
              name: z.string().optional(),
              description: z.string().optional(),
            }),
          }),
        })
        .optional(),
    })
    .optional(),
})
