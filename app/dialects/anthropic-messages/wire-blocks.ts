import { z } from '@hono/zod-openapi'

const object = z.record(z.string(), z.unknown())

export const cacheControl = z
  .looseObject({
    type: z.literal('ephemeral'),
    ttl: z.enum(['5m', '1h']).nullish().describe('How long; 5m when absent.'),
  })
  .describe('Everything up to here may be cached.')
  .openapi('MessagesCacheControl')

/** The mark that may stand on nearly every block. */
const marked = { cache_control: cacheControl.nullish() }

const citationsConfig = z.looseObject({ enabled: z.boolean().nullish() }).nullish()

const notOneOf = (known: readonly string[]) => {
  const types = new Set(known)
  return z.string().refine((type) => !types.has(type), { abort: true })
}

export const textBlock = z
  .looseObject({
    type: z.literal('text'),
    text: z.string(),
    citations: z.array(z.looseObject({ type: z.string() })).nullish(),
    ...marked,
  })
  .openapi('MessagesTextBlock')

const base64Source = z.looseObject({
  type: z.literal('base64'),
  media_type: z.string(),
  data: z.string(),
})

const urlSource = z.looseObject({
  type: z.literal('url'),
  url: z.string().describe('https, s3://, file-id: or a data URL.'),
})

const fileSource = z.looseObject({ type: z.literal('file'), file_id: z.string() })

const textSource = z.looseObject({
  type: z.literal('text'),
  media_type: z.string().nullish(),
  data: z.string(),
})

const imageBlock = z
  .looseObject({
    type: z.literal('image'),
    source: z.discriminatedUnion('type', [base64Source, urlSource, fileSource]),
    ...marked,
  })
  .openapi('MessagesImageBlock')

const contentSource = z.looseObject({
  type: z.literal('content'),
  content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textBlock, imageBlock]))], {
    error: 'Input should be a valid string or list',
  }),
})

const documentBlock = z
  .looseObject({
    type: z.literal('document'),
    source: z.discriminatedUnion('type', [
      base64Source,
      urlSource,
      fileSource,
      textSource,
      contentSource,
    ]),
    title: z.string().nullish(),
    context: z.string().nullish(),
    citations: citationsConfig,
    ...marked,
  })
  .openapi('MessagesDocumentBlock')

const searchResultBlock = z
  .looseObject({
    type: z.literal('search_result'),
    source: z.string(),
    title: z.string(),
    content: z.array(textBlock),
    citations: citationsConfig,
    ...marked,
  })
  .openapi('MessagesSearchResultBlock')

const thinkingBlock = z
  .looseObject({
    type: z.literal('thinking'),
    thinking: z.string(),
    signature: z.string().nullish().describe('Goes back unchanged; a thought without is left out.'),
  })
  .openapi('MessagesThinkingBlock')

const redactedThinkingBlock = z
  .looseObject({ type: z.literal('redacted_thinking'), data: z.string() })
  .openapi('MessagesRedactedThinkingBlock')

const toolUseBlock = z
  .looseObject({
    type: z.literal('tool_use'),
    id: z.string().min(1),
    name: z.string().min(1),
    input: object,
    ...marked,
  })
  .openapi('MessagesToolUseBlock')

/** A block whose content is for Anthropic's own models to know. */
const otherBlock = (known: readonly string[]) =>
  z
    .looseObject({
      type: notOneOf(known).describe('Blocks of server tools, MCP, containers and newer ones.'),
    })
    .openapi('MessagesOtherBlock')

const RESULT_TYPES = ['text', 'image', 'document', 'search_result']

const resultBlock = z.union([
  z.discriminatedUnion('type', [textBlock, imageBlock, documentBlock, searchResultBlock]),
  otherBlock(RESULT_TYPES),
])

const toolResultBlock = z
  .looseObject({
    type: z.literal('tool_result'),
    tool_use_id: z.string().min(1),
    content: z
      .union([z.string(), z.array(resultBlock)], {
        error: 'Input should be a valid string or list',
      })
      .nullish(),
    is_error: z.boolean().nullish(),
    ...marked,
  })
  .openapi('MessagesToolResultBlock')

const BLOCK_TYPES = [
  ...RESULT_TYPES,
  'thinking',
  'redacted_thinking',
  'tool_use',
  'tool_result',
] as const

const block = z.union([
  z.discriminatedUnion('type', [
    textBlock,
    imageBlock,
    documentBlock,
    searchResultBlock,
    thinkingBlock,
    redactedThinkingBlock,
    toolUseBlock,
    toolResultBlock,
  ]),
  otherBlock(BLOCK_TYPES),
])

const content = z.union([z.string(), z.array(block)], {
  error: 'Input should be a valid string or list',
})

export const message = z
  .discriminatedUnion('role', [
    z.looseObject({ role: z.enum(['user', 'assistant']), content }),
    // One that only says how to go on (`output_config`) has no words (Anthropic's SDK 1.12).
    z.looseObject({ role: z.literal('system'), content: content.default([]) }),
  ])
  .openapi('MessagesMessage')

export type WireCacheControl = z.infer<typeof cacheControl>
export type WireTextBlock = z.infer<typeof textBlock>
export type WireImageBlock = z.infer<typeof imageBlock>
export type WireDocumentBlock = z.infer<typeof documentBlock>
export type WireSearchResultBlock = z.infer<typeof searchResultBlock>
export type WireThinkingBlock = z.infer<typeof thinkingBlock>
export type WireRedactedThinkingBlock = z.infer<typeof redactedThinkingBlock>
type WireToolUseBlock = z.infer<typeof toolUseBlock>
export type WireToolResultBlock = z.infer<typeof toolResultBlock>
export type WireMessage = z.infer<typeof message>

/** Every block with a shape of its own here; all others are told by their type alone. */
export type WireKnownBlock =
  | WireTextBlock
  | WireImageBlock
  | WireDocumentBlock
  | WireSearchResultBlock
  | WireThinkingBlock
  | WireRedactedThinkingBlock
  | WireToolUseBlock
  | WireToolResultBlock

/** Any block. */
export type WireBlock = { type: string } & Record<string, unknown>
