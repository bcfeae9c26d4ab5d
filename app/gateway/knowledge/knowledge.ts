import type { Conversation } from '../../conversation/conversation.ts'
import type { Grounding, KnowledgeWish } from '../../conversation/knowledge.ts'
import { GatewayError } from '../../errors.ts'
import type { KnowledgeBases, KnowledgeCall } from '../../ports/knowledge.ts'
import type { ChatModel, FoundModel } from '../../ports/models.ts'
import type { Services } from '../../ports/services.ts'
import type { Heard } from '../answer.ts'
import { openDeadline } from '../deadline.ts'
import { contextOf, inFrontOfLastWords } from './knowledge-context.ts'
import { wantsKnowledge, wordsOf } from './knowledge-need.ts'

/** For whom a knowledge base is asked. */
interface Consulting {
  heard: Pick<Heard, 'owner' | 'as'>
  /** That the conversation asks for. */
  model: Pick<FoundModel, 'idIn'>
  services: Pick<Services, 'config' | 'knowledge'>
  signal: AbortSignal
}

interface Consulted {
  conversation: Conversation
  /** Whoever keeps the knowledge answers by itself. */
  chat?: ChatModel
}

/** Passages where the caller names no number. */
const PASSAGES = 5
/** Characters of a question; more is refused by AWS (service model of bedrock-agent-runtime). */
const LONGEST_QUESTION = 20_000

/** Throws `feature-unavailable` where nobody keeps knowledge. */
export function knowledgeOf({ knowledge }: Pick<Services, 'knowledge'>): KnowledgeBases {
  if (knowledge) return knowledge
  throw new GatewayError('feature-unavailable', 'No knowledge bases are configured here.', {
    param: 'knowledge_base_id',
  })
}

/** Has something done with the knowledge bases, within the time an answer may take. */
export async function onKnowledge<T>(
  { owner, as, onLeft }: Pick<Heard, 'owner' | 'as' | 'onLeft'>,
  services: Pick<Services, 'config' | 'knowledge' | 'runtime'>,
  work: (bases: KnowledgeBases, call: KnowledgeCall) => Promise<T>,
): Promise<T> {
  const bases = knowledgeOf(services)
  const { config, runtime } = services
  const deadline = openDeadline(config.AI_RESPONSE_TIMEOUT, onLeft, runtime.alarm)
  try {
    return await work(bases, { owner, as, signal: deadline.signal })
  } catch (thrown) {
    throw deadline.explain(thrown)
  } finally {
    deadline.clear()
  }
}

/**
 * Asks the knowledge base a conversation names before its model is asked, and puts what was found in front
 * of the caller's last words. A base that cannot be asked fails the request: an answer without it would
 * look like one that rests on it.
 */
export async function consult(
  asked: Conversation,
  { heard, model, services, signal }: Consulting,
): Promise<Consulted> {
  const { knowledge: wish, ...conversation } = asked
  if (!wish) return { conversation }
  const base = wish.base ?? services.config.DEFAULT_KNOWLEDGE_BASE_ID
  if (base === undefined) return { conversation: withoutEffect(conversation, wish.params) }
  const { citations } = wish
  if (wish.base === undefined && !wantsKnowledge(asked)) {
    return { conversation: grounded(conversation, { base, used: false, passages: [], citations }) }
  }
  const keeper = knowledgeOf(services)
  const call = { owner: heard.owner, as: heard.as, signal }
  const chat = wish.generation && (await keeper.generator?.({ base, model }, call))
  if (chat) return { conversation: asked, chat }
  const passages = await find(keeper, { ...wish, base, text: questionIn(asked) }, call)
  const marks = marksSources(conversation)
  const context = contextOf(passages, { marks })
  const grounding = { base, used: true, passages, citations, context }
  const unheard = generationParams(wish)
  return {
    conversation: withoutEffect(
      grounded(inFrontOfLastWords(conversation, context), grounding),
      unheard,
    ),
  }
}

type Found = KnowledgeWish & { base: string; text: string }

async function find(keeper: KnowledgeBases, wish: Found, call: KnowledgeCall) {
  const { base, text, minimumScore, manner, filter, native, results = PASSAGES } = wish
  const query = { base, text, results, minimumScore, manner, filter, native }
  const { items } = await keeper.retrieve(query, call)
  // A model that is asked in words can do nothing with a passage that has none.
  return items.filter((passage) => passage.text.trim() !== '')
}

/** The last words of the user. */
function questionIn({ turns }: Conversation): string {
  const asking = turns.findLast((turn) => turn.role === 'user' && wordsOf(turn) !== '')
  if (asking) return wordsOf(asking).slice(0, LONGEST_QUESTION)
  throw new GatewayError(
    'invalid-request',
    'No message of the user holds words to search a knowledge base for.',
    { param: 'messages' },
  )
}

/** Marks in JSON would damage it, and spoken ones would be read aloud. */
export const marksSources = ({ output, audio }: Pick<Conversation, 'output' | 'audio'>): boolean =>
  !audio && (output === undefined || output.type === 'text')

const grounded = (conversation: Conversation, grounding: Grounding): Conversation => ({
  ...conversation,
  grounding,
})

function withoutEffect(conversation: Conversation, params: readonly string[]): Conversation {
  if (params.length === 0) return conversation
  return { ...conversation, ignored: [...(conversation.ignored ?? []), ...params] }
}

/** What only a keeper that answers by itself would have heeded. */
function generationParams({ generation }: KnowledgeWish): string[] {
  const natives = Object.keys(generation?.native ?? {})
  return [
    ...(generation?.session ? ['sessionId'] : []),
    ...natives.map((name) => `generationConfiguration.${name}`),
  ]
}
