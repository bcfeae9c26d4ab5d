import { z } from '@hono/zod-openapi'
import { entryOf } from '../codecs/table.ts'
import type { Settings } from '../conversation/conversation.ts'

type Life = '5m' | '1h'

const LIFETIMES: Record<string, Life> = {
  in_memory: '5m',
  '5m': '5m',
  '30m': '1h',
  '1h': '1h',
  '24h': '1h',
}

/** By which OpenAI's callers ask for a cache, in chats and in responses. */
export const cacheFields = {
  prompt_cache_key: z.string().nullish(),
  prompt_cache_retention: z.enum(['in_memory', '24h', '5m', '1h']).nullish(),
  prompt_cache_options: z
    .looseObject({
      ttl: z.enum(['30m', '5m', '1h']).nullish(),
      mode: z.enum(['implicit', 'explicit']).nullish(),
    })
    .nullish(),
}

/** The fields by which OpenAI's requests ask for prompt caching. */
interface CacheFields {
  prompt_cache_key?: string | null | undefined
  prompt_cache_retention?: string | null | undefined
  prompt_cache_options?:
    | { mode?: string | null | undefined; ttl?: string | null | undefined }
    | null
    | undefined
}

/** The longest time to live that models know and that covers what was asked for, as far as they go. */
export function cacheLifetime(request: CacheFields): Life | undefined {
  const asked = request.prompt_cache_retention ?? request.prompt_cache_options?.ttl
  return asked ? entryOf(LIFETIMES, asked) : undefined
}

export function decodePromptCache(
  request: CacheFields,
  ttl: Life | undefined,
): Settings['promptCache'] {
  const key = request.prompt_cache_key || undefined
  if (!key && !ttl) return undefined
  const param = request.prompt_cache_retention ? 'prompt_cache_retention' : 'prompt_cache_options'
  // In explicit mode only the caller's own breakpoints count.
  const explicit = request.prompt_cache_options?.mode === 'explicit'
  return { ...(key && { key }), ...(ttl && { ttl, param }), ...(explicit && { explicit }) }
}
