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
    'Who may read `/metrics`: whoever may see what everybody uses, everybody, or nobody; with `off` nothing is measured.',
  ),
  LOG_CLIENT_IP: flag(false).describe("Callers' IP addresses go into the log and into traces."),
  LOG_REQUEST_PARAMS: flag(false).describe(
    'The JSON bodies of requests go into the log, what people say included: secrets are left out, media and long texts are cut. Otherwise nothing anybody says is logged.',
  ),
  OTEL_SDK_DISABLED: isTrue.describe('`true` makes no traces, whatever the variables below say.'),
  OTEL_TRACES_EXPORTER: oneOf(['otlp', 'none'], 'otlp').describe('`none` makes no traces.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint().describe(
    'Traces go to `v1/traces` below this URL, by OTLP over HTTP. Without it and the next there are none.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint().describe(
    'Traces go to this URL as it stands; it wins over the one above.',
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf(['http/json', 'http/protobuf'], 'http/json').describe(
    'OTLP over HTTP is spoken, always as JSON, which every receiver of the other takes as well.',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: pairs(isHeaderName).describe(
    'Headers of every export, such as keys: `name=value,name=value`, percent-encoded.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: pairs(isHeaderName).describe(
    'More of them; these win over those above.',
  ),
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds(10_000, 1).describe('Milliseconds one export may take.'),
  OTEL_SERVICE_NAME: z
    .preprocess(blankIsAbsent, z.string().optional())
    .describe('What this service is called in traces. Default: `service.name` below, or outcrop.'),
  OTEL_RESOURCE_ATTRIBUTES: pairs().describe(
    'What else is said of this service: `deployment.environment.name=production`.',
  ),
  OTEL_TRACES_SAMPLER: oneOf(SAMPLERS, 'parentbased_always_on').describe(
    'Which requests are traced. `parentbased_` follows the caller who sent a trace along.',
  ),
  OTEL_TRACES_SAMPLER_ARG: number(1, 0, 1).describe(
    'The share of requests that `traceidratio` traces: 0.1 is one of ten.',
  ),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds(5000, 1).describe(
    'Milliseconds spans wait for others to be sent with.',
  ),
  OTEL_BSP_MAX_QUEUE_SIZE: count(2048, 1).describe(
    'Spans that wait at most; more are dropped, and counted.',
  ),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: count(512, 1).describe('Spans of one export at most.'),
} as const
