import type { Settings } from '../../conversation/conversation.ts'
import type { WireRequest } from './wire.ts'

type Life = '5m' | '1h'

const LIFETIMES: Record<string, Life> = {
  in_memory: '5m',
  '5m': '5m',
  '30m': '1h',
  '1h': '1h',
  '24h': '1h',
}

/** The longest time to live that models know and that covers what was asked for, as far as they go. */
export function cacheLifetime(request: WireRequest): Life | undefined {
  const asked = request.prompt_cache_retention ?? request.prompt_cache_options?.ttl
  return asked ? LIFETIMES[asked] : undefined
}

export function decodePromptCache(
  request: WireRequest,
  ttl: Life | undefined,
): Settings['promptCache'] {
  // In explicit mode only the caller's own breakpoints count.
  if (request.prompt_cache_options?.mode === 'explicit') return undefined
  const key = request.prompt_cache_key || undefined
  const param = request.prompt_cache_retention ? 'prompt_cache_retention' : 'prompt_cache_options'
  const life = ttl && { ttl, param }
  return key ? { key, ...life } : life
}
