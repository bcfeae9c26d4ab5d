import { blamingUpstream } from '../damaged-reply.ts'
import type { ClientSide } from '../dialect.ts'
import { createReplyDecoder, decodeReply } from './decode-reply.ts'
import { encodeRequest } from './encode-request.ts'

/** To be asked in. */
export const openaiCompletionsClient: ClientSide = blamingUpstream({
  encodeRequest,
  decodeReply,
  replyDecoder: createReplyDecoder,
})
