import type { ClientSide, Dialect, ServerSide } from '../dialect.ts'
import { encodeError } from '../openai-error.ts'
import { openaiResponsesClient } from './client.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeReply } from './encode-reply.ts'
import { createReplyEncoder } from './encode-stream.ts'
import { NAME } from './extras.ts'
import { SETTING_NAMES } from './vocabulary.ts'

/** OpenAI's Responses API, to be heard and to be asked in. */
export type OpenaiResponses = Dialect & { server: ServerSide; client: ClientSide }

export const openaiResponses: OpenaiResponses = {
  name: NAME,
  server: {
    decodeRequest,
    encodeReply,
    replyEncoder: createReplyEncoder,
    encodeError,
    conversationName: 'input',
    formName: 'text.format.schema',
    idPrefix: 'resp_',
    settingNames: SETTING_NAMES,
  },
  client: openaiResponsesClient,
}
