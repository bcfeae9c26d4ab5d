import type { ClientSide, Dialect, ServerSide } from '../dialect.ts'
import { decodeReply } from './decode-reply.ts'
import { decodeRequest } from './decode-request.ts'
import { createReplyDecoder } from './decode-stream.ts'
import { encodeError } from './encode-error.ts'
import { encodeReply } from './encode-reply.ts'
import { encodeRequest } from './encode-request.ts'
import { createByteReplyEncoder, createReplyEncoder } from './encode-stream.ts'
import { DIALECT } from './wire.ts'

/** Converse and ConverseStream of Amazon Bedrock, as client and as server. */
export const bedrockConverse: Dialect & { client: ClientSide; server: ServerSide } = {
  name: DIALECT,
  client: {
    encodeRequest,
    decodeReply,
    replyDecoder: createReplyDecoder,
  },
  server: {
    decodeRequest,
    encodeReply,
    replyEncoder: createReplyEncoder,
    byteReplyEncoder: createByteReplyEncoder,
    encodeError,
    idPrefix: '',
    settingNames: {
      stop: 'stopSequences',
      maxTokens: 'maxTokens',
      topP: 'topP',
      topK: 'topK',
      serviceTier: 'serviceTier',
      latency: 'performanceConfig',
      guardrail: 'guardrailConfig',
    },
  },
}
