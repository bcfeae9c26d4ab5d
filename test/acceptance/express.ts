import type {
  Conversation,
  MediaPart,
  Part,
  ToolResultPart,
  Turn,
} from '../../app/conversation/conversation.ts'
import { encodeContent, isMedia } from '../../app/dialects/openai-chat/encode-parts.ts'
import { openaiChat } from '../../app/dialects/openai-chat/index.ts'
import { plainCard } from '../fakes/plain-card.ts'

type Json = Record<string, unknown>

/** A conversation that chat completions cannot say, and why. */
interface Unsayable {
  unsayable: string
}

/** An upstream that takes everything chat completions can say. */
const CARD = plainCard({
  id: '',
  provider: 'openai',
  owner: 'openai',
  traits: { cachePoints: { max: 4, ttls: ['5m', '1h'], tools: true } },
})

/**
 * A conversation that was heard in the words of Converse as a request of chat completions, with the
 * extensions of it this gateway documents. Undefined members of the body are those nobody asked for.
 */
export function express(heard: Conversation): Json | Unsayable {
  const reason = unsayable(heard)
  if (reason) return { unsayable: reason }
  const { guardrail, settings, reasoning, ...said } = heard
  const { latency, ...others } = settings
  const conversation: Conversation = {
    ...said,
    settings: others,
    extras: {},
    turns: heard.turns.map(withoutResultMedia),
  }
  const { body } = openaiChat.client.encodeRequest(conversation, { ...CARD, id: heard.model })
  return {
    ...(body as Json),
    messages: withResultMedia((body as { messages: Json[] }).messages, heard.turns),
    ...thinkingOf(reasoning),
    ...(latency && { performanceConfig: { latency } }),
    ...(guardrail && { 'amazon-bedrock-guardrailConfig': guardrailOf(guardrail) }),
  }
}

function unsayable(heard: Conversation): string | undefined {
  const own = heard.extras?.['bedrock-converse'] ?? {}
  if (own['members']) return 'members of Converse alone: prompt variables, response field paths'
  const parts = [...heard.system, ...heard.turns.flatMap((turn) => turn.parts)]
  for (const part of parts.flatMap(withContent)) {
    if (part.type === 'native') return 'a block of Converse alone: guardContent, searchResult'
    if ('server' in part && part.server) return 'a call the platform ran, in the history'
    if (part.type === 'text' && part.citations) return 'cited text in the history'
    if (isMedia(part) && (part.citations !== undefined || part.context)) {
      return 'a document that is to be cited'
    }
  }
  const answers = heard.turns.filter((turn) => turn.role === 'assistant')
  if (answers.some((turn) => turn.parts.some(isMedia))) return 'media the assistant gave'
  return undefined
}

const withContent = (part: Part): Part[] =>
  part.type === 'tool-result' ? [part, ...part.content] : [part]

/** Thoughts travel in `reasoning_details`; media of tool results are put in afterwards. */
function withoutResultMedia(turn: Turn): Turn {
  return {
    ...turn,
    parts: turn.parts.map((part): Part => {
      if (part.type === 'reasoning') {
        return { ...part, extras: { 'openai-chat': { reasoningField: 'reasoning_details' } } }
      }
      if (part.type !== 'tool-result') return part
      return { ...part, content: part.content.filter((one) => !isMedia(one)), extras: undefined }
    }),
  }
}

/** Tool messages of this gateway may hold images and documents, which those of OpenAI's own may not. */
function withResultMedia(messages: Json[], turns: Turn[]): Json[] {
  const results = turns
    .flatMap((turn) => turn.parts)
    .filter((part): part is ToolResultPart => part.type === 'tool-result')
  const manner = { cacheControl: true, markedMessage: false }
  return messages.map((message) => {
    if (message['role'] !== 'tool') return message
    const at = results.findIndex((result) => result.callId === message['tool_call_id'])
    const [result] = results.splice(at, 1)
    const error = result!.isError ? { is_error: true } : {}
    if (!result!.content.some(isMedia)) return { ...message, ...error }
    return { ...message, content: encodeContent(result!.content.map(plain), manner), ...error }
  })
}

const plain = (part: Part): Part => (part.type === 'text' ? { ...part, extras: undefined } : part)

function thinkingOf(reasoning: Conversation['reasoning']): Json {
  if (!reasoning) return {}
  const { enabled, budget, adaptive, effort } = reasoning
  if (enabled === false) return { thinking: { type: 'disabled' } }
  if (budget) return { thinking: { type: 'enabled', budget_tokens: budget } }
  return {
    ...(adaptive && { thinking: { type: 'adaptive' } }),
    ...(effort && { reasoning_effort: effort }),
  }
}

function guardrailOf({ id, version, trace, streamMode }: NonNullable<Conversation['guardrail']>) {
  return {
    guardrailIdentifier: id,
    guardrailVersion: version,
    ...(trace && { trace }),
    ...(streamMode && { streamProcessingMode: streamMode }),
  }
}

export type { MediaPart }
