import { z } from '@hono/zod-openapi'
import { blankIsAbsent, count, flag, httpUrl, milliseconds, number } from './values.ts'

const endpoint = () => z.preprocess(blankIsAbsent, httpUrl.optional())

/** `name=value,name=value`, both percent-encoded, as OpenTelemetry writes lists of pairs. */
const pairs = (isName: (name: string) => boolean = () => true) =>
  z
    .preprocess(blankIsAbsent, z.string().default(''))
    .transform((words, context): Record<string, string> => {
      const read: Record<string, string> = {}
      for (const pair of words.split(',')) {
        if (pair.trim() === '') continue
        const at = pair.indexOf('=')
        const name = decoded(pair.slice(0, Math.max(0, at)))
        const value = decoded(pair.slice(at + 1))
        if (!name || value === undefined || !isName(name)) {
          context.addIssue({ code: 'custom', message: 'not pairs such as name=value,name=value' })
          return z.NEVER
        }
        read[name] = value
      }
      return read
    })

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return undefined
  }
}

const isHeaderName = (name: string) => /^[\w!#$%&'*+.^`|~-]+$/.test(name)

/** By OpenTelemetry's rule everything that is not `true` is false. */
const isTrue = z
  .preprocess(blankIsAbsent, z.string().default('false'))
  .transform((word) => word.trim().toLowerCase() === 'true')

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

const oneOf = <const Words extends readonly [string, ...string[]]>(
  words: Words,
  fallback: Words[number],
) => z.preprocess(blankIsAbsent, z.enum(words).default(fallback))

/** What an operator sees of the server. Names and meanings of `OTEL_` are OpenTelemetry's. */
export const observabilityVariables = {
  METRICS: oneOf(['admin', 'open', 'off'], 'admin').describe(
    'Who may read `/metrics`: `admin` anyone who may see all usage, `open` everyone, `off` nobody; `off` also stops measuring.',
  ),
  LOG_CLIENT_IP: flag(false).describe("Include callers' IP addresses in the log and in traces."),
  LOG_REQUEST_PARAMS: flag(false).describe(
    'Log the JSON bodies of requests, including what people wrote. Secrets are left out; media and long texts are cut. Otherwise no content is logged.',
  ),
  OTEL_SDK_DISABLED: isTrue.describe(
    '`true` switches tracing off, whatever the variables below say.',
  ),
  OTEL_TRACES_EXPORTER: oneOf(['otlp', 'none'], 'otlp').describe('`none` switches tracing off.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint().describe(
    'Send traces to `v1/traces` below this URL, as OTLP over HTTP. Tracing is off unless this or the next variable is set.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint().describe(
    'Send traces to exactly this URL; wins over the one above.',
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf(['http/json', 'http/protobuf'], 'http/json').describe(
    'Either value sends OTLP over HTTP as JSON, which receivers of `http/protobuf` accept too.',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: pairs(isHeaderName).describe(
    'Headers of every export, such as keys: `name=value,name=value`, percent-encoded.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: pairs(isHeaderName).describe(
    'More headers; these win over those above.',
  ),
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds(10_000, 1).describe('Milliseconds one export may take.'),
  OTEL_SERVICE_NAME: z
    .preprocess(blankIsAbsent, z.string().optional())
    .describe('The service name in traces. Default: `service.name` below, or outcrop.'),
  OTEL_RESOURCE_ATTRIBUTES: pairs().describe(
    'More resource attributes: `deployment.environment.name=production`.',
  ),
  OTEL_TRACES_SAMPLER: oneOf(SAMPLERS, 'parentbased_always_on').describe(
    "Which requests are traced. `parentbased_` follows the caller's trace, if it sent one.",
  ),
  OTEL_TRACES_SAMPLER_ARG: number(1, 0, 1).describe(
    'The share of requests that `traceidratio` traces: 0.1 is one in ten.',
  ),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds(5000, 1).describe(
    'Milliseconds that spans are collected before they are exported together.',
  ),
  OTEL_BSP_MAX_QUEUE_SIZE: count(2048, 1).describe(
    'The most spans that wait for export; more are dropped and counted.',
  ),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: count(512, 1).describe('The most spans per export.'),
} as const
