import { type ErrorCode, GatewayError, messageOf } from '../../../errors.ts'
import type { AwsCall } from '../call.ts'
import type { Warn } from '../warn.ts'
import { type Inquiry, readPage } from './control-plane.ts'

/** Which models this account may use, as far as that is known. */
export interface Availability {
  /** False only where AWS has said so. */
  isAvailable(region: string, modelId: string): boolean
  /** Asks for what is not known yet, a few at a time; resolves when done, with whether anything changed. */
  look(region: string, modelIds: readonly string[]): Promise<boolean>
}

interface AvailabilityOptions {
  call: AwsCall
  warn: Warn
  /** Unix milliseconds. */
  now?(): number
}

/** Questions of one region that are under way at the same time. */
const AT_ONCE = 4
/** Milliseconds one look at a region may take. */
const PATIENCE = 60_000
/** Milliseconds until a model is asked for again: a refusal may be lifted any minute, a grant seldom ends. */
const GRANTED = 24 * 3_600_000
const REFUSED = 600_000

/** Refusals that will be the same in fifteen minutes; a restart asks again. */
const LASTING: ReadonlySet<ErrorCode> = new Set([
  'model-access-denied',
  'model-not-found',
  'invalid-request',
])

/** GetFoundationModelAvailability of every listed model; what may not be asked counts as available. */
export function createAvailability({
  call,
  warn,
  now = Date.now,
}: AvailabilityOptions): Availability {
  const known = new Map<string, { available: boolean; until: number }>()
  const silent = new Set<string>()
  const keyOf = (region: string, id: string) => `${region}/${id}`

  const ask = async (inquiry: Inquiry, id: string): Promise<boolean> => {
    const path = `/foundation-model-availability/${encodeURIComponent(id)}`
    const available = isUsable(await readPage(inquiry, path))
    const key = keyOf(inquiry.region, id)
    const before = known.get(key)?.available ?? true
    known.set(key, { available, until: now() + (available ? GRANTED : REFUSED) })
    return available !== before
  }
  return {
    isAvailable: (region, id) => known.get(keyOf(region, id))?.available ?? true,
    async look(region, modelIds) {
      if (silent.has(region)) return false
      const time = now()
      const waiting = modelIds.filter((id) => (known.get(keyOf(region, id))?.until ?? 0) <= time)
      const inquiry = { call, region, signal: AbortSignal.timeout(PATIENCE) }
      let changed = false
      const work = async () => {
        for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
          if (await ask(inquiry, id)) changed = true
        }
      }
      try {
        await Promise.all(Array.from({ length: AT_ONCE }, work))
      } catch (reason) {
        waiting.length = 0
        if (isLasting(reason)) silent.add(region)
        warn('Which models this account may use is unknown; all that are listed count as usable.', {
          region,
          detail: messageOf(reason),
        })
      }
      return changed
    },
  }
}

const isLasting = (reason: unknown) =>
  reason instanceof GatewayError && (LASTING.has(reason.code) || reason.final === true)

/** The four answers of the service model; what is absent is no refusal. */
function isUsable(answer: Record<string, unknown>): boolean {
  const agreement = answer['agreementAvailability'] as { status?: string } | undefined
  return (
    answer['authorizationStatus'] !== 'NOT_AUTHORIZED' &&
    answer['entitlementAvailability'] !== 'NOT_AVAILABLE' &&
    answer['regionAvailability'] !== 'NOT_AVAILABLE' &&
    agreement?.status !== 'NOT_AVAILABLE' &&
    agreement?.status !== 'ERROR'
  )
}
