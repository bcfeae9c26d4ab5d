import { entryOf } from '../../codecs/table.ts'
import { partitionOf } from '../../config/aws-partitions.ts'

/** Where a service of a region answers. */
interface Endpoint {
  /** Scheme, host and port. */
  origin: string
  /** What stands in the `host` header. */
  host: string
  /** What a configured endpoint has before every path, without a slash at its end. */
  prefix: string
  /** The signing name. */
  service: string
}

export type Endpoints = (service: AwsService, region: string) => Endpoint

/** Services by the name that begins their host, with the name their requests are signed for. */
const SIGNING_NAMES = {
  'bedrock-runtime': 'bedrock',
  'bedrock-mantle': 'bedrock-mantle',
  bedrock: 'bedrock',
  'bedrock-agent': 'bedrock',
  'bedrock-agent-runtime': 'bedrock',
  sts: 'sts',
  ssm: 'ssm',
  secretsmanager: 'secretsmanager',
  dynamodb: 'dynamodb',
  polly: 'polly',
  comprehend: 'comprehend',
  transcribe: 'transcribe',
  transcribestreaming: 'transcribe',
  translate: 'translate',
} as const

export type AwsService = keyof typeof SIGNING_NAMES

type Environment = Record<string, string | undefined>

/**
 * Finds endpoints as the AWS SDKs do: `AWS_ENDPOINT_URL_<SERVICE>`, then `AWS_ENDPOINT_URL`, unless
 * `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is true, then the region's own. Beyond the SDKs, a region may have
 * an endpoint of its own (`AWS_ENDPOINT_URL_<SERVICE>_US_EAST_1`), and `{region}` in any of them stands for
 * its name. Throws an `Error` naming a variable that holds no http or https URL.
 */
export function createEndpoints(env: Environment): Endpoints {
  const configured = configuredEndpoints(env)
  const known = new Map<AwsService, Map<string, Endpoint>>()
  return (service, region) => {
    const regions = known.get(service) ?? new Map<string, Endpoint>()
    const kept = regions.get(region)
    if (kept) return kept

    const url =
      configured(service, region) ?? new URL(`https://${publicHost(service, region, env)}`)
    const endpoint: Endpoint = {
      origin: url.origin,
      host: url.host,
      prefix: url.pathname.replace(/\/+$/, ''),
      service: SIGNING_NAMES[service],
    }
    regions.set(region, endpoint)
    known.set(service, regions)
    return endpoint
  }
}

/** Region names become host names: nothing else may pass. */
export const isRegion = (name: string) => /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(name)

function publicHost(service: AwsService, region: string, env: Environment): string {
  if (!isRegion(region)) throw new Error(`"${region}" is not the name of an AWS region.`)
  const { suffix, dualStackSuffix } = partitionOf(region)
  const isFips = isTrue(env['AWS_USE_FIPS_ENDPOINT'])
  const name = isFips ? `${service}-fips` : service
  // Born on the newer names alone (recorded for us-east-1).
  const isNewer = isTrue(env['AWS_USE_DUALSTACK_ENDPOINT']) || service === 'bedrock-mantle'
  if (isNewer && !isOlderOnly(service, region, isFips))
    return `${name}.${region}.${dualStackSuffix}`
  return `${oddName(service, region, isFips) ?? name}.${region}.${suffix}`
}

/** Older names of Secrets Manager have IPv6 too, and there are no others where it is so. Source as below. */
function isOlderOnly(service: AwsService, region: string, isFips: boolean): boolean {
  if (service !== 'secretsmanager') return false
  return hasUsualHosts(region) || (region.startsWith('cn-') && !isFips)
}

/** Its hosts are named as most of AWS. */
const hasUsualHosts = (region: string) => partitionOf(region).suffix === 'amazonaws.com'

/** Of GovCloud: their hosts are FIPS as they are. */
const FIPS_IN_GOVCLOUD: readonly AwsService[] = ['sts', 'ssm', 'dynamodb']

/** What begins an older host that is not named as the others are. From the endpoint rules of botocore 1.43. */
function oddName(service: AwsService, region: string, isFips: boolean): string | undefined {
  if (isFips && region.startsWith('us-gov-') && FIPS_IN_GOVCLOUD.includes(service)) return service
  if (service !== 'transcribe') return undefined
  if (isFips) return hasUsualHosts(region) ? 'fips.transcribe' : undefined
  return region.startsWith('cn-') ? 'cn.transcribe' : undefined
}

function configuredEndpoints(
  env: Environment,
): (service: AwsService, region: string) => URL | undefined {
  if (isTrue(env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'])) return () => undefined
  const urls = new Map<string, (region: string) => URL>()
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('AWS_ENDPOINT_URL') || !value?.trim()) continue
    const urlIn = (region: string) => readUrl(variable, value.trim().replaceAll('{region}', region))
    // Read once now, so that what is no URL stops the start.
    urlIn('us-east-1')
    urls.set(variable, urlIn)
  }
  return (service, region) => {
    const name = `AWS_ENDPOINT_URL_${inVariable(service)}`
    const url =
      urls.get(`${name}_${inVariable(region)}`) ?? urls.get(name) ?? urls.get('AWS_ENDPOINT_URL')
    return url?.(region)
  }
}

/** Services whose name in variables is not that of their host. */
const VARIABLE_NAMES: Partial<Record<string, string>> = {
  secretsmanager: 'SECRETS_MANAGER',
  transcribestreaming: 'TRANSCRIBE_STREAMING',
}

const inVariable = (name: string) =>
  entryOf(VARIABLE_NAMES, name) ?? name.toUpperCase().replaceAll('-', '_')

function readUrl(variable: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  // Before an @ may stand a password.
  const shown = value.includes('@') ? 'a value' : JSON.stringify(value)
  throw new Error(
    `The environment holds a value Outcrop cannot use. ${variable}: not an http or https URL (got ${shown})`,
  )
}

const isTrue = (value: string | undefined) => value?.trim().toLowerCase() === 'true'
