import { withFirstRead } from '../../../codecs/streams/first-read.ts'
import type { Conversation } from '../../../conversation/conversation.ts'
import type { Reply, ReplyEnd, Usage } from '../../../conversation/events.ts'
import type { GroundedSpan, KnowledgeReport } from '../../../conversation/knowledge.ts'
import { GatewayError } from '../../../errors.ts'
import type { Call, Served } from '../../../ports/call.ts'
import type { KnowledgeCall } from '../../../ports/knowledge.ts'
import type { ChatModel } from '../../../ports/models.ts'
import { replyStream } from '../bedrock/answers.ts'
import { type AgentClient, asFields, type Fields, objectsIn, textOf } from './client.ts'
import { createGenerateDecoder } from './decode-stream.ts'
import { guardrailOf, readSpan, retrievalConfiguration } from './search.ts'

/** Characters of text that make about one token; RetrieveAndGenerate tells no usage. */
const CHARACTERS_PER_TOKEN = 4
const SESSION_HEADER = 'x-amzn-bedrock-knowledge-base-session-id'

/** Which base answers, in the words of which model. */
interface Place {
  base: string
  modelId: string
}

/** A knowledge base answering in words, by RetrieveAndGenerate and RetrieveAndGenerateStream. Waits in milliseconds. */
export function createGenerator(
  client: AgentClient,
  { base, modelId, firstFrameWait }: Place & { firstFrameWait: number },
  { as }: Pick<KnowledgeCall, 'as'>,
): ChatModel {
  const ask = (operation: string, conversation: Conversation) => ({
    service: 'bedrock-agent-runtime' as const,
    method: 'POST' as const,
    path: `/${operation}`,
    body: requestOf(conversation, { base, modelId }),
    param: 'knowledge_base_id',
  })
  const served = (conversation: Conversation): Served => ({
    provider: 'aws',
    model: modelId,
    region: client.region,
    attempts: 1,
    ignored: conversation.knowledge?.minimumScore === undefined ? [] : ['score_threshold'],
  })
  return {
    async reply(conversation, { signal }: Call) {
      const request = ask('retrieveAndGenerate', conversation)
      const answer = await client.ask(request, { as, signal })
      return { reply: readReply(answer, conversation, base), served: served(conversation) }
    },
    async stream(conversation, { signal }: Call) {
      const request = ask('retrieveAndGenerateStream', conversation)
      const response = await client.open(request, { as, signal })
      const session = response.header(SESSION_HEADER)
      const question = questionOf(conversation)
      const decoder = createGenerateDecoder((told) => ({
        ...ending({ ...told, question }),
        knowledge: report(base, told.spans, session),
      }))
      // Until its first words are in, a failure is an HTTP error.
      const events = await withFirstRead(replyStream(response, decoder), firstFrameWait)
      return { events, served: served(conversation) }
    },
  }
}

function requestOf(conversation: Conversation, { base, modelId }: Place): Fields {
  const { knowledge, settings, guardrail } = conversation
  const { session, native = {} } = knowledge?.generation ?? {}
  const { maxTokens, temperature, topP, stop } = settings
  const text = {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stop?.length && { stopSequences: stop }),
  }
  const generation = {
    ...native,
    ...(Object.keys(text).length > 0 && {
      inferenceConfig: { ...asFields(native['inferenceConfig']), textInferenceConfig: text },
    }),
    ...(guardrail && {
      guardrailConfiguration: { guardrailId: guardrail.id, guardrailVersion: guardrail.version },
    }),
  }
  const retrieval = knowledge && retrievalConfiguration(knowledge)
  return {
    input: { text: questionOf(conversation) },
    retrieveAndGenerateConfiguration: {
      type: 'KNOWLEDGE_BASE',
      knowledgeBaseConfiguration: {
        knowledgeBaseId: base,
        // An id or a profile will do, whatever the member is called.
        modelArn: modelId,
        ...(retrieval && { retrievalConfiguration: retrieval }),
        ...(Object.keys(generation).length > 0 && { generationConfiguration: generation }),
      },
    },
    ...(session && { sessionId: session }),
  }
}

function questionOf({ turns }: Conversation): string {
  const parts = turns.at(-1)?.parts ?? []
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
}

function readReply(answer: Fields, conversation: Conversation, base: string): Reply {
  const text = textOf(asFields(answer['output'])?.['text'])
  if (text === undefined) {
    throw new GatewayError('upstream', 'The knowledge base gave no answer. Retry the request.')
  }
  const spans = objectsIn(answer['citations']).map(readSpan)
  const question = questionOf(conversation)
  const intervened = guardrailOf(answer['guardrailAction'])
  return {
    parts: [{ type: 'text', text }],
    end: {
      ...ending({ text, spans, intervened, question }),
      knowledge: report(base, spans, textOf(answer['sessionId'])),
    },
  }
}

interface Told {
  text: string
  spans: readonly GroundedSpan[]
  /** Absent where no guardrail was at work. */
  intervened?: boolean
  question: string
}

function ending({ text, spans, intervened, question }: Told): Omit<ReplyEnd, 'type'> {
  const read = spans.flatMap(({ passages }) => passages).map((passage) => passage.text)
  const usage: Usage = {
    input: tokens([question, ...new Set(read)].join('').length),
    output: tokens(text.length),
    estimated: true,
  }
  return {
    reason: intervened ? 'content-filter' : 'end-turn',
    usage,
    ...(intervened !== undefined && { guardrail: { intervened } }),
  }
}

const tokens = (characters: number) => Math.ceil(characters / CHARACTERS_PER_TOKEN)

const report = (
  base: string,
  spans: readonly GroundedSpan[],
  session: string | undefined,
): KnowledgeReport => ({ base, used: true, spans, citations: 'apart', ...(session && { session }) })
