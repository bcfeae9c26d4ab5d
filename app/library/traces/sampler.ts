import type { Config } from '../../config.ts'

type Samples = (traceId: string, parent: boolean | undefined) => boolean

const LARGEST = 2 ** 52

/** OpenTelemetry's built-in samplers. All instances of a service decide alike, for they look at the same id. */
export function createSampler(name: Config['OTEL_TRACES_SAMPLER'], share: number): Samples {
  const own = name.replace('parentbased_', '')
  const root: (traceId: string) => boolean =
    own === 'traceidratio' ? (id) => fraction(id) < share : () => own === 'always_on'
  return name === own ? root : (traceId, parent) => parent ?? root(traceId)
}

/** The end of an id as a number below 1: its beginning may be a time. */
const fraction = (traceId: string) => Number.parseInt(traceId.slice(-13), 16) / LARGEST
