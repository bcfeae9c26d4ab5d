import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AwsCredentials } from '../../app/ports/aws-credentials.ts'
import { createUndiciTransport } from '../../runtimes/calling/undici-transport.ts'
import { lambdaIdentity } from '../../runtimes/lambda/lambda-identity.ts'
import {
  type FakeAwsAccess,
  type Presigning,
  presignIdentity,
  proofOf,
  startFakeAwsAccess,
} from '../fakes/fake-aws-access.ts'
import { accessStage } from './access-stage.ts'

const OWN = { accessKeyId: 'AKIDOWN', secretAccessKey: 'own' }
const APP = {
  accessKeyId: 'ASIAAPP',
  secretAccessKey: 'app-secret',
  sessionToken: 'app/session+token==',
}
const OTHER = { accessKeyId: 'ASIAOTHER', secretAccessKey: 'other-secret' }
const PRINCIPALS = [
  {
    principal: 'arn:aws:iam::111122223333:role/app-*',
    tenant: 'acme',
    denied_models: ['secret-*'],
  },
  { principal: 'arn:aws:sts::111122223333:assumed-role/people/alice@*', admin: true },
]

let sts: FakeAwsAccess
beforeAll(async () => {
  sts = await startFakeAwsAccess(OWN)
  sts.principals.push(
    {
      arn: 'arn:aws:sts::111122223333:assumed-role/app-web/i-1',
      account: '111122223333',
      credentials: APP,
    },
    { arn: 'arn:aws:iam::999988887777:user/eve', account: '999988887777', credentials: OTHER },
  )
})
afterAll(() => sts.close())
beforeEach(() => {
  sts.asked.length = 0
  sts.outage.status = 0
})

function staged() {
  return accessStage(
    {
      PROVIDER: 'embedded',
      AUTH_IAM: 'true',
      IAM_SERVER_ID: 'outcrop.example.com',
      IAM_PRINCIPALS: JSON.stringify(PRINCIPALS),
      AWS_ENDPOINT_URL_STS: sts.url,
    },
    { transport: createUndiciTransport() },
  )
}

const BOUND = { 'x-outcrop-server-id': 'outcrop.example.com' }
const presigned = (more: Partial<Presigning> = {}, credentials: AwsCredentials = APP) =>
  presignIdentity(credentials, { origin: sts.url, headers: BOUND, ...more })

