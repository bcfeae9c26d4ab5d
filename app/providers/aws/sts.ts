import { type ErrorCode, GatewayError } from '../../errors.ts'
import type { AwsCredentials } from '../../ports/aws-credentials.ts'
import type { AwsCall } from './call.ts'

interface RoleRequest {
  roleArn: string
  externalId?: string
  region: string
  /** Shows in the account's CloudTrail: letters, digits and `=,.@-`, at most 64. */
  sessionName: string
}

/** Seconds the credentials of a role hold; what every role allows. */
const DURATION = 3600
const VERSION = '2011-06-15'

/**
 * Credentials of a role (STS AssumeRole, the query protocol of 2011-06-15). Throws `GatewayError` with a
 * sentence that does not name the role: its ARN is the operator's, and stands in the cause.
 */
export async function assumeRole(
  call: AwsCall,
  { roleArn, externalId, region, sessionName }: RoleRequest,
  signal: AbortSignal,
): Promise<AwsCredentials> {
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: VERSION,
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    DurationSeconds: String(DURATION),
    ...(externalId !== undefined && { ExternalId: externalId }),
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  try {
    const asked = { service: 'sts', region, method: 'POST', path: '/', body, headers } as const
    return credentialsIn(await (await call(asked, signal)).text())
  } catch (thrown) {
    throw notAssumed(thrown, roleArn)
  }
}

function credentialsIn(xml: string): AwsCredentials {
  const accessKeyId = xmlText(xml, 'AccessKeyId')
  const secretAccessKey = xmlText(xml, 'SecretAccessKey')
  const sessionToken = xmlText(xml, 'SessionToken')
  const expiration = Date.parse(xmlText(xml, 'Expiration') ?? '')
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiration)) {
    // Not shown: half of an answer may hold a secret.
    throw new Error('STS gave no credentials.')
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration }
}

function notAssumed(thrown: unknown, roleArn: string): GatewayError {
  const error = thrown instanceof GatewayError ? thrown : undefined
  const cause = new Error(`AssumeRole ${roleArn}`, { cause: error?.cause ?? thrown })
  if (error && PASSING.has(error.code)) {
    return new GatewayError('overloaded', BUSY, {
      reason: 'role_unavailable',
      cause,
      retryAfter: 1,
    })
  }
  return new GatewayError('upstream', REFUSED, { reason: 'role_not_assumed', cause, final: true })
}

/** Trouble of the moment; a signal of ours that fired counts as a caller who left. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'overloaded',
  'timeout',
  'rate-limit',
  'caller-left',
])

const BUSY = 'The AWS role of this key cannot be had at the moment. Retry the request.'
const REFUSED = 'The AWS role of this key cannot be assumed. Whoever runs this server can read why.'

/** The text of the first element of this name. STS writes neither attributes nor CDATA there. */
export function xmlText(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  return text?.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => ENTITIES[entity]!)
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
