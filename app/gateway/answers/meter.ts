import type { ReplyEvent, Usage } from '../../conversation/events.ts'
import { COUNTS } from '../../conversation/usage-counts.ts'
import type { ExchangeRecord } from '../answer.ts'

/** Characters of text that make about one token, where nobody counted. */
const CHARACTERS_PER_TOKEN = 4

/** Watches the events of one reply go by, keeps the bill, and adds to it what is missing. */
export interface Meter {
  watch(events: ReplyEvent[]): void
  /** Whether the reply has really ended. */
  ended(): boolean
  /** The bill: the model's own, or an estimate marked as such when the reply broke off (T51). */
  bill(): Usage
}

/** `estimateInput` tells about how many tokens were read, for a reply that broke off before it told. */
export function createMeter(record: ExchangeRecord, estimateInput?: () => number): Meter {
  let characters = 0
  let started: Partial<Usage> | undefined
  let end: Usage | undefined
  const readSoFar = () => started?.input ?? estimateInput?.() ?? 0
  return {
    watch(events) {
      for (const event of events) {
        if (event.type === 'part-delta') characters += event.text.length
        else if (event.type === 'reply-start') started = event.usage
        else if (event.type === 'reply-end') {
          end = event.usage
          // Whoever estimates what was written without its bill does not know what was read.
          if (end.estimated && end.input === 0) end.input = readSoFar()
          record.stop = event.reason
          record.serviceTier = event.serviceTier
        }
      }
    },
    ended: () => end !== undefined,
    bill: () =>
      end ?? {
        ...started,
        input: readSoFar(),
        output: Math.ceil(characters / CHARACTERS_PER_TOKEN),
        estimated: true,
      },
  }
}

/** The bill of several replies: each was billed for the prompt as well. */
export function addUsage(bills: Usage[]): Usage {
  if (bills.length === 1) return bills[0]!
  const sum: Usage = { input: 0, output: 0 }
  for (const bill of bills) {
    for (const name of COUNTS) {
      const count = bill[name]
      if (count !== undefined) sum[name] = (sum[name] ?? 0) + count
    }
    for (const written of bill.cacheWriteByTtl ?? []) addWritten(sum, written)
    if (bill.estimated) sum.estimated = true
  }
  return sum
}

type Written = NonNullable<Usage['cacheWriteByTtl']>[number]

function addWritten(sum: Usage, { ttl, tokens }: Written): void {
  sum.cacheWriteByTtl ??= []
  const same = sum.cacheWriteByTtl.find((written) => written.ttl === ttl)
  if (same) same.tokens += tokens
  else sum.cacheWriteByTtl.push({ ttl, tokens })
}
