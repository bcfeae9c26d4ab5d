import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import type { AwsCredentials } from '../../app/ports/aws-credentials.ts'
import { verifySignature } from './fake-bedrock-signature.ts'

/** Somebody with access keys, as STS knows them. */
interface FakePrincipal {
  arn: string
  account: string
  credentials: AwsCredentials
}

export interface FakeAwsAccess {
  url: string
  /** `AssumeRole arn:...`, `GetCallerIdentity`, `GetParameter name`, in the order they came. */
  asked: string[]
  /** External ids that roles want, by ARN; a role that is not here cannot be assumed. */
  roles: Map<string, string | undefined>
  parameters: Map<string, string>
  secrets: Map<string, string>
  principals: FakePrincipal[]
  /** Answers everything with this status until it is put back to 0. */
  outage: { status: number }
  /** Seconds credentials of roles hold. */
  lifetime: { seconds: number }
  close(): Promise<void>
}

/** STS, SSM and Secrets Manager on a free port, as far as Outcrop asks them; every signature is judged. */
export async function startFakeAwsAccess(own: AwsCredentials): Promise<FakeAwsAccess> {
  const world: Omit<FakeAwsAccess, 'url' | 'close'> = {
    asked: [],
    roles: new Map(),
    parameters: new Map(),
    secrets: new Map(),
    principals: [],
    outage: { status: 0 },
    lifetime: { seconds: 3600 },
  }
  const server = createServer((incoming, response) => {
    answer(incoming, response, { world, own }).catch((error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    ...world,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Stage {
  world: Omit<FakeAwsAccess, 'url' | 'close'>
  own: AwsCredentials
}

async function answer(incoming: IncomingMessage, response: ServerResponse, { world, own }: Stage) {
  const body = await buffer(incoming)
  const { method = 'GET', url = '/' } = incoming
  const headers = incoming.headers as Record<string, string>
  const send = (status: number, text: string) => void response.writeHead(status).end(text)
  if (world.outage.status) return send(world.outage.status, '<Code>ServiceUnavailable</Code>')
  if (method === 'GET') return send(...(await callerIdentity(url, headers, world)))

  const verdict = await verifySignature({ method, path: url, headers, body }, own)
  if (verdict !== 'valid') return send(403, '<Code>SignatureDoesNotMatch</Code>')
  const target = headers['x-amz-target']
  if (target === undefined) return send(...assumeRole(body.toString(), world))
  return send(...secret(target, JSON.parse(body.toString()), world))
}

function assumeRole(body: string, world: Stage['world']): [number, string] {
  const asked = new URLSearchParams(body)
  const arn = asked.get('RoleArn') ?? ''
  world.asked.push(`${asked.get('Action')} ${arn}`)
  const isTheirs = world.roles.has(arn)
  if (!isTheirs || (world.roles.get(arn) ?? null) !== asked.get('ExternalId')) {
    return [403, '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>']
  }
  const count = world.asked.length
  const until = new Date(Date.now() + world.lifetime.seconds * 1000).toISOString()
  const name = arn.split('/').at(-1)
  return [
    200,
    `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIA${name}</AccessKeyId><SecretAccessKey>secret-of-${name}</SecretAccessKey>
<SessionToken>token-${name}-${count}&amp;</SessionToken><Expiration>${until}</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  ]
}

function secret(
  target: string,
  asked: Record<string, string>,
  { asked: log, parameters, secrets }: Stage['world'],
): [number, string] {
  const name = asked['Name'] ?? asked['SecretId'] ?? ''
  log.push(`${target.split('.')[1]} ${name}`)
  const value = target.startsWith('AmazonSSM') ? parameters.get(name) : secrets.get(name)
  if (value === undefined) return [400, '{"__type":"ResourceNotFoundException","message":"none"}']
  return [
    200,
    JSON.stringify(
      target.startsWith('AmazonSSM') ? { Parameter: { Value: value } } : { SecretString: value },
    ),
  ]
}

/** Presigns the same again and compares, as AWS would. */
async function callerIdentity(
  url: string,
  headers: Record<string, string>,
  { asked, principals }: Stage['world'],
): Promise<[number, string]> {
  asked.push('GetCallerIdentity')
  const query = new URL(url, 'http://fake').searchParams
  const keyId = query.get('X-Amz-Credential')?.split('/')[0]
  const who = principals.find(({ credentials }) => credentials.accessKeyId === keyId)
  const denied: [number, string] = [403, '<Error><Code>SignatureDoesNotMatch</Code></Error>']
  if (!who) return denied
  const names = (query.get('X-Amz-SignedHeaders') ?? '').split(';')
  const expected = new URL(
    await presignIdentity(who.credentials, {
      origin: `http://${headers['host']}`,
      headers: Object.fromEntries(
        names.filter((name) => name !== 'host').map((name) => [name, headers[name] ?? '']),
      ),
      date: dateOf(query.get('X-Amz-Date')!),
      expires: Number(query.get('X-Amz-Expires')),
    }),
  )
  if (expected.searchParams.get('X-Amz-Signature') !== query.get('X-Amz-Signature')) return denied
  return [
    200,
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>${who.arn}</Arn><UserId>AROA:${who.arn.split('/').at(-1)}</UserId><Account>${who.account}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`,
  ]
}

export interface Presigning {
  origin: string
  headers?: Record<string, string>
  date?: Date
  expires?: number
  query?: Record<string, string>
}

/** The URL a caller makes to prove an identity, by AWS's own signer. */
export async function presignIdentity(
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  { origin, headers = {}, date = new Date(), expires = 60, query = {} }: Presigning,
): Promise<string> {
  const { protocol, host, hostname } = new URL(origin)
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    region: 'us-east-1',
    service: 'sts',
    sha256: Sha256,
    applyChecksum: false,
  })
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol,
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15', ...query },
      headers: { host, ...headers },
    },
    { expiresIn: expires, signingDate: date },
  )
  const url = new URL(`${protocol}//${host}/`)
  for (const [name, value] of Object.entries(signed.query ?? {})) {
    url.searchParams.set(name, String(value))
  }
  return url.href
}

/** As it is sent in the place of a key. */
export const proofOf = (url: string) => `aws-iam-v1.${Buffer.from(url).toString('base64url')}`

const dateOf = (stamp: string) =>
  new Date(stamp.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'))
