import type { Conversation, Part } from '../../conversation/conversation.ts'
import type { Reply, ReplyEvent, Usage } from '../../conversation/events.ts'
import { COUNTS } from '../../conversation/usage-counts.ts'
import type { ExchangeRecord } from '../answer.ts'
import { estimateTokens } from '../estimate-tokens.ts'

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
        else if (event.type === 'part-start') {
          // A refusal comes whole.
          if (event.part.type === 'whole') characters += charactersOf(event.part.part)
        } else if (event.type === 'reply-start') started = event.usage
        else if (event.type === 'reply-end') {
          end = event.usage
          if (end.estimated) complete(end, { input: readSoFar, characters: () => characters })
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

/** The same whole reply; what its model left open of the bill is counted, as of one that was streamed. */
export function countWhole(reply: Reply, question: Conversation): Reply {
  const { parts, end } = reply
  if (end.usage.estimated) {
    complete(end.usage, {
      input: () => estimateTokens(question),
      characters: () => parts.reduce((sum, part) => sum + charactersOf(part), 0),
    })
  }
  return reply
}

function charactersOf(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return part.text.length
    case 'tool-call':
      return part.arguments.length
    default:
      return 0
  }
}

/** What is known of a reply whose bill is not whole. */
interface Known {
  input(): number
  characters(): number
}

/** In place, for replies go on as they came where nobody put other things into them. */
function complete(usage: Usage, { input, characters }: Known): void {
  const { cacheRead = 0, cacheWrite = 0 } = usage
  if (usage.input === 0) usage.input = Math.max(0, input() - cacheRead - cacheWrite)
  if (usage.output === 0) usage.output = Math.ceil(characters() / CHARACTERS_PER_TOKEN)
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
