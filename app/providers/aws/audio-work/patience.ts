import { GatewayError } from '../../../errors.ts'
import { troubleOf } from '../bedrock/faults.ts'
import type { Fields } from '../json-protocol.ts'

/** Looks in a row that may fail. The pauses between them are the looks' own. */
const MOST_FAILURES = 10

/**
 * Looks at work that goes on at AWS: empty while AWS is only too busy to say, or the line has failed a few times in a
 * row, for neither says anything of the work. Throws what says something of it.
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
