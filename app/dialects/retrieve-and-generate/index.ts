import type { Dialect, ServerSide } from '../dialect.ts'
import { encodeError } from '../openai-error.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeReply, replyEncoder } from './encode-reply.ts'

/** Questions to a knowledge base that are answered in words, in the terms of Bedrock's RetrieveAndGenerate. */
export const retrieveAndGenerate: Dialect & { server: ServerSide } = {
  name: 'retrieve-and-generate',
  server: {
    decodeRequest,
    encodeReply,
    replyEncoder,
    encodeError,
    idPrefix: 'kbgen-',
    settingNames: {
      guardrail: 'generationConfiguration.guardrailConfiguration',
      maxTokens: 'generationConfiguration.inferenceConfig.textInferenceConfig.maxTokens',
      temperature: 'generationConfiguration.inferenceConfig.textInferenceConfig.temperature',
      topP: 'generationConfiguration.inferenceConfig.textInferenceConfig.topP',
      stop: 'generationConfiguration.inferenceConfig.textInferenceConfig.stopSequences',
    },
  },
}
