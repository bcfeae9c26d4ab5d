import type { OwnLane } from '../families/own-lane.ts'
import { decodeReply } from './decode-reply.ts'
import { createReplyDecoder } from './decode-stream.ts'
import { encodeRequest } from './encode-request.ts'

/** Pegasus, which talks about one video through InvokeModel alone. */
export const pegasusLane: OwnLane = {
  dialect: 'twelvelabs-pegasus',
  client: { encodeRequest, decodeReply, replyDecoder: createReplyDecoder },
  alone: true,
  fit: (body) => ({ body, ignored: [] }),
  relent: () => undefined,
}