describe('a forwarded proof of an AWS identity', () => {
  it('lets its principal in, and AWS is asked once', async () => {
    const { call, chat } = staged()
    const key = proofOf(await presigned())
    expect((await chat(key)).status).toBe(200)
    expect((await call('/v1/models', { headers: { 'x-api-key': key } })).status).toBe(200)
    expect((await chat(key, 'secret-model')).status).toBe(403)
    expect(sts.asked).toEqual(['GetCallerIdentity'])
  })

  it('is asked about once by many requests at the same time', async () => {
    const { chat } = staged()
    const key = proofOf(await presigned())
    const answers = await Promise.all(Array.from({ length: 10 }, () => chat(key)))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(sts.asked).toHaveLength(1)
  })

  it('keeps out principals that are not named, without saying who is', async () => {
    const { chat, log } = staged()
    const { status, json } = await chat(proofOf(await presigned({}, OTHER)))
    expect([status, json.error.code]).toEqual([403, 'principal_not_allowed'])
    expect(JSON.stringify(json)).not.toContain('999988887777')
    expect(log().at(-1).error_detail[0]).toContain('arn:aws:iam::999988887777:user/eve')
  })

  it.each<[string, () => Promise<string>, string]>([
    [
      'is not bound to this server',
      () => presigned({ headers: {} }),
      'x-outcrop-server-id is not signed',
    ],
    [
      'signs more than it must',
      () => presigned({ headers: { ...BOUND, 'x-other': '1' } }),
      'only host and x-outcrop-server-id may be signed',
    ],
    ['has expired', () => presigned({ date: new Date(Date.now() - 61_000) }), 'it has expired'],
    [
      'is older than a quarter of an hour, whatever it says',
      () => presigned({ date: new Date(Date.now() - 16 * 60_000), expires: 3600 }),
      'it has expired',
    ],
    [
      'comes from the future',
      () => presigned({ date: new Date(Date.now() + 6 * 60_000) }),
      'signed in the future',
    ],
    [
      'asks for something else',
      () => presigned({ query: { Action: 'GetSessionToken' } }),
      'it is not a presigned',
    ],
    [
      'asks for more',
      () => presigned({ query: { DurationSeconds: '900' } }),
      'it asks for something else',
    ],
    [
      'leads elsewhere',
      () => presigned({ origin: 'https://sts.evil.example.com' }),
      'it does not lead to AWS STS',
    ],
    [
      'leads to a name that only begins well',
      () => presigned({ origin: 'https://sts.amazonaws.com.evil.com' }),
      'it does not lead to AWS STS',
    ],
    [
      'leads there without TLS',
      () => presigned({ origin: 'http://sts.amazonaws.com' }),
      'it does not lead to AWS STS',
    ],
    [
      'leads to another port',
      () => presigned({ origin: 'https://sts.amazonaws.com:8443' }),
      'it does not lead to AWS STS',
    ],
    [
      'leads to another service',
      () => presigned({ origin: 'https://s3.amazonaws.com' }),
      'it does not lead to AWS STS',
    ],
    ['has a path', async () => (await presigned()).replace('/?', '/x?'), 'it is not the URL'],
    [
      'carries a password',
      async () => (await presigned()).replace('://', '://a:b@'),
      'it is not the URL',
    ],
    [
      'says a parameter twice',
      async () => `${await presigned()}&Action=GetCallerIdentity`,
      'it asks for something else',
    ],
  ])('is refused unasked when it %s', async (_, make, why) => {
    const { chat } = staged()
    const { status, json } = await chat(proofOf(await make()))
    expect(status).toBe(401)
    expect(json.error.code).toBe('invalid_identity_proof')
    expect(json.error.message).toContain(why)
    expect(sts.asked).toEqual([])
  })

  it.each<[string, () => Promise<string>]>([
    [
      'was made for another server',
      () => presigned({ headers: { 'x-outcrop-server-id': 'other' } }),
    ],
    [
      'was changed',
      async () =>
        (await presigned()).replace(
          /Signature=(.)/,
          (_, digit) => `Signature=${digit === '0' ? 1 : 0}`,
        ),
    ],
    [
      'is of nobody',
      () => presigned({}, { accessKeyId: 'AKIANO', secretAccessKey: 'x', sessionToken: '' }),
    ],
  ])('is refused by AWS when it %s, and not asked about again', async (_, make) => {
    const { chat } = staged()
    const key = proofOf(await make())
    for (let time = 0; time < 3; time++) expect((await chat(key)).status).toBe(401)
    expect(sts.asked).toEqual(['GetCallerIdentity'])
  })

  it('is answered 503 while AWS cannot be asked; who is known goes on', async () => {
    const { chat } = staged()
    const known = proofOf(await presigned())
    expect((await chat(known)).status).toBe(200)
    sts.outage.status = 503
    const { status, headers, json } = await chat(proofOf(await presigned({ expires: 90 })))
    expect([status, headers.get('retry-after'), json.error.code]).toEqual([
      503,
      '1',
      'identity_unavailable',
    ])
    expect((await chat(known)).status).toBe(200)
  })

  it.each([
    'aws-iam-v1.',
    'aws-iam-v1.%%%',
    `aws-iam-v1.${'A'.repeat(9000)}`,
    'aws-iam-v1.aGVsbG8',
  ])('is refused when it is none: %s', async (key) => {
    expect((await staged().chat(key)).status).toBe(401)
  })

  it('goes to AWS itself where no other endpoint is configured', async () => {
    const sent: string[] = []
    const { chat } = accessStage(
      { AUTH_IAM: 'true', IAM_SERVER_ID: 'me', IAM_PRINCIPALS: JSON.stringify(PRINCIPALS) },
      {
        transport: {
          async send({ origin, headers }) {
            sent.push(`${origin} ${headers['x-outcrop-server-id']}`)
            throw new Error('no network here')
          },
        },
      },
    )
    const hosts = [
      'sts.amazonaws.com',
      'sts.eu-west-1.amazonaws.com',
      'sts.cn-north-1.amazonaws.com.cn',
    ]
    for (const host of hosts) {
      const url = await presignIdentity(APP, {
        origin: `https://${host}`,
        headers: { 'x-outcrop-server-id': 'me' },
      })
      expect((await chat(proofOf(url))).status).toBe(503)
    }
    expect(sent).toEqual(hosts.map((host) => `https://${host} me`))
  })
})

