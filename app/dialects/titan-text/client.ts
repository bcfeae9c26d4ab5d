import { blamingUpstream } from '../damaged-reply.ts'
import type { ClientSide } from '../dialect.ts'
import { decodeReply } from './decode-reply.ts'
import { createReplyDecoder } from './decode-stream.ts'
import { encodeRequest } from './encode-request.ts'

/** To be asked in. */
export const titanTextClient: ClientSide = blamingUpstream({
  encodeRequest,
  decodeReply,
  replyDecoder: createReplyDecoder,
})
