import { encodeBedrockError } from '../bedrock-exceptions.ts'
import type { ClientSide, Dialect, ServerSide } from '../dialect.ts'
import { chunked } from '../invoke-chunks.ts'
import { answerable } from './answerable.ts'
import { titanTextClient } from './client.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeReply } from './encode-reply.ts'
import { createReplyEncoder } from './encode-stream.ts'
import { NAME } from './extras.ts'
import { SETTING_NAMES } from './vocabulary.ts'

/** Amazon Titan Text as InvokeModel has it, to be heard and to be asked in. */
export const titanText: Dialect & { client: ClientSide; server: ServerSide } = {
  name: NAME,
  client: titanTextClient,
  server: {
    decodeRequest,
    answerable,
    encodeReply,
    replyEncoder: createReplyEncoder,
    byteReplyEncoder: () => chunked(createReplyEncoder()),
    encodeError: encodeBedrockError,
    idPrefix: '',
    settingNames: SETTING_NAMES,
  },
}
