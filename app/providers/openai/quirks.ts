import type { Conversation } from '../../conversation/conversation.ts'
import type { ClientSide, EncodedRequest } from '../../dialects/dialect.ts'
import { GatewayError } from '../../errors.ts'
import type { ModelCard, ModelTraits } from '../../ports/models.ts'
import { LIMITS } from './limits-of-openai.ts'

export type Fields = Record<string, unknown>

/** What is asked of a model. */
interface Wish {
  conversation: Conversation
  card: ModelCard
  dialect: ClientSide
  path: string
}

/** Something some models refuse that can be said differently or left out. */
export interface Quirk {
  isIn(body: Fields, wish: Wish): boolean
  /** Matches refusals of it. */
  named: RegExp
  otherwise?(body: Fields): Fields
  traits?: Partial<ModelTraits>
  /** The member of the conversation that has no effect then. */
  loses?: string
}

/** Fields that barely change an answer -> members of the conversation. Some servers refuse any field they do not know. */
const HINTS: Readonly<Record<string, string>> = {
  store: 'store',
  metadata: 'metadata',
  user: 'user',
  safety_identifier: 'safety_identifier',
  prompt_cache_key: 'promptCache',
  parallel_tool_calls: 'parallelToolCalls',
  service_tier: 'serviceTier',
  verbosity: 'verbosity',
}

/** The words are those of Mistral, Google, Groq and Azure. */
const hintOf = ([field, loses]: [string, string]): Quirk => ({
  isIn: (body) => body[field] !== undefined,
  named: new RegExp(
    `(^|; )${field}: Extra inputs|Unknown name "${field}"|property '${field}' is unsupported|arguments? supplied: (\\w+, )*${field}\\b`,
  ),
  otherwise: ({ [field]: _, ...rest }) => rest,
  loses,
})

/**
 * Older versions of Azure, Mistral and others do not take `stream_options`. A caller who wants the usage is told so; if
 * only we want it, it can be left out.
 */
const USAGE: Quirk = {
  isIn: (body, { conversation }) =>
    conversation.stream &&
    !conversation.streamUsage &&
    (body['stream_options'] as Fields | undefined)?.['include_usage'] !== undefined,
  named: /stream_options|include_usage/,
  otherwise({ stream_options: options, ...rest }) {
    const { include_usage: _, ...others } = options as Fields
    return Object.keys(others).length > 0 ? { ...rest, stream_options: others } : rest
  },
}

/** OpenAI knows all that its callers may say; if it refuses a field, the value is wrong. */
const OF_OPENAI: readonly Quirk[] = [USAGE, ...LIMITS]

const QUIRKS: readonly Quirk[] = [
  ...OF_OPENAI,
  {
    // Reasoning models on Azure refuse the older name.
    isIn: (body, { card }) =>
      body['max_tokens'] !== undefined &&
      card.traits.nativeSettings?.['maxTokens'] === 'max_tokens',
    named: /max_completion_tokens/,
    otherwise: ({ max_tokens: limit, ...rest }) => ({ ...rest, max_completion_tokens: limit }),
  },
  {
    // DeepSeek refuses lists of texts in tool messages, Groq in system messages.
    isIn: ({ messages }) => Array.isArray(messages) && messages.some(isTexts),
    named: /(expected a|must be a|should be a valid) string/,
    otherwise: ({ messages, ...rest }) => ({
      ...rest,
      messages: (messages as Fields[]).map((one) => (isTexts(one) ? joined(one) : one)),
    }),
  },
  {
    // DeepSeek and Kimi need the thoughts that led to a call (api-docs.deepseek.com, Thinking Mode).
    isIn: (_, { conversation: { turns } }) =>
      turns.some(({ parts }) => parts.some((part) => part.type === 'reasoning' && part.text)),
    named:
      /reasoning_content.*passed back|[Mm]issing.*reasoning_content|reasoning_content is missing/,
    traits: { plainThoughts: true },
  },
  {
    // Gemini 3 wants the signatures of its calls back, which only clients that keep unknown fields have. Its
    // documentation (ai.google.dev/gemini-api/docs/thought-signatures) gives what to send without one.
    isIn: ({ messages }) => Array.isArray(messages) && messages.some(hasUnsigned),
    named: /missing a thought_signature/,
    otherwise: ({ messages, ...rest }) => ({
      ...rest,
      messages: (messages as Fields[]).map((one) => (hasUnsigned(one) ? signed(one) : one)),
    }),
  },
  {
    // The words are those of Mistral, RouteLLM, Google and Groq.
    isIn: ({ tools }) => Array.isArray(tools) && tools.some(isStrict),
    named: /\bstrict"?( -|:) Extra inputs|Unknown name "strict"|property 'strict' is unsupported/,
    otherwise: ({ tools, ...rest }) => ({
      ...rest,
      tools: (tools as Fields[]).map((tool) => (isStrict(tool) ? unstrict(tool) : tool)),
    }),
    loses: 'tools.strict',
  },
  ...Object.entries(HINTS).map(hintOf),
]

