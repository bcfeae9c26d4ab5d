import { AMAZON_PRICES } from './prices-amazon.ts'
import { ANTHROPIC_PRICES } from './prices-anthropic.ts'
import { OPENAI_PRICES } from './prices-openai.ts'
import { OTHER_PRICES } from './prices-others.ts'

/**
 * What AWS charged on 18 September 2026, in US dollars without tax: its public price list, and for a few
 * models that came later (Claude Haiku 5.5 and Fable 5.2, GPT 6.1, Kimi K3.1, Grok 4.7, GLM 5.3) client data
 * of November 2026. Models of the past have the last price that is known. `MODEL_PRICES` goes before it all.
 *
 * A model's line: its id, then for a million tokens: input, output, read from the cache, written to it,
 * written for an hour; `>N` and the same for prompts above N tokens; `image=`, `second=`, `character=` and
 * `search=` for one. Lines below it say what differs in regions (`@eu-west-1,...`), through a profile of a
 * geography, or through a global one.
 */
const LINES = [AMAZON_PRICES, ANTHROPIC_PRICES, OPENAI_PRICES, OTHER_PRICES]

/** For a million tokens, in dollars. */
export interface TokenPrices {
  input: number
  output: number
  cacheRead?: number
  cacheWrite?: number
  cacheWrite1h?: number
}

export interface ListPrice extends TokenPrices {
  /** For prompts above so many tokens. */
  long?: TokenPrices & { above: number }
  /** For one. */
  image?: number
  second?: number
  character?: number
  search?: number
}

/** How a model was reached. */
export type Way = 'region' | 'geography' | 'global'

/** One model's prices; `regions` are exceptions from `anywhere`. */
export type PriceList = Partial<
  Record<Way, { anywhere?: ListPrice; regions: Map<string, ListPrice> }>
>

/** The lists of all models; one is read when it is asked for, because a first answer waits for it. */
export interface PriceLists {
  has(id: string): boolean
  get(id: string): PriceList | undefined
}

export function openPriceLists(): PriceLists {
  const sections = LINES.flatMap((lines) => lines.trim().split(/\n(?! )/))
  const byId = new Map(sections.map((section) => [/^\S+/.exec(section)![0], section]))
  return {
    has: (id) => byId.has(id),
    get(id) {
      const section = byId.get(id)
      return section === undefined ? undefined : readPriceList(section)
    },
  }
}

function readPriceList(section: string): PriceList {
  const list: PriceList = {}
  for (const line of section.split('\n')) {
    const [, indent, head = '', rest = ''] = /^( *)(\S+) ?(.*)$/.exec(line) ?? []
    const price = readPrice(rest)
    if (indent === '') {
      list.region = { anywhere: price, regions: new Map() }
      continue
    }
    const [word, regions] = head.split('@')
    const way = word === 'geography' || word === 'global' ? word : 'region'
    const prices = list[way] ?? { regions: new Map<string, ListPrice>() }
    list[way] = prices
    if (regions === undefined) prices.anywhere = price
    for (const region of regions?.split(',') ?? []) prices.regions.set(region, price)
  }
  return list
}

function readPrice(text: string): ListPrice {
  const words = text.split(' ')
  const mark = words.findIndex((word) => word.startsWith('>'))
  const units = words.filter((word) => word.includes('='))
  const plain = words.slice(0, mark < 0 ? words.length : mark).filter(isNumber)
  const long = mark < 0 ? [] : words.slice(mark + 1).filter(isNumber)
  return {
    ...tokenPrices(plain),
    ...(mark >= 0 && { long: { above: Number(words[mark]!.slice(1)), ...tokenPrices(long) } }),
    ...Object.fromEntries(
      units.map((unit) => {
        const [name, price] = unit.split('=')
        return [name, Number(price)]
      }),
    ),
  }
}

const isNumber = (word: string) => /^[\d.]+$/.test(word)

function tokenPrices([input = '0', output = '0', ...cache]: string[]): TokenPrices {
  const [cacheRead, cacheWrite, cacheWrite1h] = cache.map(Number)
  return { input: Number(input), output: Number(output), cacheRead, cacheWrite, cacheWrite1h }
}
