import { GatewayError } from '../../../errors.ts'
import { pause } from '../bedrock/embeddings/fan-out.ts'
import { troubleOf } from '../bedrock/faults.ts'
import type { Fields } from '../json-protocol.ts'

/** Looks in a row that may fail. The pauses between them are the looks' own. */
const MOST_FAILURES = 10

/**
 * Looks at work that goes on at AWS. Empty while AWS is too busy to say, or the line has failed only a few times
 * in a row: neither tells anything about the work. Throws what does.
 */
export function patientLook(look: () => Promise<Fields>): () => Promise<Fields> {
  let failures = 0
  return async () => {
    try {
      const seen = await look()
      failures = 0
      return seen
    } catch (thrown) {
      if (troubleOf(thrown) === undefined) throw thrown
      const isBusy = thrown instanceof GatewayError && thrown.code === 'rate-limit'
      if (!isBusy) failures += 1
      if (failures >= MOST_FAILURES) throw thrown
      return {}
    }
  }
}

/** How often a call is made, each time after twice as long a pause. */
const MOST_TRIES = 5
const FIRST_PAUSE = 500

/** Makes a call of several again while AWS is too busy or the line breaks: what was done before would be lost. */
export async function madeAgain<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call()
    } catch (thrown) {
      if (tries === MOST_TRIES || signal.aborted || troubleOf(thrown) === undefined) throw thrown
      await pause(FIRST_PAUSE * 2 ** (tries - 1), signal)
      if (signal.aborted) throw thrown
    }
  }
}
