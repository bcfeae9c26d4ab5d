import type { Usage } from '../conversation/events.ts'
import { GatewayError } from '../errors.ts'
import type { CallerIdentity } from '../ports/caller.ts'
import type { Hold, Metering, Ticket } from '../ports/metering.ts'
import type { ExchangeRecord, Wish } from './answer.ts'

/** What one request was let in with; it is settled when the request has ended. */
export interface Metered {
  caller: CallerIdentity
  /** Present for a caller with limits. */
  ticket?: Ticket
  hold?: Hold
  /** What was asked of a model, once it was let pass. */
  wish?: Wish
}

/** How a request ended. */
interface Outcome {
  record?: ExchangeRecord
  error?: GatewayError
  /** Milliseconds it took. */
  milliseconds: number
  /** Milliseconds until the first text of a stream. */
  firstTokenAfter?: number
}

/** Whether anybody wants to know of this caller's wishes. */
export const isMetered = (metering: Metering, { caller, ticket }: Metered): boolean =>
  ticket !== undefined || metering.usage !== undefined || metering.budgets.bounds(caller)

/** Lets a wish pass, with tokens and money set aside for it. Throws or rejects as limiter and budgets do. */
export function admitWish(metering: Metering, metered: Metered, wish: Wish): void | Promise<void> {
  const isBounded = metering.budgets.bounds(metered.caller)
  const setting = isBounded ? setAside(metering, metered, wish) : undefined
  return setting ? setting.then(() => reserve(metered, wish)) : reserve(metered, wish)
}

/** Only what was let pass is written down. */
function reserve(metered: Metered, wish: Wish): void | Promise<void> {
  const pass = () => {
    metered.wish = wish
  }
  const reserving = metered.ticket?.reserve(wish)
  return reserving ? reserving.then(pass) : pass()
}

function setAside(
  { prices, budgets }: Metering,
  metered: Metered,
  wish: Wish,
): Promise<void> | undefined {
  const { card, model, units } = wish
  const total = wish.tokens()
  const input = Math.min(total, wish.input?.() ?? total)
  const cost = prices.cost({ card }, { input, output: total - input, ...units })
  if (cost === undefined) throw unpriced(model)
  if (cost === 0 && card.free) return undefined
  // The bill is one for the whole request, however often models were asked for it.
  metered.hold?.settle(0)
  metered.hold = undefined
  const keep = (hold: Hold) => {
    metered.hold = hold
  }
  const holding = budgets.hold(metered.caller, cost)
  if (holding instanceof Promise) return holding.then(keep)
  keep(holding)
  return undefined
}

/** What nobody can price cannot be kept within a budget. */
const unpriced = (model: string) =>
  new GatewayError(
    'permission',
    `This key has a budget, and no price is known of the model \`${model}\`. MODEL_PRICES on the server can name one.`,
    { param: 'model', reason: 'model_without_price' },
  )

/** Gives back what was set aside, less what was used, and writes it down. Called once, when all has ended. */
export function settleMetered(metering: Metering, metered: Metered, outcome: Outcome): void {
  const { caller, ticket, hold, wish } = metered
  const usage = wish && billOf(wish, outcome)
  ticket?.leave(usage ? tokensOf(usage) : 0)
  if (!wish) {
    hold?.settle(0)
    return
  }
  const { record, error, milliseconds, firstTokenAfter } = outcome
  const { servedModel: served, region, serviceTier: tier } = record ?? {}
  const cost = usage && metering.prices.cost({ card: wish.card, served, region }, usage, tier)
  hold?.settle(cost ?? 0)
  const aborted = error?.code === 'caller-left'
  metering.usage?.note(caller, {
    dimensions: {
      operation: wish.operation,
      model: wish.card.id,
      region: region ?? '',
      tier: tier ?? '',
    },
    usage,
    cost,
    failed: error !== undefined && !aborted,
    aborted,
    milliseconds,
    firstTokenAfter,
  })
}

/** Who leaves before the answer has made the model read all the same (T51). */
function billOf(wish: Wish, { record, error }: Outcome): Usage | undefined {
  if (record?.usage) return record.usage
  if (error?.code !== 'caller-left') return undefined
  const input = wish.input?.() ?? wish.tokens()
  return { input, output: 0, ...wish.units, estimated: true }
}

/** What counts against a limit: reading from the cache is free, as with Anthropic's own limits. */
const tokensOf = ({ input, output, cacheWrite = 0 }: Usage): number => input + output + cacheWrite
