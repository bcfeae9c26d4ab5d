import type { Usage } from '../conversation/events.ts'
import type { ServerSide } from '../dialects/dialect.ts'
import type { Served } from '../ports/models.ts'

/** The headers that tell who answered and at what price. Counts are absent while they are unknown. */
export function answerHeaders(
  served: Served,
  ignored: string[] | undefined,
  usage?: Usage,
): Record<string, string> {
  const headers: Record<string, string> = {
    'x-outcrop-provider': served.provider,
    'x-outcrop-attempts': String(served.attempts),
    'x-bedrock-model': served.model,
  }
  if (served.region) headers['x-outcrop-region'] = served.region
  if (ignored?.length) headers['x-outcrop-ignored-params'] = ignored.join(', ')
  if (usage) {
    headers['x-token-usage-input'] = String(
      usage.input + (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0),
    )
    headers['x-token-usage-output'] = String(usage.output)
  }
  return headers
}

/** Settings and fields that had no effect, each once, by the caller's own names. */
export function ignoredNames(
  atDecoding: string[] | undefined,
  atEncoding: string[],
  server: ServerSide,
): string[] {
  if (!atDecoding?.length && atEncoding.length === 0) return []
  const names: Record<string, string | undefined> = server.settingNames ?? {}
  const spoken = atEncoding.map((name) => names[name] ?? snakeCase(name))
  return [...new Set([...(atDecoding ?? []), ...spoken])]
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
