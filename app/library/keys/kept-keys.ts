import { readConfiguredKeys } from '../../config/key-policy.ts'
import { GatewayError } from '../../errors.ts'
import type { KeptSecret } from '../../ports/access.ts'
import { type CallerIdentity, SOLE_CALLER } from '../../ports/caller.ts'
import type { Linger } from '../../ports/runtime.ts'
import { type KeyTable, keyTable, knownKey } from './key-table.ts'

interface KeptKeysOptions {
  /** Milliseconds until it is read again. */
  refresh: number
  /** Told when it cannot be read and what was read before still counts. */
  onFailure(thrown: unknown): void
  /** As the runtime's. */
  linger?: Linger
  /** Unix milliseconds. */
  now?(): number
}

type KeptKeys = (shown: string) => CallerIdentity | undefined | Promise<CallerIdentity | undefined>

/** Milliseconds between two looks on account of keys that nobody knows. */
const REST = 10_000

/**
 * The key or keys that an operator keeps at AWS: read at the first need, then behind requests. A key that
 * is not known has them read anew, for it may be the one that has just been put there.
 */
export function keptKeys(secret: KeptSecret, options: KeptKeysOptions): KeptKeys {
  const { refresh, onFailure, linger, now = Date.now } = options
  let table: KeyTable | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  let failure: GatewayError | undefined
  let looking: Promise<void> | undefined

  const lookNow = async () => {
    lookedAt = now()
    try {
      table = tableOf(await secret.read(), secret.describe)
      failure = undefined
    } catch (thrown) {
      failure = unreadable(secret, thrown)
      if (table) onFailure(failure.cause)
    }
    looking = undefined
  }
  const look = () => {
    if (looking) return looking
    looking = lookNow()
    linger?.(looking)
    return looking
  }
  /** Whose it is by what is known. Where nothing is, nobody is told that a key is wrong. */
  const told = (shown: string) => {
    if (!table) throw failure
    return table(shown, now())
  }

  return (shown) => {
    const age = now() - lookedAt
    const found = table?.(shown, now())
    if (found) {
      if (age >= refresh) void look()
      return found
    }
    // Failures are not asked for again by every request either.
    if (looking || age >= REST) return look().then(() => told(shown))
    return told(shown)
  }
}

function tableOf(text: string, place: string): KeyTable {
  const isList = /^\s*[[{]/.test(text)
  if (isList) return keyTable(readConfiguredKeys(text, place).map(knownKey))
  return keyTable([{ key: text, identity: SOLE_CALLER }])
}

const unreadable = ({ describe }: KeptSecret, thrown: unknown) =>
  new GatewayError('overloaded', 'Keys cannot be checked at the moment. Retry the request.', {
    reason: 'keys_unavailable',
    retryAfter: REST / 1000,
    cause: new Error(`${describe} cannot be read`, { cause: causeOf(thrown) }),
  })

const causeOf = (thrown: unknown) =>
  thrown instanceof GatewayError ? (thrown.cause ?? thrown) : thrown
