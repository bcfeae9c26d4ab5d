import { answerableIn } from '../answerable.ts'
import type { ClientSide, Dialect, ServerSide } from '../dialect.ts'
import { chunked } from '../invoke-chunks.ts'
import { createAnthropicClient } from './client.ts'
import { decodeRequest } from './decode-request.ts'
import { ERROR_STATUS, encodeError } from './encode-error.ts'
import { encodeReply } from './encode-reply.ts'
import type { RequestForm } from './encode-request.ts'
import { createReplyEncoder } from './encode-stream.ts'
import { NAME } from './extras.ts'
import { limitHeaders } from './limit-headers.ts'
import { validationWords } from './validation-words.ts'
import { SETTING_NAMES } from './vocabulary.ts'

/**
 * Anthropic's Messages API, to be heard and to be asked in. What goes through it comes out as it went in,
 * except that `stream: false` and members of ours that are null go unsaid; that an answer without a count
 * gets one; that of a stream the pings, the deltas without text and the empty `citations` of an opening
 * text are left out, and an opening thought always has a `signature`.
 */
export type AnthropicMessages = Dialect & { server: ServerSide; client: ClientSide }

interface AnthropicMessagesOptions {
  /**
   * Who is asked: `api` (the default) speaks server-sent events and names the model in the body, `bedrock`
   * is InvokeModel and its event stream.
   */
  form?: RequestForm
}

export function createAnthropicMessages({
  form = 'api',
}: AnthropicMessagesOptions = {}): AnthropicMessages {
  return {
    name: NAME,
    server: {
      decodeRequest,
      answerable: (conversation) =>
        answerableIn({ format: 'Claude', choices: false }, conversation),
      encodeReply,
      replyEncoder: createReplyEncoder,
      byteReplyEncoder: (conversation, head) => chunked(createReplyEncoder(conversation, head)),
      encodeError,
      errorStatus: ERROR_STATUS,
      limitHeaders,
      requestIdHeader: 'request-id',
      validationWords,
      formName: 'output_config.format.schema',
      idPrefix: 'msg_',
      settingNames: SETTING_NAMES,
    },
    client: createAnthropicClient(form),
  }
}

export const anthropicMessages: AnthropicMessages = createAnthropicMessages()
