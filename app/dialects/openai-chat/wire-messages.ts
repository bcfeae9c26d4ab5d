import { z } from '@hono/zod-openapi'
import { AUDIO_FORMATS } from '../openai-audio-format.ts'

const cacheControl = z
  .looseObject({ type: z.string().optional(), ttl: z.enum(['5m', '1h']).nullish() })
  .nullish()
  .describe('Everything up to here may be cached upstream.')

const cacheBreakpoint = z
  .looseObject({ mode: z.literal('explicit').optional() })
  .nullish()
  .describe("OpenAI's own mark for the end of a reusable prompt prefix.")

/** Marks that may stand on any content part. */
const marks = { cache_control: cacheControl, prompt_cache_breakpoint: cacheBreakpoint }

export const textPart = z
  .looseObject({ type: z.literal('text'), text: z.string(), ...marks })
  .openapi('ChatTextPart')

const imagePart = z
  .looseObject({
    type: z.literal('image_url'),
    image_url: z
      .union(
        [
          z.looseObject({
            url: z
              .string()
              .describe('https, s3://, file-id:, a data URL or bare base64; videos too.'),
            detail: z.enum(['auto', 'low', 'high']).nullish().describe('How closely to look.'),
          }),
          z.string(),
        ],
        { error: 'an object' },
      )
      .describe('Where the image is.'),
    ...marks,
  })
  .openapi('ChatImagePart')

const videoPart = z
  .looseObject({
    type: z.literal('video_url'),
    video_url: z.union([z.looseObject({ url: z.string() }), z.string()], { error: 'an object' }),
    ...marks,
  })
  .openapi('ChatVideoPart')

const audioPart = z
  .looseObject({
    type: z.literal('input_audio'),
    input_audio: z.looseObject({
      data: z.string().describe('Base64; also a data URL, https, s3:// or file-id:.'),
      format: z.enum(AUDIO_FORMATS),
    }),
    ...marks,
  })
  .openapi('ChatAudioPart')

const filePart = z
  .looseObject({
    type: z.literal('file'),
    file: z.looseObject({
      file_data: z
        .string()
        .nullish()
        .describe('A data URL or bare base64; also https, s3:// or file-id:.'),
      file_id: z.string().nullish(),
      file_url: z.string().nullish(),
      filename: z.string().nullish(),
    }),
    ...marks,
  })
  .openapi('ChatFilePart')

const refusalPart = z
  .looseObject({ type: z.literal('refusal'), refusal: z.string() })
  .openapi('ChatRefusalPart')

const TEXT_OR_PARTS = { error: 'one of a string or array of objects' }

const textContent = z.union(
  [z.string(), z.array(z.discriminatedUnion('type', [textPart]))],
  TEXT_OR_PARTS,
)

const mediaContent = z.union(
  [
    z.string(),
    z.array(z.discriminatedUnion('type', [textPart, imagePart, audioPart, filePart, videoPart])),
  ],
  TEXT_OR_PARTS,
)

const assistantContent = z.union(
  [z.string(), z.array(z.discriminatedUnion('type', [textPart, refusalPart]))],
  TEXT_OR_PARTS,
)

const functionCall = z.looseObject({
  name: z.string(),
  arguments: z.string().describe('JSON, as the model wrote it.'),
  parsed_arguments: z.unknown().optional().describe("Of OpenAI's SDK; not read."),
})

/** Its place among the calls of a stream, which clients that add deltas up send back. */
const place = z.number().nullish()

const toolCall = z.discriminatedUnion('type', [
  // Some clients leave the type of a call out when they send it back.
  z.looseObject({
    id: z.string(),
    type: z.literal('function').optional(),
    function: functionCall,
    index: place,
    cache_control: cacheControl,
  }),
  z.looseObject({
    id: z.string(),
    type: z.literal('custom'),
    custom: z.looseObject({ name: z.string(), input: z.string() }),
    index: place,
    cache_control: cacheControl,
  }),
])

/**
 * A thought as it must come back to the model. `reasoning.text` holds the thought and the model's
 * signature under it, `reasoning.encrypted` a block that only the model can read. The field and its
 * words are OpenRouter's, so clients that know it keep it.
 */
