import type { z } from '@hono/zod-openapi'
import { anthropicMessages } from '../../dialects/anthropic-messages/index.ts'
import { messagesRequest } from '../../dialects/anthropic-messages/wire.ts'
import { type BodyFormat, detect } from '../../dialects/detect.ts'
import type { Dialect, ServerSide } from '../../dialects/dialect.ts'
import { chunked } from '../../dialects/invoke-chunks.ts'
import { openaiChat } from '../../dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../dialects/openai-chat/wire.ts'
import { titanText } from '../../dialects/titan-text/index.ts'
import { titanTextRequest } from '../../dialects/titan-text/wire.ts'
import { GatewayError } from '../../errors.ts'

/** A form of body that InvokeModel takes: a dialect that some models of Bedrock speak themselves. */
export interface InvokeForm {
  dialect: Dialect & { server: ServerSide }
  schema: z.ZodType
}

/** OpenAI's bodies are those of gpt-oss, Qwen, DeepSeek and others of Bedrock's newer models. */
const FORMS: Readonly<Record<BodyFormat, InvokeForm>> = {
  bedrock_claude: { dialect: anthropicMessages, schema: messagesRequest },
  bedrock_titan: { dialect: titanText, schema: titanTextRequest },
  openai: {
    dialect: {
      ...openaiChat,
      server: {
        ...openaiChat.server,
        byteReplyEncoder: (conversation, head) =>
          chunked(openaiChat.server.replyEncoder(conversation, head)),
      },
    },
    schema: chatCompletionRequest,
  },
}

/** The form of a body. Throws 400 that names what was looked for. */
export function invokeForm(body: object): InvokeForm {
  if (!KNOWN_BY.some((name) => name in body) || isNova(body)) throw unknownForm()
  return FORMS[detect(body)]
}

const KNOWN_BY = ['messages', 'inputText', 'textGenerationConfig', 'anthropic_version'] as const

/** Nova's own body is nearly Converse's, and Converse says more. */
const isNova = (body: object): boolean => 'inferenceConfig' in body || 'schemaVersion' in body

/** Whether a body can be nothing but one of a chat, so that nobody need look at the model first. */
export const isConversation = (body: object): boolean => SURE.some((name) => name in body)

const SURE = ['messages', 'anthropic_version', 'textGenerationConfig'] as const

const unknownForm = () =>
  new GatewayError(
    'invalid-request',
    'Malformed input request: this server takes bodies of Claude (`anthropic_version`), of Titan Text (`inputText`) and of OpenAI (`messages`) here, for models that chat. Every one of them can be asked with Converse.',
  )
