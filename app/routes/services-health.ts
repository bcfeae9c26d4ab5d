import { z } from '@hono/zod-openapi'
import { entryOf } from '../codecs/table.ts'
import type { Services } from '../ports/services.ts'

const STATES = ['available', 'unavailable', 'unknown'] as const

/** Whom this server calls, and how their last answers were. */
export const servicesHealth = {
  services: z
    .record(z.string(), z.enum(STATES))
    .describe('By the last calls that were made anyway; unknown until the first. Nobody is asked.'),
  checked_at: z
    .record(z.string(), z.string().nullable())
    .describe('When that was; null where nobody has been asked yet.'),
}

export const healthStatus = z
  .enum(['healthy', 'degraded'])
  .describe('degraded: none of the services answered when last asked.')

/** AWS is known by the service it is called for here. */
const SERVICE_NAMES: Readonly<Record<string, string>> = { aws: 'bedrock' }

/** What is known by now. A probe costs no call, and so depends on nobody. */
export function examineServices({ providers }: Services) {
  const services: Record<string, (typeof STATES)[number]> = {}
  const checked: Record<string, string | null> = {}
  for (const { name, health } of providers) {
    const { status, checkedAt } = health?.() ?? { status: 'unknown' as const, checkedAt: undefined }
    const service = entryOf(SERVICE_NAMES, name) ?? name
    services[service] = status
    checked[service] = checkedAt === undefined ? null : new Date(checkedAt).toISOString()
  }
  const states = Object.values(services)
  const isDown = states.length > 0 && states.every((state) => state === 'unavailable')
  return {
    status: isDown ? ('degraded' as const) : ('healthy' as const),
    timestamp: new Date().toISOString(),
    services,
    checked_at: checked,
  }
}