describe('whom the platform has let in', () => {
  const stageOf = (requestContext: object | undefined, env: Record<string, string> = {}) => {
    const { app } = accessStage(
      {
        PROVIDER: 'embedded',
        AUTH_IAM: 'true',
        IAM_PRINCIPALS: JSON.stringify(PRINCIPALS),
        ...env,
      },
      { verifiedIdentity: lambdaIdentity, public: true },
    )
    return (path: string, headers: Record<string, string> = {}) =>
      app.request(path, { headers }, { requestContext })
  }
  const iam = (userArn: string) => ({ authorizer: { iam: { userArn, accountId: '111122223333' } } })
  const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=whatever' }

  it('is who they are, behind a function URL, an HTTP API and a REST API', async () => {
    const alice = 'arn:aws:sts::111122223333:assumed-role/people/alice@example.com'
    expect((await stageOf(iam(alice))('/v1/admin/keys', signed)).status).toBe(200)
    const rest = { identity: { userArn: alice, accountId: '111122223333' } }
    expect((await stageOf(rest)('/v1/admin/keys', signed)).status).toBe(200)
    const app = 'arn:aws:sts::111122223333:assumed-role/app-web/x'
    expect((await stageOf(iam(app))('/v1/admin/keys', signed)).status).toBe(403)
    expect((await stageOf(iam(app))('/v1/models', signed)).status).toBe(200)
    expect((await stageOf(iam('arn:aws:iam::1:user/no'))('/v1/models', signed)).status).toBe(403)
  })

  it('is nobody where nobody had to sign, and a header is no such word', async () => {
    for (const context of [
      undefined,
      {},
      { authorizer: {} },
      { authorizer: { iam: null } },
      { identity: { userArn: null } },
    ]) {
      expect((await stageOf(context)('/v1/models', signed)).status).toBe(401)
    }
  })

  it('counts only where it is configured', async () => {
    const ask = stageOf(iam('arn:aws:iam::111122223333:role/app-x'), {
      AUTH_IAM: 'false',
      API_KEY: 'k',
    })
    expect((await ask('/v1/models', signed)).status).toBe(401)
    expect((await ask('/v1/models', { 'x-api-key': 'k' })).status).toBe(200)
  })

  it('does not outweigh a key that is shown', async () => {
    const alice = 'arn:aws:sts::111122223333:assumed-role/people/alice@example.com'
    const ask = stageOf(iam(alice), { API_KEY: 'plain' })
    expect((await ask('/v1/admin/keys', { ...signed, 'x-api-key': 'plain' })).status).toBe(403)
    expect((await ask('/v1/models', { ...signed, 'x-api-key': 'wrong' })).status).toBe(401)
  })
})

describe('a configuration of principals that cannot be used', () => {
  it.each([
    [{ AUTH_IAM: 'true', IAM_SERVER_ID: 'x' }, 'lets nobody in without IAM_PRINCIPALS'],
    [{ AUTH_IAM: 'true', IAM_PRINCIPALS: '[{"principal": "a"}]' }, 'needs IAM_SERVER_ID'],
    [{ IAM_PRINCIPALS: '{' }, 'IAM_PRINCIPALS: not valid JSON'],
    [{ IAM_PRINCIPALS: '[{"principal": "a", "tennant": "b"}]' }, 'Unrecognized key: "tennant"'],
    [{ IAM_SERVER_ID: 'a b' }, 'IAM_SERVER_ID'],
  ])('stops the start: %j', (env: Record<string, string>, words) => {
    expect(() => accessStage(env)).toThrow(words)
  })
})
