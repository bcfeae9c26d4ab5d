import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { createCredentials } from '../../runtimes/calling/credentials.ts'

const EXPIRATION = '2099-01-01T00:00:00.000Z'
const ACCOUNT = '123456789012'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/outcrop`

const keysOf = (accessKeyId: string) => ({
  AccessKeyId: accessKeyId,
  SecretAccessKey: 'secret',
  Token: 'token',
  Expiration: EXPIRATION,
})

/** What STS answers in the words of its service model. */
const assumed = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Credentials>
      <AccessKeyId>OF-WEB-IDENTITY</AccessKeyId>
      <SecretAccessKey>secret</SecretAccessKey>
      <SessionToken>token</SessionToken>
      <Expiration>${EXPIRATION}</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`

/** Whoever gives credentials out, each by its own protocol and only to who shows what it asks for. */
async function giveOut(request: IncomingMessage): Promise<string | undefined> {
  const { method, headers } = request
  const url = new URL(request.url!, 'http://here')
  switch (`${method} ${url.pathname}`) {
    case 'GET /ecs':
      return JSON.stringify(keysOf('OF-ECS'))
    case 'GET /eks':
      return headers.authorization === 'pod' ? JSON.stringify(keysOf('OF-EKS')) : undefined
    case 'PUT /latest/api/token':
      return 'session'
    case 'GET /latest/meta-data/iam/security-credentials/':
      return headers['x-aws-ec2-metadata-token'] === 'session' ? 'outcrop' : undefined
    case 'GET /latest/meta-data/iam/security-credentials/outcrop':
      return JSON.stringify({ Code: 'Success', ...keysOf('OF-IMDS') })
    case 'GET /federation/credentials': {
      const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = keysOf('OF-SSO')
      const expiration = Date.parse(EXPIRATION)
      const isKnown = headers['x-amz-sso_bearer_token'] === 'signed-in'
      const roleCredentials = { accessKeyId, secretAccessKey, sessionToken: 'token', expiration }
      return isKnown ? JSON.stringify({ roleCredentials }) : undefined
    }
    case 'POST /': {
      const asked = new URLSearchParams(await text(request))
      const isKnown = asked.get('RoleArn') === ROLE && asked.get('WebIdentityToken') === 'pod'
      return isKnown ? assumed : undefined
    }
    default:
      return undefined
  }
}

const server = createServer(async (request, response) => {
  const given = await giveOut(request)
  response.writeHead(given === undefined ? 401 : 200).end(given)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const home = mkdtempSync(join(tmpdir(), 'outcrop-home-'))
const tokenFile = join(home, 'token')
const session = createHash('sha1').update('work').digest('hex')
mkdirSync(join(home, '.aws/sso/cache'), { recursive: true })
writeFileSync(tokenFile, 'pod')
writeFileSync(
  join(home, '.aws/config'),
  `[sso-session work]
sso_start_url = https://work.awsapps.com/start
sso_region = us-east-1
[profile signed-in]
sso_session = work
sso_account_id = ${ACCOUNT}
sso_role_name = outcrop
`,
)
writeFileSync(
  join(home, '.aws/sso/cache', `${session}.json`),
  JSON.stringify({ accessToken: 'signed-in', expiresAt: EXPIRATION }),
)

afterEach(() => void vi.unstubAllEnvs())
afterAll(() => {
  server.close()
  rmSync(home, { recursive: true })
})

/** Where the server runs -> what its environment says there. */
const PLACES: Record<string, Record<string, string>> = {
  'OF-ECS': { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/ecs` },
  'OF-EKS': {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/eks`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
  },
  'OF-WEB-IDENTITY': {
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    AWS_ROLE_ARN: ROLE,
    AWS_ENDPOINT_URL_STS: url,
  },
  'OF-SSO': { AWS_PROFILE: 'signed-in', AWS_ENDPOINT_URL_SSO: url },
  'OF-IMDS': { AWS_EC2_METADATA_SERVICE_ENDPOINT: url },
}

it.each(Object.entries(PLACES))('gets the keys %s', async (accessKeyId, place) => {
  // Whoever runs the tests may have an AWS of their own.
  for (const name in process.env) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  const env = { HOME: home, AWS_REGION: 'us-east-1', ...place }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  expect(await createCredentials(env).current()).toEqual({
    accessKeyId,
    secretAccessKey: 'secret',
    sessionToken: 'token',
    expiration: Date.parse(EXPIRATION),
  })
})
