import { GatewayError } from '../../errors.ts'

interface BeliefOptions<T> {
  /** Proves a text. Throws `authentication` for what proves nothing. */
  ask(text: string): Promise<T>
  /** Until when a proof holds, in Unix milliseconds. */
  until(proven: T): number
  /** Milliseconds a refusal is remembered. */
  refusedFor: number
  /** Unix milliseconds. */
  now?(): number
}

const MOST_REMEMBERED = 5000

interface Known<T> {
  proven?: T
  refusal?: GatewayError
  until: number
}

/**
 * Asks for the proof of a text once, however many requests bring it at the same time, and then believes it
 * until it is over. Not a promise where it is known; throws where it is known to prove nothing.
 */
export function createBelief<T>(options: BeliefOptions<T>): (text: string) => T | Promise<T> {
  const { until, refusedFor, now = Date.now } = options
  const known = new Map<string, Known<T>>()
  const refusals = new Map<string, Known<T>>()
  const asking = new Map<string, Promise<T>>()

  const ask = async (text: string): Promise<T> => {
    try {
      const proven = await options.ask(text)
      remember(known, text, { proven, until: until(proven) })
      return proven
    } catch (thrown) {
      const isRefusal = thrown instanceof GatewayError && thrown.code === 'authentication'
      if (isRefusal) remember(refusals, text, { refusal: thrown, until: now() + refusedFor })
      throw thrown
    } finally {
      asking.delete(text)
    }
  }
  return (text) => {
    const told = known.get(text) ?? refusals.get(text)
    if (told && told.until > now()) {
      if (told.refusal) throw told.refusal
      return told.proven as T
    }
    known.delete(text)
    const running = asking.get(text) ?? ask(text)
    asking.set(text, running)
    return running
  }
}

/** What came first goes first; strangers' refusals cannot push out what somebody has proven. */
function remember<T>(all: Map<string, Known<T>>, text: string, told: Known<T>): void {
  if (all.size >= MOST_REMEMBERED) all.delete(all.keys().next().value!)
  all.set(text, told)
}
