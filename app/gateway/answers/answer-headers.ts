import { entryOf } from '../../codecs/table.ts'
import type { Settings } from '../../conversation/conversation.ts'
import type { Usage } from '../../conversation/events.ts'
import type { ServerSide } from '../../dialects/dialect.ts'
import type { Served } from '../../ports/call.ts'

/** The headers that tell who answered and at what price. Counts are absent while they are unknown. */
export function answerHeaders(
  served: Served,
  ignored: string[] | undefined,
  usage?: Usage,
): Record<string, string> {
  const headers: Record<string, string> = {
    'x-outcrop-provider': served.provider,
    'x-outcrop-attempts': String(served.attempts),
    'x-bedrock-model': headerSafe(served.model, LONGEST_MODEL),
  }
  if (served.region) headers['x-outcrop-region'] = served.region
  if (ignored?.length) headers['x-outcrop-ignored-params'] = ignored.join(', ')
  return usage ? Object.assign(headers, usageHeaders(usage)) : headers
}

/** Tokens read, those of the cache included, and tokens written. Of a stream they are its trailers. */
export function usageHeaders({
  input,
  output,
  cacheRead = 0,
  cacheWrite = 0,
}: Usage): Record<UsageHeader, string> {
  return {
    'x-token-usage-input': String(input + cacheRead + cacheWrite),
    'x-token-usage-output': String(output),
  }
}

export const USAGE_HEADERS = ['x-token-usage-input', 'x-token-usage-output'] as const
type UsageHeader = (typeof USAGE_HEADERS)[number]

/** Settings and fields that had no effect, each once, by the caller's own names. */
export function ignoredNames(
  atDecoding: string[] | undefined,
  atEncoding: string[],
  server: Pick<ServerSide, 'settingNames'>,
): string[] {
  if (!atDecoding?.length && atEncoding.length === 0) return []
  const names: Record<string, string | undefined> = server.settingNames ?? {}
  const spoken = atEncoding.map((name) => entryOf(names, name) ?? entryOf(OUR_WORDS, name) ?? name)
  const all = [...new Set([...(atDecoding ?? []), ...spoken].map(nameSafe))]
  return all.length > MOST_NAMES ? [...all.slice(0, MOST_NAMES), '...'] : all
}

/** Some of the names are the caller's own inventions, and all of them go into one header. */
const MOST_NAMES = 50
const LONGEST_NAME = 100

const nameSafe = (name: string) => headerSafe(name, LONGEST_NAME)

/** A provider may answer to any name, also to one that no header can hold. */
const LONGEST_MODEL = 300

function headerSafe(text: string, most: number): string {
  const short = text.length > most ? text.slice(0, most) : text
  return /[^\x20-\x7e]/.test(short) ? short.replace(/[^\x20-\x7e]/g, '?') : short
}

/** What our own words are to callers whose dialect says nothing else; every other name is the caller's. */
const OUR_WORDS: Readonly<
  Record<
    keyof Settings | 'thought' | 'toolResult' | 'toolChoice' | 'cacheControl' | 'cacheControl.ttl',
    string
  >
> = {
  maxTokens: 'max_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  stop: 'stop',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  logitBias: 'logit_bias',
  logprobs: 'logprobs',
  topLogprobs: 'top_logprobs',
  parallelToolCalls: 'parallel_tool_calls',
  serviceTier: 'service_tier',
  latency: 'latency',
  verbosity: 'verbosity',
  prediction: 'prediction',
  promptCache: 'prompt_cache',
  thought: 'reasoning_content',
  toolResult: 'messages.tool',
  toolChoice: 'tool_choice',
  cacheControl: 'cache_control',
  'cacheControl.ttl': 'cache_control.ttl',
}
