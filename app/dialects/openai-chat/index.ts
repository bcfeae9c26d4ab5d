import { blamingUpstream } from '../damaged-reply.ts'
import type { ClientSide, Dialect, ServerSide } from '../dialect.ts'
import { encodeError } from '../openai-error.ts'
import { limitHeaders } from '../openai-limits.ts'
import { decodeReply } from './decode-reply.ts'
import { decodeRequest } from './decode-request.ts'
import { createReplyDecoder } from './decode-stream.ts'
import { createReplyEncoding } from './encode-reply.ts'
import { encodeRequest } from './encode-request.ts'
import { createStreamEncoding } from './encode-stream.ts'
import { NAME } from './extras.ts'
import type { OpenaiChatOptions } from './manner.ts'
import { ownNames, SETTING_NAMES } from './vocabulary.ts'

/** OpenAI's chat completions, to be heard and to be asked in. */
export type OpenaiChat = Dialect & { server: ServerSide; client: ClientSide }

export function createOpenaiChat(options: OpenaiChatOptions = {}): OpenaiChat {
  return {
    name: NAME,
    server: {
      decodeRequest,
      encodeReply: createReplyEncoding(options),
      replyEncoder: createStreamEncoding(options),
      encodeError,
      limitHeaders,
      formName: 'response_format.json_schema.schema',
      idPrefix: 'chatcmpl-',
      settingNames: SETTING_NAMES,
      ownNames,
    },
    client: blamingUpstream({ encodeRequest, decodeReply, replyDecoder: createReplyDecoder }),
  }
}

export const openaiChat: OpenaiChat = createOpenaiChat()
