import type { Modality, ModelCard, ModelTraits } from '../../ports/models.ts'
import type { Upstream } from './upstreams.ts'

/** What a model is for. `any` where its name does not tell: then its server is left to say. */
export type Kind =
  | 'chat'
  /** Chats by the Responses API alone. */
  | 'response'
  | 'completion'
  | 'embedding'
  | 'image'
  | 'speech'
  | 'transcription'
  | 'any'
  /** Of no use to anybody here: moderation, video, realtime. */
  | 'other'

/**
 * What names tell, the special before the general. OpenAI's from its models page (November 2026); those of
 * embedding models from the libraries of Ollama and Hugging Face.
 */
const NAMES: readonly (readonly [name: RegExp, kind: Kind])[] = [
  [/moderation|realtime|^sora|^computer-use|rerank|gpt-live/, 'other'],
  [/embed|^(bge|e5|gte|all-minilm|snowflake-arctic)\b|\/(bge|e5|gte)-/, 'embedding'],
  [/^dall-e|^(chat)?gpt-image|stable-diffusion|\bsdxl\b|\bflux\b/, 'image'],
  [/\btts\b|^kokoro|\/kokoro/, 'speech'],
  [/whisper|transcribe/, 'transcription'],
  [
    /^(davinci|babbage)-00\d|^gpt-3\.5-turbo-instruct|^text-(davinci|curie|babbage|ada)/,
    'completion',
  ],
  [/^(o\d|gpt-\d[\d.]*)-pro\b|-deep-research\b|codex/, 'response'],
  [/^(gpt-\d|gpt-audio|gpt-oss|chatgpt-|o\d|codex)/, 'chat'],
]

export function kindOf(id: string, { completes, isOpenai }: Upstream): Kind {
  if (completes.some((pattern) => pattern.test(id))) return 'completion'
  const name = id.toLowerCase().replace(/^ft:/, '')
  const kind = NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? (isOpenai ? 'chat' : 'any')
  // Only OpenAI keeps models to its newer API.
  return kind === 'response' && !isOpenai ? 'chat' : kind
}

const MODALITIES: Readonly<Record<Kind, readonly [input: Modality[], output: Modality[]]>> = {
  chat: [['text', 'image'], ['text']],
  response: [['text', 'image'], ['text']],
  completion: [['text'], ['text']],
  embedding: [['text'], ['embedding']],
  image: [['text', 'image'], ['image']],
  speech: [['text'], ['audio']],
  transcription: [['audio'], ['text']],
  any: [['text', 'image'], ['text']],
  other: [['text'], []],
}

/** One model as its server lists it. */
export interface ListedModel {
  id: string
  created: number
  owner: string
  /** Tokens; vLLM tells. */
  contextWindow?: number
}

/** Who OpenAI says owns its own models. */
const OPENAI_OWNERS: ReadonlySet<string> = new Set(['', 'openai', 'openai-internal', 'system'])

/** The card of a model, of which nothing but its name may be known. */
export function cardOf(id: string, upstream: Upstream, listed?: ListedModel): ModelCard {
  const kind = kindOf(id, upstream)
  const [input, output] = MODALITIES[kind]
  const owner = listed?.owner ?? ''
  const chats = ['chat', 'response', 'any'].includes(kind)
  // Azure and OpenRouter (`openai/gpt-audio`) sell them as well.
  const speaks = chats && /gpt-.*audio/.test(id)
  return {
    id,
    provider: upstream.name,
    owner: ownerOf(owner, upstream),
    created: listed?.created ?? 0,
    input: speaks ? ['text', 'audio'] : input,
    output: speaks ? ['text', 'audio'] : output,
    streaming: chats || kind === 'completion',
    ...(chats && { tools: true }),
    ...(listed?.contextWindow && { contextWindow: listed.contextWindow }),
    traits: upstream.isOpenai ? { ...SAYS_ITSELF, ...OPENAI_TRAITS } : traitsOf(upstream),
  }
}

function ownerOf(owner: string, { isOpenai, name }: Upstream): string {
  if (isOpenai && OPENAI_OWNERS.has(owner)) return 'OpenAI'
  return owner || name
}

/** Nothing is known better here than by the server, so that it is told everything and may refuse. */
const SAYS_ITSELF: ModelTraits = {
  inlineLimits: false,
  s3: [],
  structuredOutput: true,
  systemTurns: true,
  toolResultMedia: [],
  tokenArrays: true,
  // Texts are read where they stand; a PDF is the server's to read or to refuse.
  documents: false,
}

/** OpenAI's API reference: no top_k; `max_completion_tokens`, and JSON that is always JSON. */
const OPENAI_TRAITS: ModelTraits = {
  unsupported: ['topK', 'latency'],
  keepsForm: true,
  urls: ['image'],
}

function traitsOf({ fetchesUrls }: Upstream): ModelTraits {
  return {
    ...SAYS_ITSELF,
    // DeepSeek and others refuse `developer`, and many templates of Ollama drop it; all know `system`.
    systemRoleOnly: true,
    // Gemini and older versions of Ollama (googleapis/python-genai#2868).
    stopsAtCalls: true,
    // Ollama only knows the older name, and nearly all others know it too.
    nativeSettings: { maxTokens: 'max_tokens' },
    ...(fetchesUrls && { urls: ['image', 'video'] }),
  }
}
