import type { z } from '@hono/zod-openapi'
import { withBetas } from '../../dialects/anthropic-messages/betas.ts'
import { anthropicMessages } from '../../dialects/anthropic-messages/index.ts'
import { messagesRequest } from '../../dialects/anthropic-messages/wire.ts'
import { BODY_FORMATS, type BodyFormat, detect, hasClaudeBlocks } from '../../dialects/detect.ts'
import type { Dialect, ServerSide } from '../../dialects/dialect.ts'
import type { OpenaiChat } from '../../dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../dialects/openai-chat/wire.ts'
import { titanText } from '../../dialects/titan-text/index.ts'
import { titanTextRequest } from '../../dialects/titan-text/wire.ts'
import { GatewayError } from '../../errors.ts'
import type { HttpContext } from '../../http/context.ts'
import { checkedBody, parsedBody } from '../../http/json-body.ts'
import { requestHeader } from '../../http/request-header.ts'

/** A format that can be heard and answered in. */
interface SpokenFormat {
  dialect: Dialect & { server: ServerSide }
  schema: z.ZodType
}

export type SpokenFormats = Readonly<Record<BodyFormat, SpokenFormat>>

export const spokenFormats = (openai: OpenaiChat): SpokenFormats => ({
  openai: { dialect: openai, schema: chatCompletionRequest },
  bedrock_claude: { dialect: anthropicMessages, schema: messagesRequest },
  bedrock_titan: { dialect: titanText, schema: titanTextRequest },
})

/** A body and what it was heard as. */
export interface HeardBody {
  format: BodyFormat
  body: object
}

/** Reads a body in whichever format it has. Throws 400 and 413. */
export async function readChatBody(c: HttpContext, formats: SpokenFormats): Promise<HeardBody> {
  const value = await parsedBody(c)
  const format = detect(value)
  if (format === 'openai') return readOpenaiBody(c, value, formats)
  return { format, body: checked(c, value, formats[format]) }
}

/** Blocks of Claude's are looked for only where OpenAI's schema refused: most bodies are not searched. */
function readOpenaiBody(c: HttpContext, value: object, formats: SpokenFormats): HeardBody {
  try {
    return { format: 'openai', body: checkedBody(c, value, formats.openai) }
  } catch (thrown) {
    if (!('max_tokens' in value) || !hasClaudeBlocks(value)) throw thrown
    return { format: 'bedrock_claude', body: checked(c, value, formats.bedrock_claude) }
  }
}

/** Formats of Bedrock's, where the model stands in the path; callers who put it into the body call it `model` or `model_id`. */
function checked(c: HttpContext, value: object, { schema }: SpokenFormat): object {
  const { model_id: modelId, ...rest } = value as { model_id?: unknown }
  const named = modelId === undefined || 'model' in rest ? value : { ...rest, model: modelId }
  if ('model' in named && typeof named.model === 'string') c.get('entry').model = named.model
  const body = checkedBody(c, named, { schema })
  return schema === messagesRequest ? withBetas(body, requestHeader(c, 'anthropic-beta')) : body
}

/** The format the caller wants the answer in; OpenAI's when nothing is said. Throws 400. */
export function targetFormat(c: HttpContext): BodyFormat {
  const wanted = c.req.query('target_format')
  if (wanted === undefined) return 'openai'
  const found = BODY_FORMATS.find((format) => format === wanted)
  if (found) return found
  throw new GatewayError(
    'invalid-request',
    `Invalid value: '${wanted}'. Supported values are: 'openai', 'bedrock_claude', and 'bedrock_titan'.`,
    { param: 'target_format', reason: 'invalid_value' },
  )
}
