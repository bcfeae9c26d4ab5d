import type { PriceOverride } from '../config/limits.ts'
import type { Usage } from '../conversation/events.ts'
import type { Priced, Prices } from '../ports/metering.ts'
import {
  type ListPrice,
  openPriceLists,
  type PriceList,
  type PriceLists,
  type TokenPrices,
  type Way,
} from './data/prices.ts'

interface Price extends ListPrice {
  /** Service tier -> what its prices are multiplied by. */
  tiers: Readonly<Record<string, number>>
}

/**
 * Half for what may wait (AWS's price list). For priority AWS's samples and others' books differ, from 1.25
 * to 1.75: a budget must not be overdrawn, so the higher one counts.
 */
const TIERS: Readonly<Record<string, number>> = { flex: 0.5, batch: 0.5, priority: 1.75 }

const FREE: Price = { input: 0, output: 0, tiers: {} }

/** Answers that are remembered; ids are made up by callers, so there must be an end. */
const MOST = 2000

/** The prices that ship, below an operator's own. */
export function createPrices(own: Readonly<Record<string, PriceOverride>>): Prices {
  const of = priceFinder(own)
  return {
    cost(priced, usage, tier) {
      const price = of(priced)
      return price && costOf(usage, price, tier)
    },
  }
}

/** Finds the price of a model; undefined where none is known. */
export function priceFinder(
  own: Readonly<Record<string, PriceOverride>>,
): (priced: Priced) => Price | undefined {
  const known = new Map<string, Price | undefined>()
  let lists: PriceLists | undefined
  return (priced) => {
    const { card, served = '', region = '' } = priced
    const name = `${card?.id} ${served} ${region}`
    if (known.has(name)) return known.get(name)
    if (known.size >= MOST) known.clear()
    // Read when first needed, so that it costs the start nothing.
    lists ??= openPriceLists()
    const price = find(priced, { lists, own })
    known.set(name, price)
    return price
  }
}

interface Books {
  lists: PriceLists
  own: Readonly<Record<string, PriceOverride>>
}

/** By the model behind an ARN or a profile, never by the name it was asked by. */
function find({ card, served, region }: Priced, { lists, own }: Books): Price | undefined {
  const bases = card?.leadsTo === 'unknown' ? [] : (card?.leadsTo ?? [])
  const ids = [served, card?.id, ...bases]
  const read = ids.filter((id) => id !== undefined).map((id) => readId(id, lists))
  const listed = read.find(({ id }) => lists.has(id))
  const way = readId(served ?? card?.id ?? '', lists).way
  const shipped = listed && priceIn(lists.get(listed.id)!, way, region)
  const names = [...new Set(read.flatMap(({ id, whole }) => [whole, id]))]
  const override = ownPrice(names, own) ?? (shipped || card?.free ? undefined : own['*'])
  if (!override && shipped) return { ...shipped, tiers: TIERS }
  if (!override) return card?.free ? FREE : undefined
  const { cache_read, cache_write, cache_write_1h, tiers, ...plain } = override
  return {
    input: 0,
    output: 0,
    ...shipped,
    ...plain,
    ...(cache_read !== undefined && { cacheRead: cache_read }),
    ...(cache_write !== undefined && { cacheWrite: cache_write }),
    ...(cache_write_1h !== undefined && { cacheWrite1h: cache_write_1h }),
    // An operator who names prices of tokens means them for long prompts as well.
    ...((plain.input ?? plain.output) !== undefined && { long: undefined }),
    tiers: { ...TIERS, ...tiers },
  }
}

/** `global.anthropic.claude-...`, an ARN that ends so, or the bare id. */
function readId(whole: string, lists: Books['lists']): { id: string; way: Way; whole: string } {
  const name = whole.startsWith('arn:') ? whole.slice(whole.lastIndexOf('/') + 1) : whole
  if (lists.has(name)) return { id: name, way: 'region', whole }
  const dot = name.indexOf('.')
  const rest = name.slice(dot + 1)
  const isProfile = dot > 0 && (lists.has(rest) || /^[a-z][a-z0-9]+\.[a-z]/.test(rest))
  if (!isProfile) return { id: name, way: 'region', whole }
  return { id: rest, way: name.startsWith('global.') ? 'global' : 'geography', whole }
}

function priceIn(list: PriceList, way: Way, region: string | undefined): ListPrice | undefined {
  const ways: Way[] = [way, 'region', 'geography', 'global']
  for (const one of ways) {
    const prices = list[one]
    const price = (region && prices?.regions.get(region)) || prices?.anywhere
    if (price) return price
  }
  return undefined
}

/** The longest beginning of an id counts. */
function ownPrice(ids: readonly string[], own: Books['own']): PriceOverride | undefined {
  let found = ''
  for (const beginning in own) {
    const fits = ids.some((id) => id.startsWith(beginning))
    if (fits && beginning.length > found.length) found = beginning
  }
  return own[found]
}

const MILLION = 1_000_000

/** The price of a bill in US dollars. */
export function costOf(usage: Usage, price: Price, tier?: string): number {
  const { cacheRead = 0, cacheWrite = 0 } = usage
  const prompt = usage.input + cacheRead + cacheWrite
  const { long } = price
  const tokens = long && prompt > long.above ? long : price
  const read = cacheRead * (tokens.cacheRead ?? tokens.input)
  const written = costOfWriting(usage, tokens)
  const sum = usage.input * tokens.input + usage.output * tokens.output + read + written
  const units =
    (usage.images ?? 0) * (price.image ?? 0) +
    (usage.audioSeconds ?? 0) * (price.second ?? 0) +
    (usage.characters ?? 0) * (price.character ?? 0) +
    (usage.searches ?? 0) * (price.search ?? 0)
  const factor = tier === undefined ? 1 : (price.tiers[tier] ?? 1)
  return (sum / MILLION + units) * factor
}

/** What was written to the cache, for a million tokens' price each; what stays there for an hour may cost more. */
function costOfWriting({ cacheWrite = 0, cacheWriteByTtl }: Usage, tokens: TokenPrices): number {
  const usual = tokens.cacheWrite ?? tokens.input
  let cost = cacheWrite * usual
  if (!cacheWriteByTtl || tokens.cacheWrite1h === undefined) return cost
  for (const { ttl, tokens: count } of cacheWriteByTtl) {
    if (ttl === '1h') cost += count * (tokens.cacheWrite1h - usual)
  }
  return cost
}
