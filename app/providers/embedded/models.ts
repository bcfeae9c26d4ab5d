import type { Modality, ModelCard, ModelTraits } from '../../ports/models.ts'
import type { Manner } from './answer.ts'
import { isAboutVideo } from './checked.ts'
import { troubleNames, troubleOf } from './trouble.ts'

/** The models with a name of their own; every other name is answered like the first. */
const MODELS: Record<string, Manner & { description: string }> = {
  'embedded-chat': { thinks: false, description: 'Restates the request and calls tools.' },
  'embedded-reasoner': { thinks: true, description: 'The same, thinking aloud first.' },
}

/** Models that do something other than chat, with a name of their own. */
const OTHERS: Record<string, { output: Modality[]; description: string }> = {
  'embedded-embedding': {
    output: ['embedding'],
    description: 'Vectors of texts, pictures, sound and video; texts that share words are near.',
  },
  'embedded-speech': {
    output: ['audio'],
    description: 'Speaks English by rules, like a machine, in WAV, PCM, MP3, FLAC and AAC.',
  },
  'embedded-transcription': {
    output: ['text'],
    description: 'Reads what the embedded speech carries with it; hears nothing else.',
  },
  'embedded-reranker': {
    output: ['reranking'],
    description: 'Orders documents by the words they share with the query.',
  },
  'embedded-image': {
    output: ['image'],
    description: 'Draws shapes of the words of a prompt, edits what a mask shows, varies pictures.',
  },
}

/** Settings that change nothing here, so that callers are told. */
const UNSUPPORTED = [
  'temperature',
  'topP',
  'topK',
  'frequencyPenalty',
  'presencePenalty',
  'logitBias',
  'logprobs',
  'topLogprobs',
  'serviceTier',
  'latency',
  'verbosity',
  'prediction',
  'promptCache',
] as const satisfies ModelTraits['unsupported']

/** Names that ask for something other than chat, and what such a model gives. */
const OTHER_KINDS: [name: RegExp, output: Modality[]][] = [
  [/\brerank/i, ['reranking']],
  [/\bembed(ding)?s?\b|\b(bge|gte|e5|minilm|voyage|jina)\b/i, ['embedding']],
  [/\bmoderation\b/i, []],
  [/\b(dall-e|image|canvas|sd3|sdxl|flux|stable|stability)\b/i, ['image']],
  [/\btts\b|\bspeech\b/i, ['audio']],
  [/\b(whisper|transcribe)\b/i, ['text']],
]

export function mannerOf(name: string): Manner {
  return Object.hasOwn(MODELS, name) ? MODELS[name]! : { thinks: false }
}

/** Whether a name can be talked to; `text-embedding-3-small` cannot. */
export function canChat(name: string): boolean {
  return otherKind(name) === undefined
}

function otherKind(name: string): Modality[] | undefined {
  if (Object.hasOwn(MODELS, name) || troubleOf(name)) return undefined
  if (Object.hasOwn(OTHERS, name)) return OTHERS[name]!.output
  return OTHER_KINDS.find(([pattern]) => pattern.test(name))?.[1]
}

export function listCards(): ModelCard[] {
  return [...Object.keys(MODELS), ...Object.keys(OTHERS), ...troubleNames()].map(cardOf)
}

const TRAITS: ModelTraits = {
  unsupported: UNSUPPORTED,
  structuredOutput: true,
  reasoning: 'embedded',
}

/** What AWS would read from S3, however large, is read here. */
const VIDEO_TRAITS: ModelTraits = { inlineLimits: { video: Number.POSITIVE_INFINITY } }

/** Any name is a model here, and says of itself that it is embedded. */
export function cardOf(name: string): ModelCard {
  const other = otherKind(name)
  const description = descriptionOf(name)
  return {
    id: name,
    provider: 'embedded',
    owner: 'outcrop',
    created: 0,
    free: true,
    input: inputOf(name, other),
    output: other ?? ['text'],
    streaming: other === undefined,
    tools: other === undefined,
    traits: { ...TRAITS, ...(isAboutVideo(name) && VIDEO_TRAITS) },
    ...(description ? { listing: { description } } : {}),
  }
}

/** Embedding models whose names stand for some that see and hear. */
const SEEING =
  /^embedded-embedding$|\b(multimodal|image|clip|marengo)\b|embed-(v4|english-v3|multilingual-v3)/i

function inputOf(name: string, other: Modality[] | undefined): Modality[] {
  if (!other) return ['text', 'image', 'document', 'audio', 'video']
  if (other.includes('text')) return ['audio']
  if (other.includes('image')) return ['text', 'image']
  const sees = other.includes('embedding') && SEEING.test(name)
  return sees ? ['text', 'image', 'audio', 'video'] : ['text']
}

function descriptionOf(name: string): string | undefined {
  if (Object.hasOwn(OTHERS, name)) return OTHERS[name]!.description
  if (Object.hasOwn(MODELS, name)) return MODELS[name]!.description
  return troubleOf(name)?.description
}

/** The settings of a request that had no effect. */
export function ignoredOf(settings: object): string[] {
  return UNSUPPORTED.filter((name) => Object.hasOwn(settings, name))
}
