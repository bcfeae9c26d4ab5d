import {
  BEDROCK_STATUS,
  encodeBedrockError,
  exceptionName,
  exceptionStatus,
} from '../bedrock-exceptions.ts'
import { blamingUpstream } from '../damaged-reply.ts'
import type { ClientSide, Dialect, ServerSide } from '../dialect.ts'
import { decodeReply } from './decode-reply.ts'
import { decodeRequest } from './decode-request.ts'
import { createReplyDecoder } from './decode-stream.ts'
import { encodeReply } from './encode-reply.ts'
import { encodeRequest } from './encode-request.ts'
import { createByteReplyEncoder, createReplyEncoder } from './encode-stream.ts'
import { hearRequest } from './heard.ts'
import { DIALECT } from './wire.ts'

/** Converse and ConverseStream of Amazon Bedrock, as client and as server. */
export const bedrockConverse: Dialect & { client: ClientSide; server: ServerSide } = {
  name: DIALECT,
  client: blamingUpstream({
    encodeRequest,
    decodeReply,
    replyDecoder: createReplyDecoder,
  }),
  server: {
    decodeRequest,
    encodeReply,
    replyEncoder: createReplyEncoder,
    byteReplyEncoder: createByteReplyEncoder,
    encodeError: encodeBedrockError,
    errorStatus: BEDROCK_STATUS,
    errorStatusOf: exceptionStatus,
    errorHeaders: (error) => ({ 'x-amzn-errortype': exceptionName(error) }),
    requestIdHeader: 'x-amzn-requestid',
    formName: 'outputConfig.textFormat.structure.jsonSchema.schema',
    idPrefix: '',
    settingNames: {
      stop: 'stopSequences',
      maxTokens: 'maxTokens',
      topP: 'topP',
      topK: 'topK',
      serviceTier: 'serviceTier',
      latency: 'performanceConfig',
      guardrail: 'guardrailConfig',
      user: 'requestMetadata',
      metadata: 'requestMetadata',
      thought: 'reasoningContent',
      toolResult: 'toolResult',
    },
  },
}

/** The same for callers who speak it to us: what nobody changed goes through as they wrote it, and comes back as AWS did. */
export const heardBedrockConverse: typeof bedrockConverse = {
  ...bedrockConverse,
  server: { ...bedrockConverse.server, decodeRequest: hearRequest },
}
