import { type ErrorCode, GatewayError } from '../../../errors.ts'
import { UNSIGNED } from '../call.ts'
import type { Trouble } from './health.ts'

/** What another region may be spared. */
const TROUBLES: Partial<Record<ErrorCode, Trouble>> = {
  'rate-limit': 'quota',
  'quota-exceeded': 'quota',
  overloaded: 'unavailable',
  timeout: 'unavailable',
}

/** Failures that are upstream's but not the region's: another one would answer the same. */
const EVERYWHERE: ReadonlySet<string> = new Set([
  'ModelErrorException',
  'ModelStreamErrorException',
  UNSIGNED,
])

/** What a failure says about the region; undefined when another region would answer the same. */
export function troubleOf(thrown: unknown): Trouble | undefined {
  if (!(thrown instanceof GatewayError)) return undefined
  const trouble = TROUBLES[thrown.code]
  if (trouble) return trouble
  if (thrown.code !== 'upstream' && thrown.code !== 'stream-incomplete') return undefined
  const { status, type } = faultOf(thrown)
  if (type !== undefined && EVERYWHERE.has(type)) return undefined
  // What AWS refuses, it refuses everywhere. Anything else is its own failure, or that of the way there.
  return status !== undefined && status >= 400 && status < 500 ? undefined : 'unavailable'
}

/** What AWS answered with, wherever in the chain of causes it stands. */
function faultOf(error: GatewayError): { status?: number; type?: string } {
  const found: { status?: number; type?: string } = {}
  let cause: unknown = error.cause
  for (let depth = 0; cause instanceof Error && depth < 4; depth += 1) {
    const { status, type } = cause as { status?: unknown; type?: unknown }
    if (found.status === undefined && typeof status === 'number') found.status = status
    if (found.type === undefined && typeof type === 'string' && type !== '') found.type = type
    cause = cause.cause
  }
  return found
}

/** Answers that concern one region alone; worth asking on where another one has failed already. */
export const isLocal = (thrown: unknown): boolean =>
  thrown instanceof GatewayError && LOCAL.has(thrown.code)

const LOCAL: ReadonlySet<ErrorCode> = new Set(['model-not-found', 'model-access-denied'])

/** Whether another region that has been asked already may do better: one that lacks the model says nothing of one that is slow. */
export const concernsRegion = (thrown: unknown): boolean =>
  troubleOf(thrown) !== undefined || isLocal(thrown)

/** Whether AWS does not know this id here, so that a look into the catalogue may help. */
export const isUnknownModel = (thrown: unknown): boolean =>
  thrown instanceof GatewayError && thrown.code === 'model-not-found'
