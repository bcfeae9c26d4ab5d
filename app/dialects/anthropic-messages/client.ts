import { blamingUpstream } from '../damaged-reply.ts'
import type { ClientSide } from '../dialect.ts'
import { decodeReply } from './decode-reply.ts'
import { createFrameReplyDecoder, createSseReplyDecoder } from './decode-stream.ts'
import { createRequestEncoding, type RequestForm } from './encode-request.ts'

/** To be asked in; `form` is who is asked. */
export const createAnthropicClient = (form: RequestForm): ClientSide =>
  blamingUpstream({
    encodeRequest: createRequestEncoding(form),
    decodeReply,
    replyDecoder: form === 'bedrock' ? createFrameReplyDecoder : createSseReplyDecoder,
  })
