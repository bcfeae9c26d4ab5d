import type { ZodType } from 'zod'
import { createAnthropicMessages } from '../../app/dialects/anthropic-messages/index.ts'
import { messagesRequest } from '../../app/dialects/anthropic-messages/wire.ts'
import { bedrockConverse } from '../../app/dialects/bedrock-converse/index.ts'
import { converseRequest } from '../../app/dialects/bedrock-converse/request-schema.ts'
import type { Dialect } from '../../app/dialects/dialect.ts'
import { openaiChat } from '../../app/dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../app/dialects/openai-chat/wire.ts'
import { openaiCompletions } from '../../app/dialects/openai-completions/index.ts'
import { openaiResponses } from '../../app/dialects/openai-responses/index.ts'
import { responseRequest } from '../../app/dialects/openai-responses/wire.ts'
import { retrieveAndGenerate } from '../../app/dialects/retrieve-and-generate/index.ts'
import { titanText } from '../../app/dialects/titan-text/index.ts'

interface Tried {
  dialect: Dialect
  /** What the door lets through; present where whole conversations can be said and heard. */
  door?: ZodType
  /** Members a body lacks that stand in the path or in headers. */
  beside?(stream: boolean): object
  /** Members of the meaning that the wire has no place for. */
  cannotSay?: readonly string[]
}

/** Every dialect there is, by its folder. */
export const DIALECTS: Readonly<Record<string, Tried>> = {
  'anthropic-messages': { dialect: createAnthropicMessages(), door: messagesRequest },
  'bedrock-converse': {
    dialect: bedrockConverse,
    door: converseRequest,
    beside: (stream) => ({ modelId: 'test-model', stream }),
  },
  'openai-chat': { dialect: openaiChat, door: chatCompletionRequest },
  'openai-completions': { dialect: openaiCompletions },
  'openai-responses': { dialect: openaiResponses, door: responseRequest, cannotSay: ['stop'] },
  'retrieve-and-generate': { dialect: retrieveAndGenerate },
  'titan-text': { dialect: titanText },
}
