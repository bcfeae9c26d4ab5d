import type { Operation } from '../../gateway/answer.ts'
import type { Sums } from '../../library/usage/measures.ts'
import type { Group } from '../../library/usage/usage-report.ts'
import { WIDTH_WORDS, type Width } from './query.ts'

/** One of OpenAI's lists of usage. */
export interface Kind {
  path: string
  operationId: string
  summary: string
  /** What counts here; all of it when absent, nothing when empty. */
  operations?: readonly Operation[]
  /** What it may be grouped by, and what that is here; undefined where nobody knows it. */
  groups: Readonly<Record<string, Group | undefined>>
  widths: readonly Width[]
  /** Buckets of a page, where they are not those of the width. */
  pages?: { fallback: number }
  most?: number
  result(sums: Sums, names: Record<string, string | null>): Record<string, unknown>
}

const HOLDERS = { project_id: 'tenant', user_id: undefined, api_key_id: 'key' } as const
const WITH_MODEL = { ...HOLDERS, model: 'model' } as const

const inputOf = ({ input, cacheRead, cacheWrite }: Sums) => input + cacheRead + cacheWrite

type Named = Pick<Kind, 'operations' | 'groups' | 'result'>

const kind = (name: string, title: string, { operations, groups, result }: Named): Kind => ({
  path: `/v1/organization/usage/${name}`,
  operationId: `organization_usage_${name}`,
  summary: `Usage of ${title}`,
  operations,
  groups,
  widths: WIDTH_WORDS,
  result: (sums, names) => ({
    object: `organization.usage.${name}.result`,
    ...result(sums, names),
  }),
})

/** Things of OpenAI's that nobody can use here; `more` is what else they may be grouped by. */
const nothing = (name: string, title: string, more: Kind['groups'] = {}): Kind =>
  kind(name, title, {
    operations: [],
    groups: { ...HOLDERS, ...more },
    result: (_, names) => names,
  })

/** As the official specification has them; a member that is not known here is left out or null. */
export const KINDS: readonly Kind[] = [
  kind('completions', 'text generation', {
    operations: ['chat', 'completion'],
    groups: { ...WITH_MODEL, batch: undefined, service_tier: 'tier' },
    result: (sums, names) => ({
      input_tokens: inputOf(sums),
      input_cached_tokens: sums.cacheRead,
      input_cache_write_tokens: sums.cacheWrite,
      input_uncached_tokens: sums.input,
      output_tokens: sums.output,
      input_audio_tokens: 0,
      output_audio_tokens: 0,
      num_model_requests: sums.requests,
      ...names,
      batch: null,
    }),
  }),
  kind('embeddings', 'embeddings', {
    operations: ['embedding'],
    groups: WITH_MODEL,
    result: (sums, names) => ({
      input_tokens: inputOf(sums),
      num_model_requests: sums.requests,
      ...names,
    }),
  }),
  kind('images', 'images', {
    operations: ['image'],
    groups: { ...WITH_MODEL, size: undefined, source: undefined },
    result: (sums, names) => ({
      images: sums.images,
      num_model_requests: sums.requests,
      ...names,
    }),
  }),
  kind('audio_speeches', 'speech', {
    operations: ['speech'],
    groups: WITH_MODEL,
    result: (sums, names) => ({
      characters: sums.characters,
      num_model_requests: sums.requests,
      ...names,
    }),
  }),
  kind('audio_transcriptions', 'transcription', {
    operations: ['transcription'],
    groups: WITH_MODEL,
    result: (sums, names) => ({
      seconds: Math.round(sums.audioSeconds),
      num_model_requests: sums.requests,
      ...names,
    }),
  }),
  nothing('moderations', 'moderation', WITH_MODEL),
  nothing('vector_stores', 'vector stores'),
  nothing('code_interpreter_sessions', 'code interpreters'),
  nothing('file_search_calls', 'file search', { vector_store_id: undefined }),
  nothing('web_search_calls', 'web search', { model: 'model', context_level: undefined }),
]

export const COSTS: Kind = {
  path: '/v1/organization/costs',
  operationId: 'organization_costs',
  summary: 'Get costs by day',
  groups: { project_id: 'tenant', line_item: 'model', api_key_id: 'key' },
  widths: ['1d'],
  pages: { fallback: 7 },
  most: 180,
  result: (sums, names) => ({
    object: 'organization.costs.result',
    amount: { value: Math.round(sums.cost * 1e9) / 1e9, currency: 'usd' },
    ...names,
    quantity: null,
  }),
}