const isStrict = ({ function: made }: Fields): boolean =>
  (made as Fields | undefined)?.['strict'] !== undefined

function unstrict(tool: Fields): Fields {
  const { strict: _, ...made } = tool['function'] as Fields
  return { ...tool, function: made }
}

const UNSIGNED = { google: { thought_signature: 'skip_thought_signature_validator' } }

const callsOf = ({ tool_calls: calls }: Fields): Fields[] => (calls as Fields[] | undefined) ?? []

const hasUnsigned = (message: Fields): boolean =>
  callsOf(message).some((call) => call['extra_content'] === undefined)

const signed = (message: Fields): Fields => ({
  ...message,
  tool_calls: callsOf(message).map((call) => ({ extra_content: UNSIGNED, ...call })),
})

const isTexts = ({ content }: Fields): boolean =>
  Array.isArray(content) && content.every((part: Fields) => part['type'] === 'text')

const joined = (message: Fields): Fields => ({
  ...message,
  content: (message['content'] as Fields[]).map((part) => part['text']).join('\n\n'),
})

/** Names that are remembered; callers make them up, so there must be an end. */
const MOST_NAMES = 2000
/** Milliseconds a refusal is remembered. Servers are mended, and a proxy may stand before several. */
const MEMORY = 3_600_000

/** What models of one server have refused, each at its path. */
export interface KnownQuirks {
  of(model: string): Quirk[]
  add(model: string, quirks: readonly Quirk[]): void
}

/** `now` in Unix milliseconds. */
export function createKnownQuirks(now: () => number): KnownQuirks {
  const known = new Map<string, Map<Quirk, number>>()
  return {
    of(model) {
      const kept = known.get(model)
      return kept ? [...kept.keys()].filter((quirk) => kept.get(quirk)! > now()) : []
    },
    add(model, quirks) {
      if (known.size >= MOST_NAMES) known.clear()
      const kept = known.get(model) ?? new Map<Quirk, number>()
      for (const quirk of quirks) kept.set(quirk, now() + MEMORY)
      known.set(model, kept)
    },
  }
}

interface Patience<Answer> {
  known: KnownQuirks
  ask(body: Fields): Promise<Answer>
}

/** Asks, and asks again if the model refuses something that can be said differently. */
export async function askPatiently<Answer>(wish: Wish, { known, ask }: Patience<Answer>) {
  const { card, path } = wish
  const model = `${path} ${card.id}`
  const quirks = card.traits.systemRoleOnly ? QUIRKS : OF_OPENAI
  const minded = known.of(model)
  const learnt: Quirk[] = []
  for (let attempts = 1; ; attempts++) {
    const encoded = encode(wish, minded)
    const body = encoded.body as Fields
    try {
      const answer = await ask(body)
      if (learnt.length > 0) known.add(model, learnt)
      return { answer, encoded, attempts }
    } catch (thrown) {
      const found = quirks.filter(
        (one) => !minded.includes(one) && isRefused(one, thrown) && one.isIn(body, wish),
      )
      if (found.length === 0) throw thrown
      learnt.push(...found)
      minded.push(...found)
    }
  }
}

function encode(wish: Wish, minded: readonly Quirk[]): EncodedRequest {
  const { conversation, card, dialect } = wish
  if (minded.length === 0) return dialect.encodeRequest(conversation, card)
  const traits = Object.assign({ ...card.traits }, ...minded.map((quirk) => quirk.traits))
  const encoded = dialect.encodeRequest(conversation, { ...card, traits })
  let body = encoded.body as Fields
  const ignored = [...encoded.ignored]
  for (const { isIn, otherwise, loses } of minded) {
    if (!otherwise || !isIn(body, wish)) continue
    body = otherwise(body)
    if (loses) ignored.push(loses)
  }
  return { ...encoded, body, ignored }
}

const isRefused = ({ named }: Quirk, thrown: unknown): boolean =>
  thrown instanceof GatewayError &&
  (thrown.code === 'invalid-request' || thrown.code === 'unsupported-parameter') &&
  (named.test(thrown.message) || named.test(`${thrown.param}`))
