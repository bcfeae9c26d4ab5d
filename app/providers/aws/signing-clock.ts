/** What AWS said when it refused a signature. */
export interface SignatureRefusal {
  /** `InvalidSignatureException`. */
  type: string
  /** The `date` header of the answer. */
  date?: string
}

/** The time signatures bear: ours, until AWS shows that it is wrong. */
interface SigningClock {
  /** Unix milliseconds. */
  now(): number
  /** Sets itself by the time of AWS's answer, where that is why a signature of `stamp` was refused. Tells whether it was. */
  learn(stamp: string, refusal: SignatureRefusal): boolean
}

/** Milliseconds that make the difference. AWS refuses what is off by five minutes; its SDKs correct from four on. */
const SKEW = 4 * 60_000

/** Exceptions by which AWS tells it, as the SDKs know them (@smithy/core, service-error-classification). */
const SKEWED: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
])

export function createSigningClock(now: () => number): SigningClock {
  let offset = 0
  return {
    now: () => now() + offset,
    learn(stamp, { type, date = '' }) {
      const theirs = Date.parse(date)
      // By the stamp, not by the clock: another request may have set that meanwhile.
      const isOff = Math.abs(theirs - timeOf(stamp)) >= SKEW
      if (!isOff || !SKEWED.has(type)) return false
      offset = theirs - now()
      return true
    },
  }
}

/** Unix milliseconds of `20261122T031300Z`. */
const timeOf = (stamp: string) =>
  Date.parse(stamp.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
