import type { Config } from '../config.ts'
import { messageOf } from '../errors.ts'
import type { Metering } from '../ports/metering.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { StateStore } from '../ports/state-store.ts'
import { createBudgets } from './budgets/budgets.ts'
import { logEvent } from './event-log.ts'
import { createLimiter } from './limits/limiter.ts'
import { createPrices } from './prices.ts'
import { createUsageBook } from './usage/usage-book.ts'

interface MeteringOptions {
  config: Config
  state: StateStore
  runtime: Pick<Runtime, 'log' | 'linger'>
  /** Unix milliseconds. */
  now?(): number
}

/** Milliseconds between two lines about a store that cannot be written. */
const QUIET = 60_000

/** Limits, budgets and usage, as the configuration wants them. Nothing runs before somebody needs it. */
export function createMetering(options: MeteringOptions): Metering {
  const { config, state, runtime, now = state.now ?? Date.now } = options
  let toldAt = Number.NEGATIVE_INFINITY
  const onFailure = (thrown: unknown) => {
    if (now() < toldAt + QUIET) return
    toldAt = now()
    const message = messageOf(thrown)
    logEvent(options, { level: 'error', event: 'usage_not_written', message })
  }
  // Where we must be asked to live on, a request's work ends with it.
  const isolated = runtime.linger !== undefined
  const shared = { state, now, onFailure, isolated }
  const limiter = createLimiter({ ...shared, defaults: limitsOf(config) })
  const budgets = createBudgets({ ...shared, defaults: budgetOf(config) })
  const usage = config.USAGE ? createUsageBook({ ...shared, days: config.USAGE_DAYS }) : undefined
  return {
    limiter,
    budgets,
    prices: createPrices(config.MODEL_PRICES),
    usage,
    async flush() {
      await Promise.all([limiter.flush(), budgets.flush(), usage?.flush()])
    },
  }
}

const limitsOf = (config: Config) =>
  config.RATE_LIMIT
    ? {
        requestsPerMinute: config.RATE_LIMIT_REQUESTS_PER_MINUTE || undefined,
        tokensPerMinute: config.RATE_LIMIT_TOKENS_PER_MINUTE || undefined,
        concurrent: config.RATE_LIMIT_CONCURRENT || undefined,
        burst: config.RATE_LIMIT_BURST || undefined,
      }
    : {}

const budgetOf = ({ BUDGET_PER_DAY: day, BUDGET_PER_MONTH: month }: Config) => ({
  day: day || undefined,
  month: month || undefined,
})
