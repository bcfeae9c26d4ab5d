import type { ClientSide, Dialect, ServerSide } from '../dialect.ts'
import { encodeError } from '../openai-error.ts'
import { openaiCompletionsClient } from './client.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeReply } from './encode-reply.ts'
import { replyEncoder } from './encode-stream.ts'
import { NAME } from './extras.ts'
import { SETTING_NAMES } from './vocabulary.ts'

/** OpenAI's older completions, to be heard and to be asked in. */
export const openaiCompletions: Dialect & { server: ServerSide; client: ClientSide } = {
  name: NAME,
  server: {
    decodeRequest,
    encodeReply,
    replyEncoder,
    encodeError,
    idPrefix: 'cmpl-',
    settingNames: SETTING_NAMES,
  },
  client: openaiCompletionsClient,
}
