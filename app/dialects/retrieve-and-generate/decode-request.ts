import type { Conversation, Settings } from '../../conversation/conversation.ts'
import { decodeRetrievalConfig } from '../retrieval-config.ts'
import type { WireGenerateRequest } from './wire.ts'

/** What the route knows beside the body. */
type HeardGenerate = WireGenerateRequest & { knowledgeBaseId: string }

/** A question to a knowledge base as a conversation of one turn, which whoever keeps it may answer by itself. */
export function decodeRequest(body: unknown): Conversation {
  const request = body as HeardGenerate
  const { guardrailConfiguration, inferenceConfig, ...generation } =
    request.generationConfiguration ?? {}
  const { textInferenceConfig, ...inference } = inferenceConfig ?? {}
  const native = {
    ...generation,
    ...(Object.keys(inference).length > 0 && { inferenceConfig: inference }),
  }
  return {
    model: modelOf(request),
    system: [],
    turns: [{ role: 'user', parts: [{ type: 'text', text: request.query }] }],
    tools: [],
    settings: decodeSettings(textInferenceConfig ?? {}),
    ...(guardrailConfiguration && {
      guardrail: {
        id: guardrailConfiguration.guardrailId,
        version: guardrailConfiguration.guardrailVersion,
      },
    }),
    knowledge: {
      base: request.knowledgeBaseId,
      ...decodeRetrievalConfig(request.retrieval_config ?? request.retrievalConfiguration),
      citations: 'apart',
      generation: {
        ...(request.sessionId && { session: request.sessionId }),
        ...(Object.keys(native).length > 0 && { native }),
      },
      params: [],
    },
    stream: request.stream ?? false,
  }
}

const FOUNDATION_MODEL = /^arn:[^:]+:bedrock:[^:]*::foundation-model\/(.+)$/

/** The ARN of a foundation model tells no more than its id, so callers need no permission to name one. */
function modelOf({ model, modelArn }: WireGenerateRequest): string {
  const name = model ?? modelArn ?? ''
  return FOUNDATION_MODEL.exec(name)?.[1] ?? name
}

interface WireSettings {
  maxTokens?: number | null
  temperature?: number | null
  topP?: number | null
  stopSequences?: string[] | null
}

function decodeSettings({ maxTokens, temperature, topP, stopSequences }: WireSettings): Settings {
  return {
    ...(maxTokens != null && { maxTokens }),
    ...(temperature != null && { temperature }),
    ...(topP != null && { topP }),
    ...(stopSequences?.length && { stop: stopSequences }),
  }
}
