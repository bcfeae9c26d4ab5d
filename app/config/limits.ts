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
      'The DynamoDB table used as the state store instead of STATE_DIR, shared by all instances. Create it with `npm run dynamodb:create-table`.',
    ),
  AWS_DYNAMODB_REGION: z
    .preprocess(blankIsAbsent, region.optional())
    .describe('The region of that table. Default: the first Bedrock region.'),
  AWS_ENDPOINT_URL_DYNAMODB: text().describe('The endpoint of DynamoDB.'),
  RATE_LIMIT: flag(false).describe(
    'Apply the three limits below to every key. A key with limits of its own has those in any case.',
  ),
  RATE_LIMIT_REQUESTS_PER_MINUTE: count(100).describe(
    'Requests per minute and key, with RATE_LIMIT; 0 is unlimited.',
  ),
  RATE_LIMIT_TOKENS_PER_MINUTE: count(0).describe(
    'Tokens per minute and key, input and output, with RATE_LIMIT; 0 is unlimited.',
  ),
  RATE_LIMIT_CONCURRENT: count(10).describe(
    'Concurrent requests per key, with RATE_LIMIT; 0 is unlimited.',
  ),
  RATE_LIMIT_BURST: count(0).describe(
    'Requests a key may make at once; after that they are let in one by one, at the rate of its limit. 0: the whole limit at once.',
  ),
  BUDGET_PER_DAY: number(0).describe(
    'US dollars a key may spend per day (UTC) unless it has a budget of its own; 0 is unlimited.',
  ),
  BUDGET_PER_MONTH: number(0).describe('The same for a calendar month.'),
  MODEL_PRICES: json(z.record(z.string().min(1), price)).describe(
    'JSON: prices in US dollars that override the built-in ones, by model id or id prefix: `{"amazon.nova-lite": {"input": 0.06, "output": 0.24}}`. `input`, `output`, `cache_read`, `cache_write` and `cache_write_1h` per million tokens; `image`, `second`, `character` and `search` each; `tiers` multiplies: `{"priority": 1.75}`. `*` applies to every model without a price.',
  ),
  USAGE: flag(true).describe('Record what each key uses of each model, per hour.'),
  USAGE_DAYS: number(400, 1, 3650).describe('Days that usage is kept.'),
} as const
