import { z } from '@hono/zod-openapi'
import { region } from './model-settings.ts'
import { blankIsAbsent, count, flag, json, number, text } from './values.ts'

const table = z.string().regex(/^[\w.-]{3,255}$/, 'not the name of a DynamoDB table')

const dollars = z.number().min(0)

/** US dollars: of tokens for a million of them, of everything else for one. */
const price = z.strictObject({
  input: dollars.optional(),
  output: dollars.optional(),
  cache_read: dollars.optional(),
  cache_write: dollars.optional(),
  cache_write_1h: dollars.optional(),
  image: dollars.optional(),
  second: dollars.optional(),
  character: dollars.optional(),
  search: dollars.optional(),
  /** Service tier -> what its prices are multiplied by. */
  tiers: z.record(z.string().min(1), dollars).optional(),
})

/** An operator's own prices, by the id of a model or the beginning of one. */
export type PriceOverride = z.infer<typeof price>

/** Where shared state lies, how much of the server a caller gets, and what is written down of it. */
export const limitVariables = {
  AWS_DYNAMODB_TABLE: z
    .preprocess(blankIsAbsent, table.optional())
    .describe(
      'The DynamoDB table of what is kept between requests, shared by all instances, instead of STATE_DIR. `npm run dynamodb:create-table` makes it.',
    ),
  AWS_DYNAMODB_REGION: z
    .preprocess(blankIsAbsent, region.optional())
    .describe('The region of that table. Default: the first Bedrock region.'),
  AWS_ENDPOINT_URL_DYNAMODB: text().describe('The endpoint of DynamoDB.'),
  RATE_LIMIT: flag(false).describe(
    'Hold every key to the three limits below; a key with limits of its own has those in any case.',
  ),
  RATE_LIMIT_REQUESTS_PER_MINUTE: count(100).describe(
    'Requests a key may make in any minute, with RATE_LIMIT; 0 is without limit.',
  ),
  RATE_LIMIT_TOKENS_PER_MINUTE: count(0).describe(
    'Tokens a key may use in any minute, read and written, with RATE_LIMIT; 0 is without limit.',
  ),
  RATE_LIMIT_CONCURRENT: count(10).describe(
    'Requests of a key that run at the same time, with RATE_LIMIT; 0 is without limit.',
  ),
  RATE_LIMIT_BURST: count(0).describe(
    'Requests a key may make at once; then they come back one by one, as many a minute as its limit. 0: all of the limit at once.',
  ),
  BUDGET_PER_DAY: number(0).describe(
    'US dollars a key may spend in a day (UTC) unless it has a budget of its own; 0 is without limit.',
  ),
  BUDGET_PER_MONTH: number(0).describe('The same for a calendar month.'),
  MODEL_PRICES: json(z.record(z.string().min(1), price)).describe(
    'JSON: prices in US dollars over those that ship, by the id of a model or the beginning of one: `{"amazon.nova-lite": {"input": 0.06, "output": 0.24}}`. `input`, `output`, `cache_read`, `cache_write` and `cache_write_1h` for a million tokens; `image`, `second`, `character` and `search` for one; `tiers` multiplies: `{"priority": 1.75}`. `*` stands for every model without a price.',
  ),
  USAGE: flag(true).describe('Write down what each key uses of each model, hour by hour.'),
  USAGE_DAYS: number(400, 1, 3650).describe('Days that usage is kept.'),
} as const
