import { collect } from '../../conversation/collect.ts'
import type { Reply, ReplyEvent, Usage } from '../../conversation/events.ts'
import { asGatewayError, type GatewayError } from '../../errors.ts'
import type { Answered, ExchangeRecord, Heard } from '../answer.ts'

/** The name by which every dialect asks for keeping. */
const PARAMETER = 'store'

/**
 * Hands an answer to whoever keeps it, and waits. An answer that cannot be kept was still given and paid
 * for, so it goes out: `store` then counts as a parameter without effect, and the log says why. Never
 * rejects.
 */
export async function keepAnswer(
  keep: NonNullable<Heard['keep']>,
  answered: () => Answered,
  record: ExchangeRecord,
): Promise<void> {
  try {
    await keep(answered())
  } catch (thrown) {
    record.notKept = asGatewayError(thrown)
    record.ignored = [...(record.ignored ?? []), PARAMETER]
  }
}

/** Gathers a streamed answer as it goes by. */
export interface Keeper {
  watch(events: readonly ReplyEvent[], choice: number): void
  /** Called when every choice has ended; resolves when the answer is kept or cannot be. */
  keep(): Promise<void>
  /** Called when the answer broke off or its reader left; does nothing once `keep` was called. */
  broke(why: GatewayError, usage: Usage): void
}

/** What becomes of gathered replies, one per choice. */
interface Keeping {
  keep(replies: () => Reply[]): Promise<void>
  keepBroken?(replies: () => Reply[], why: GatewayError): Promise<void>
}

export function createKeeper(choices: number, { keep, keepBroken }: Keeping): Keeper {
  const collectors = Array.from({ length: choices }, collect)
  let isWhole = false
  return {
    watch: (events, choice) => collectors[choice]!.add(events),
    keep() {
      isWhole = true
      return keep(() => collectors.map((collector) => collector.reply()))
    },
    broke(why, usage) {
      // What is being kept whole stays whole, whoever leaves meanwhile.
      if (!keepBroken || isWhole) return
      const end = { reason: 'end-turn', usage } as const
      const replies = () => collectors.map((collector) => collector.cutOff(end))
      // The caller has gone, or has been told of worse: a store that fails as well changes nothing.
      keepBroken(replies, why).catch(() => {})
    },
  }
}
