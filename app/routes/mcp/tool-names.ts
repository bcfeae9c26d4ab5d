import { entryOf } from '../../codecs/table.ts'

/** Whose API a path belongs to, and what its tools' names begin and end with. The first that fits counts. */
const PLACES: readonly { below: string; provider: string; ending?: string }[] = [
  { below: '/anthropic/v1/', provider: 'anthropic' },
  { below: '/v1/messages', provider: 'anthropic' },
  { below: '/cohere/v1/', provider: 'cohere', ending: '_v1' },
  { below: '/cohere/v2/', provider: 'cohere' },
  { below: '/ollama/api/', provider: 'ollama' },
  { below: '/model/', provider: 'bedrock' },
  { below: '/v1/admin/', provider: 'outcrop' },
  { below: '/v1/cost', provider: 'outcrop' },
  { below: '/v1/knowledge-bases', provider: 'outcrop' },
  { below: '/v1/mappings', provider: 'outcrop' },
  { below: '/v1/providers', provider: 'outcrop' },
  { below: '/v1/rerank', provider: 'outcrop' },
  { below: '/v1/usage', provider: 'outcrop' },
  { below: '/v1/', provider: 'openai' },
  { below: '/', provider: 'outcrop' },
]

/** Names that the rule below would not find, or nobody would look for. */
const NAMES: Readonly<Record<string, string>> = {
  'GET /': 'outcrop_about',
  'GET /search_models': 'outcrop_search_models',
  'POST /guardrail/{guardrailIdentifier}/version/{guardrailVersion}/apply':
    'bedrock_apply_guardrail',
  'POST /rerank': 'bedrock_rerank',
  'GET /v1/knowledge-bases/{knowledge_base_id}/data-sources/{data_source_id}/sync':
    'outcrop_knowledge_base_data_source_sync_list',
}

/** What is done with the one thing a path names. */
const DONE: Readonly<Record<string, string>> = {
  GET: '_get',
  POST: '_update',
  PUT: '_update',
  PATCH: '_update',
  DELETE: '_delete',
}

/** Plurals that name no collection. */
const PLURAL = new Set(['count_tokens', 'input_tokens', 'input_items'])
/** Below it every word says what is counted. */
const COUNTS = '/v1/organization/'

/**
 * The name of an operation as a tool: `provider_action`, the words of its path in the singular, and what is
 * done where that is not making or asking. `POST /v1/chat/completions` is `openai_chat_completion`, the
 * list of those `openai_chat_completion_list`, and one of them `openai_chat_completion_get`.
 */
export function toolName(method: string, path: string): string {
  const verb = method.toUpperCase()
  const given = entryOf(NAMES, `${verb} ${path}`)
  if (given) return given
  const { below, provider, ending = '' } = PLACES.find((place) => path.startsWith(place.below))!
  const segments = afterVersion(path, below).split('/').filter(Boolean)
  const words = segments.filter((segment) => !isParameter(segment)).map(wordOf)
  const last = segments.at(-1) ?? ''
  if (isParameter(last)) return named(provider, words.map(singular), entryOf(DONE, verb) + ending)
  const isList = verb === 'GET' && singular(words.at(-1) ?? '') !== words.at(-1)
  if (!isList || path.startsWith(COUNTS)) {
    const kept = path.startsWith(COUNTS) ? words : words.map(singular)
    return named(provider, kept, ending)
  }
  const isPart = segments.some(isParameter)
  const singulars = words.map(singular)
  // What one thing holds keeps its plural: `openai_chat_completion_messages`.
  if (isPart) return named(provider, [...singulars.slice(0, -1), words.at(-1)!], ending)
  return named(provider, singulars, `_list${ending}`)
}

/** The part of a path that is not the same for all of a provider's. */
const afterVersion = (path: string, below: string) =>
  below.endsWith('/') && below !== '/v1/admin/'
    ? path.slice(below.length)
    : path.slice('/v1/'.length)

const named = (provider: string, words: readonly string[], ending: string) =>
  [provider, ...words].join('_') + ending

const isParameter = (segment: string) => segment.startsWith('{')

const wordOf = (segment: string) => segment.replace(/[^A-Za-z0-9]+/g, '_')

function singular(word: string): string {
  if (PLURAL.has(word) || word.endsWith('ss')) return word
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (/(ch|sh|x|ss)es$/.test(word)) return word.slice(0, -2)
  return word.endsWith('s') ? word.slice(0, -1) : word
}
