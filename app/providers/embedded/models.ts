import type { Modality, ModelCard, ModelTraits } from '../../ports/models.ts'
import type { Manner } from './answer.ts'
import { troubleNames, troubleOf } from './trouble.ts'

/** The models with a name of their own; every other name is answered like the first. */
const MODELS: Record<string, Manner & { description: string }> = {
  'embedded-chat': { thinks: false, description: 'Restates the request and calls tools.' },
  'embedded-reasoner': { thinks: true, description: 'The same, thinking aloud first.' },
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
  [/\bembed(ding)?s?\b/i, ['embedding']],
  [/\brerank/i, []],
  [/\bmoderation\b/i, []],
  [/\b(dall-e|image|canvas)\b/i, ['image']],
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
  return OTHER_KINDS.find(([pattern]) => pattern.test(name))?.[1]
}

export function listCards(): ModelCard[] {
  return [...Object.keys(MODELS), ...troubleNames()].map(cardOf)
}

/** Any name is a model here, and says of itself that it is embedded. */
export function cardOf(name: string): ModelCard {
  const other = otherKind(name)
  const description = descriptionOf(name)
  return {
    id: name,
    provider: 'embedded',
    owner: 'outcrop',
    created: 0,
    input: other ? ['text'] : ['text', 'image', 'document', 'audio', 'video'],
    output: other ?? ['text'],
    streaming: other === undefined,
    tools: other === undefined,
    traits: { unsupported: UNSUPPORTED, structuredOutput: true, reasoning: 'embedded' },
    ...(description ? { listing: { description } } : {}),
  }
}

function descriptionOf(name: string): string | undefined {
  if (Object.hasOwn(MODELS, name)) return MODELS[name]!.description
  return troubleOf(name)?.description
}

/** The settings of a request that had no effect. */
export function ignoredOf(settings: object): string[] {
  return UNSUPPORTED.filter((name) => Object.hasOwn(settings, name))
}
