import { describe, expect, it } from 'vitest'
import { readConfig } from '../../app/config.ts'
import type { Usage } from '../../app/conversation/events.ts'
import { AMAZON_PRICES } from '../../app/library/data/prices-amazon.ts'
import { ANTHROPIC_PRICES } from '../../app/library/data/prices-anthropic.ts'
import { OPENAI_PRICES } from '../../app/library/data/prices-openai.ts'
import { OTHER_PRICES } from '../../app/library/data/prices-others.ts'
import { costOf, priceFinder } from '../../app/library/prices.ts'
import type { ModelCard } from '../../app/ports/models.ts'
import { plainCard } from '../fakes/plain-card.ts'

const card = (id: string, more: Partial<ModelCard> = {}): ModelCard =>
  plainCard({ id, provider: 'aws', owner: 'somebody', ...more })

const SONNET = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
const of = priceFinder({})
const PRICES = [AMAZON_PRICES, ANTHROPIC_PRICES, OPENAI_PRICES, OTHER_PRICES]
const tokens = (price: ReturnType<typeof of>) => price && [price.input, price.output]

describe('the price of a model', () => {
  it('is that of its own region, of a geography, or of all of them', () => {
    expect(tokens(of({ card: card(SONNET) }))).toEqual([3.3, 16.5])
    expect(tokens(of({ card: card(SONNET), served: `us.${SONNET}` }))).toEqual([3.3, 16.5])
    expect(tokens(of({ card: card(SONNET), served: `global.${SONNET}` }))).toEqual([3, 15])
    const nova = 'amazon.nova-pro-v1:0'
    expect(tokens(of({ served: nova, region: 'us-east-1' }))).toEqual([0.8, 3.2])
    expect(tokens(of({ served: `eu.${nova}`, region: 'eu-central-1' }))).toEqual([1.05, 4.2])
    expect(tokens(of({ served: nova, region: 'eu-west-2' }))).toEqual([1.13, 4.52])
  })

  it('is told once', () => {
    const ids = PRICES.flatMap((lines) => lines.match(/^[^\s]+/gm) ?? [])
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    const gptOss = { served: 'openai.gpt-oss-120b-1:0' }
    expect(tokens(of({ ...gptOss, region: 'us-east-1' }))).toEqual([0.15, 0.6])
    expect(tokens(of({ ...gptOss, region: 'eu-west-2' }))).toEqual([0.23, 0.93])
  })

  it('is that of the model behind an ARN', () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123'
    expect(of({ served: arn })).toBeUndefined()
    expect(tokens(of({ card: card(SONNET), served: arn }))).toEqual([3.3, 16.5])
    const own = card(arn, { leadsTo: [SONNET] })
    expect(tokens(of({ card: own, served: arn }))).toEqual([3.3, 16.5])
    const profile = `arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.${SONNET}`
    expect(tokens(of({ card: own, served: profile }))).toEqual([3, 15])
  })

  it('is unknown for a model that is, nothing for one that costs nothing', () => {
    expect(of({ card: card('acme.model-1') })).toBeUndefined()
    expect(tokens(of({ card: card('embedded-chat', { free: true }) }))).toEqual([0, 0])
  })

  it('is the one the operator wrote down', () => {
    const own = priceFinder({
      'anthropic.claude': { output: 20 },
      'anthropic.claude-opus': { input: 1, output: 2 },
      '*': { input: 7 },
    })
    expect(tokens(own({ served: `us.${SONNET}` }))).toEqual([3.3, 20])
    expect(tokens(own({ served: 'anthropic.claude-opus-4-6-v1' }))).toEqual([1, 2])
    expect(tokens(own({ card: card('acme.model-1') }))).toEqual([7, 0])
    expect(tokens(own({ served: 'amazon.nova-pro-v1:0' }))).toEqual([0.8, 3.2])
  })
})

describe('the cost of a bill', () => {
  const cost = (usage: Usage, served: string, tier?: string) =>
    Math.round(costOf(usage, of({ served })!, tier) * 1e9) / 1e9

  it('tells the cache from the rest, by how long it holds', () => {
    const usage = { input: 1000, output: 100, cacheRead: 10_000, cacheWrite: 2000 }
    expect(cost(usage, SONNET)).toBe(0.0033 + 0.00165 + 0.0033 + 0.00825)
    const split = { ...usage, cacheWriteByTtl: [{ ttl: '1h', tokens: 2000 }] }
    expect(cost(split, SONNET)).toBe(0.0033 + 0.00165 + 0.0033 + 0.0132)
  })

  it('counts long prompts, pictures, seconds, characters and searches', () => {
    const haiku = 'anthropic.claude-haiku-5-5'
    expect(cost({ input: 100_000, output: 0 }, haiku)).toBe(0.01)
    expect(cost({ input: 100_001, output: 0 }, haiku)).toBe(0.0500005)
    expect(cost({ input: 0, output: 0, images: 3 }, 'amazon.nova-canvas-v1:0')).toBe(0.12)
    expect(cost({ input: 0, output: 0, audioSeconds: 60 }, 'amazon.transcribe')).toBe(0.024)
    expect(cost({ input: 0, output: 0, characters: 1000 }, 'amazon.polly-neural')).toBe(0.016)
    expect(cost({ input: 0, output: 0, searches: 2 }, 'cohere.rerank-v3-5:0')).toBe(0.004)
  })

  it('is halved for what may wait', () => {
    expect(cost({ input: 1_000_000, output: 0 }, 'amazon.nova-pro-v1:0', 'flex')).toBe(0.4)
    expect(cost({ input: 1_000_000, output: 0 }, 'amazon.nova-pro-v1:0', 'default')).toBe(0.8)
  })
})

describe('variables of limits and prices', () => {
  it.each([
    [{ MODEL_PRICES: '{"a": {"input": -1}}' }, 'MODEL_PRICES.a.input'],
    [{ MODEL_PRICES: '{"a": {"inputs": 1}}' }, 'MODEL_PRICES.a'],
    [{ MODEL_PRICES: '{' }, 'MODEL_PRICES: not valid JSON'],
    [{ RATE_LIMIT_REQUESTS_PER_MINUTE: 'many' }, 'RATE_LIMIT_REQUESTS_PER_MINUTE'],
    [{ BUDGET_PER_DAY: '-1' }, 'BUDGET_PER_DAY'],
    [{ AWS_DYNAMODB_TABLE: 'a table' }, 'AWS_DYNAMODB_TABLE'],
    [{ AWS_DYNAMODB_REGION: 'evil.example' }, 'AWS_DYNAMODB_REGION'],
  ])('%j stops the start by name', (env, name) => {
    expect(() => readConfig(env)).toThrow(name)
  })
})
