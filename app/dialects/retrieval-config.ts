import { z } from '@hono/zod-openapi'
import type { KnowledgeSearch } from '../conversation/knowledge.ts'

const results = () => z.int().min(1).max(100)
const MANNERS = ['HYBRID', 'SEMANTIC'] as const

/** Comparisons of a metadata attribute, in Bedrock's words (service model of bedrock-agent-runtime). */
const COMPARISONS: ReadonlySet<string> = new Set([
  'equals',
  'notEquals',
  'greaterThan',
  'greaterThanOrEquals',
  'lessThan',
  'lessThanOrEquals',
  'in',
  'notIn',
  'startsWith',
  'stringContains',
  'listContains',
])
const COMBINATIONS: ReadonlySet<string> = new Set(['andAll', 'orAll'])

const filter = z
  .record(z.string(), z.unknown())
  .superRefine((value, context) => {
    const fault = filterFault(value)
    if (fault) context.addIssue({ code: 'custom', message: fault })
  })
  .describe('A condition on metadata: `{"equals": {"key": "year", "value": 2026}}`, `andAll`, ...')

/** What is wrong with a filter; undefined when nothing is. */
function filterFault(value: unknown): string | undefined {
  const [name, operand, ...others] = Object.entries(asObject(value) ?? {}).flat()
  if (typeof name !== 'string' || others.length > 0) return 'a filter has exactly one condition'
  if (COMBINATIONS.has(name)) {
    if (!Array.isArray(operand) || operand.length < 2)
      return `${name} needs at least two conditions`
    return operand.map(filterFault).find((fault) => fault !== undefined)
  }
  if (!COMPARISONS.has(name)) return `there is no condition called ${name}`
  const attribute = asObject(operand)
  if (typeof attribute?.['key'] === 'string' && attribute['value'] !== undefined) return undefined
  return `${name} needs a key and a value`
}

const asObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined

const native = z.record(z.string(), z.unknown())

const vector = z.strictObject({
  numberOfResults: results().nullish(),
  overrideSearchType: z.enum(MANNERS).nullish(),
  filter: filter.nullish(),
  implicitFilterConfiguration: native.nullish(),
  rerankingConfiguration: native.nullish(),
})

const managed = z.strictObject({
  numberOfResults: results().nullish(),
  filter: filter.nullish(),
  rerankingConfiguration: native.nullish(),
  rerankingModelType: z.enum(['CUSTOM', 'MANAGED', 'NONE']).nullish(),
})

/** How to search: in short words, or as Bedrock's `retrievalConfiguration`. Strict, so that no wish is lost to a slip of the pen. */
export const retrievalConfig = z
  .strictObject({
    max_results: results().nullish().describe('Passages wanted at most; 5 when absent.'),
    maxResults: results().nullish().describe('The same.'),
    score_threshold: z
      .number()
      .min(0)
      .max(1)
      .nullish()
      .describe('Passages that score less are left out.'),
    search_type: z.enum(MANNERS).nullish(),
    filter: filter.nullish(),
    vectorSearchConfiguration: vector.nullish(),
    managedSearchConfiguration: managed.nullish(),
  })
  .openapi('RetrievalConfig')

type WireRetrievalConfig = z.infer<typeof retrievalConfig>

/** The search such a configuration asks for; short words win over Bedrock's. */
export function decodeRetrievalConfig(
  wire: WireRetrievalConfig | null | undefined,
): KnowledgeSearch {
  if (!wire) return {}
  const inner = wire.managedSearchConfiguration ?? wire.vectorSearchConfiguration ?? {}
  const { numberOfResults, filter: innerFilter, ...rest } = inner
  const { overrideSearchType, ...knobs } = { overrideSearchType: undefined, ...rest }
  const most = wire.max_results ?? wire.maxResults ?? numberOfResults
  const manner = wire.search_type ?? overrideSearchType
  const condition = wire.filter ?? innerFilter
  const name = wire.managedSearchConfiguration
    ? 'managedSearchConfiguration'
    : 'vectorSearchConfiguration'
  const hasKnobs = Object.values(knobs).some((knob) => knob != null)
  return {
    ...(most != null && { results: most }),
    ...(wire.score_threshold != null && { minimumScore: wire.score_threshold }),
    ...(manner && { manner: MANNER[manner] }),
    ...(condition && { filter: condition }),
    // Which of the two stands there tells what kind of knowledge base it is, even without knobs.
    ...((hasKnobs || wire.managedSearchConfiguration) && { native: { [name]: knobs } }),
  }
}

const MANNER = { HYBRID: 'hybrid', SEMANTIC: 'semantic' } as const
