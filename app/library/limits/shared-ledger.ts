import { GatewayError } from '../../errors.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { emptyLedger, type Ledger, MINUTE, prune, readLedger, writeLedger } from './ledger.ts'

/** What a change made of a ledger. */
export interface Changed {
  /** Something is to be written. */
  isChanged: boolean
  /** Something was wanted that was not there. */
  isShort: boolean
}

/** The ledger of one key, which all instances share. */
export interface SharedLedger {
  /** As it was when we last read or wrote it. */
  known(): Ledger
  /**
   * Changes it as one step; `apply` may run several times, each on a ledger of its own. Throws `overloaded`
   * when the store cannot be asked, and nothing is changed then as far as anybody knows.
   */
  change<Outcome extends Changed>(apply: (ledger: Ledger) => Outcome): Promise<Outcome>
}

export interface SharedLedgerOptions {
  state: StateStore
  collection: string
  id: string
  /** Unix milliseconds. */
  now(): number
}

/** Milliseconds for which what is known is good enough to write upon: the store finds out where it is not. */
const USABLE = 5000
/** Milliseconds for which it is good enough to refuse somebody: others may have given back. */
const RELIABLE = 500
const TRIES = 20
/** Milliseconds by which instances that meet step back, more with each time. */
const STEP_BACK = 4
/** Milliseconds a ledger is kept that nobody writes. */
const KEPT = 3 * MINUTE

export function createSharedLedger(options: SharedLedgerOptions): SharedLedger {
  const { state, collection, id, now } = options
  let known = emptyLedger()
  let version = 0
  let knownAt = Number.NEGATIVE_INFINITY

  // Either way: the clock may have been set back meanwhile.
  const isOlder = (milliseconds: number) => Math.abs(now() - knownAt) > milliseconds
  const read = async () => {
    const item = await state.get(collection, id)
    known = item ? readLedger(item.value) : emptyLedger()
    version = item?.version ?? 0
    knownAt = now()
  }
  const write = async (ledger: Ledger): Promise<boolean> => {
    const at = now()
    const value = writeLedger(ledger)
    const ask = { ifVersion: version, expiresAt: at + KEPT }
    const written = await state.put(collection, { id, value }, ask)
    if (written === undefined) return false
    known = ledger
    version = written
    knownAt = at
    return true
  }

  return {
    known: () => known,
    async change(apply) {
      if (isOlder(USABLE)) await read()
      for (let tried = 1; tried <= TRIES; tried++) {
        const ledger = copyOf(known)
        const isMended = prune(ledger, now())
        const outcome = apply(ledger)
        if (outcome.isShort && isOlder(RELIABLE)) {
          await read()
          continue
        }
        if (!(outcome.isChanged || isMended) || (await write(ledger))) return outcome
        if (tried > 1) await pause(Math.random() * STEP_BACK * tried)
        await read()
      }
      throw new GatewayError('overloaded', 'Too many instances share this limit. Retry.', {
        retryAfter: 1,
      })
    },
  }
}

const copyOf = ({ requests, tokens, slots }: Ledger): Ledger => ({
  requests: {
    grants: requests.grants.map((grant) => ({ ...grant })),
    ...(requests.bucket && { bucket: { ...requests.bucket } }),
  },
  tokens: { grants: tokens.grants.map((grant) => ({ ...grant })) },
  slots: new Map(slots),
})

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds)
  })