export const reasoningDetail = z
  .looseObject({
    type: z.string().describe('reasoning.text, reasoning.encrypted or reasoning.summary'),
    text: z.string().nullish(),
    summary: z.string().nullish(),
    signature: z.string().nullish(),
    data: z.string().nullish(),
    index: z.number().nullish(),
  })
  .openapi('ChatReasoningDetail')

const systemMessage = z
  .looseObject({
    role: z.literal('system'),
    content: textContent,
    name: z.string().nullish(),
    cache_control: cacheControl,
  })
  .openapi('ChatSystemMessage')

const developerMessage = z
  .looseObject({
    role: z.literal('developer'),
    content: textContent,
    name: z.string().nullish(),
    cache_control: cacheControl,
  })
  .openapi('ChatDeveloperMessage')

const userMessage = z
  .looseObject({
    role: z.literal('user'),
    content: mediaContent,
    name: z.string().nullish(),
    cache_control: cacheControl,
  })
  .openapi('ChatUserMessage')

export const serverToolRun = z.looseObject({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  arguments: z.string().describe('JSON, as the model wrote it.'),
  at: z.number().int().min(0).describe('Characters of the text that came before.'),
  result: z
    .looseObject({
      type: z.string(),
      status: z.enum(['success', 'error']),
      content: z.array(z.string()),
    })
    .optional(),
})

const assistantMessage = z
  .looseObject({
    role: z.literal('assistant'),
    content: assistantContent.nullish(),
    refusal: z.string().nullish(),
    name: z.string().nullish(),
    audio: z.looseObject({ id: z.string() }).nullish(),
    tool_calls: z.array(toolCall).nullish(),
    function_call: functionCall.nullish(),
    reasoning_content: z.string().nullish().describe('What the model thought, in plain text.'),
    reasoning: z.string().nullish().describe('Another name of `reasoning_content`.'),
    reasoning_details: z
      .array(reasoningDetail)
      .nullish()
      .describe(
        'Signed and encrypted thoughts; send them back unchanged. `at` characters of text and `calls` calls came before.',
      ),
    server_tool_runs: z
      .array(serverToolRun)
      .nullish()
      .describe('Tools that the platform ran for the model; send them back unchanged.'),
    annotations: z.unknown().optional().describe('Of a reply; not read.'),
    images: z.unknown().optional().describe('Of a reply; not read.'),
    parsed: z.unknown().optional().describe("Of OpenAI's SDK; not read."),
    cache_control: cacheControl,
  })
  .openapi('ChatAssistantMessage')

const toolMessage = z
  .looseObject({
    role: z.literal('tool'),
    content: mediaContent.nullable(),
    tool_call_id: z.string(),
    is_error: z.boolean().nullish().describe('Whether the tool failed.'),
    cache_control: cacheControl,
  })
  .openapi('ChatToolMessage')

const functionMessage = z
  .looseObject({ role: z.literal('function'), content: z.string().nullable(), name: z.string() })
  .openapi('ChatFunctionMessage')

export const message = z
  .discriminatedUnion('role', [
    systemMessage,
    developerMessage,
    userMessage,
    assistantMessage,
    toolMessage,
    functionMessage,
  ])
  .openapi('ChatMessage')

export type WireMessage = z.infer<typeof message>
export type WireSystemMessage = z.infer<typeof systemMessage> | z.infer<typeof developerMessage>
export type WireUserMessage = z.infer<typeof userMessage>
export type WireAssistantMessage = z.infer<typeof assistantMessage>
export type WireToolMessage = z.infer<typeof toolMessage>
export type WireFunctionMessage = z.infer<typeof functionMessage>
export type WireToolCall = z.infer<typeof toolCall>
export type WireServerToolRun = z.infer<typeof serverToolRun>
export type WireReasoningDetail = z.infer<typeof reasoningDetail>
type WireTextPart = z.infer<typeof textPart>
type WireImagePart = z.infer<typeof imagePart>
type WireVideoPart = z.infer<typeof videoPart>
export type WireAudioPart = z.infer<typeof audioPart>
export type WireFilePart = z.infer<typeof filePart>
type WireRefusalPart = z.infer<typeof refusalPart>
export type WireContentPart =
  | WireTextPart
  | WireImagePart
  | WireVideoPart
  | WireAudioPart
  | WireFilePart
  | WireRefusalPart
