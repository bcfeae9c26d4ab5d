import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../../app/errors.ts'
import type { Transport, UpstreamRequest } from '../../app/ports/transport.ts'
import { accessStage } from './access-stage.ts'

const ISSUER = 'https://id.example.com/realm'
const POOL = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123'
const ENV = { JWT_ISSUER: ISSUER, JWT_AUDIENCE: 'outcrop' }

const rsa = await generateKeyPair('RS256')
const other = await generateKeyPair('RS256')
const jwks = { keys: [{ ...(await exportJWK(rsa.publicKey)), kid: 'one', alg: 'RS256' }] }

interface Minting {
  claims?: Record<string, unknown>
  issuer?: string
  audience?: string | undefined
  expires?: string | number
  kid?: string
  key?: CryptoKey | Uint8Array
  alg?: string
}

const token = ({
  claims = {},
  issuer = ISSUER,
  audience = 'outcrop',
  expires = '5m',
  kid = 'one',
  key = rsa.privateKey,
  alg = 'RS256',
}: Minting = {}) => {
  const jwt = new SignJWT({ sub: 'user-1', ...claims })
    .setProtectedHeader({ alg, kid })
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime(expires)
  return (audience === '' ? jwt : jwt.setAudience(audience)).sign(key)
}

/** An issuer on the wire, which counts what it is asked and may be away. */
function issuerOf() {
  const asked: string[] = []
  const world = { isAway: false }
  const pages: Record<string, unknown> = {
    [`${ISSUER}/.well-known/openid-configuration`]: {
      issuer: ISSUER,
      jwks_uri: 'https://id.example.com/keys',
    },
    'https://id.example.com/keys': jwks,
    [`${POOL}/.well-known/jwks.json`]: jwks,
  }
  const transport: Transport = {
    async send({ origin, path }: UpstreamRequest) {
      asked.push(origin + path)
      if (world.isAway) throw new GatewayError('overloaded', 'away')
      const page = pages[origin + path]
      return {
        status: page ? 200 : 404,
        header: () => undefined,
        body: { read: async () => undefined, cancel: () => {} },
        text: async () => JSON.stringify(page ?? {}),
      }
    },
  }
  return { transport, asked, world }
}

function staged(env: Record<string, string> = {}) {
  const issuer = issuerOf()
  const stage = accessStage({ ...ENV, ...env }, { transport: issuer.transport })
  const ask = (key: string) => stage.call('/v1/models', { key })
  return { ...stage, ...issuer, ask }
}

describe('tokens of an OpenID issuer', () => {
  it('let their holder in, and keys are fetched once', async () => {
    const { ask, asked } = staged()
    const tokens = await Promise.all([token(), token({ claims: { sub: 'user-2' } })])
    for (const one of [...tokens, ...tokens]) expect((await ask(one)).status).toBe(200)
    expect(asked).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      'https://id.example.com/keys',
    ])
  })

  it.each<[string, Minting, string]>([
    ['has expired', { expires: 1000 }, 'it has expired'],
    ['is for another audience', { audience: 'others' }, 'its claim aud does not fit'],
    ['is for no audience', { audience: '' }, 'its claim aud does not fit'],
    ['has another issuer', { issuer: 'https://evil.example.com' }, 'its issuer is not known here'],
    ['is signed by another', { key: other.privateKey }, 'its signature is wrong'],
    ['names another key', { kid: 'two' }, 'its issuer has no such key'],
    [
      'is signed with what anybody knows',
      { key: new TextEncoder().encode(JSON.stringify(jwks.keys[0]).padEnd(64)), alg: 'HS256' },
      'its algorithm is not taken here',
    ],
    ['is not yet good', { claims: { nbf: 4e9 } }, 'its claim nbf does not fit'],
    ...[{}, ['user-1'], null, true, '', 1.5, 2 ** 53, 'a\ud800'].map(
      (sub): [string, Minting, string] => [
        `is about ${JSON.stringify(sub)}`,
        { claims: { sub } },
        'its claim sub does not fit',
      ],
    ),
  ])('keep out a token that %s', async (_, minting, why) => {
    const { ask, log } = staged()
    const given = await token(minting)
    const { status, json, headers } = await ask(given)
    expect(status).toBe(401)
    expect(json.error).toMatchObject({
      code: 'invalid_token',
      message: `The token is not valid: ${why}.`,
    })
    expect(headers.get('www-authenticate')).toContain('Bearer')
    expect(JSON.stringify(log())).not.toContain(given.split('.')[1])
  })

  it('keep out what only looks like one', async () => {
    const { ask, asked } = staged()
    const [head, body, signature] = (await token()).split('.')
    const none = `${btoa('{"alg":"none"}').replaceAll('=', '')}.${body}.`
    const turned = `${head}.${body}.${signature!.split('').reverse().join('')}`
    const empty = 'eyJhIjoxfQ.eyJhIjoxfQ.AAAA'
    for (const given of [none, `${none}AAAA`, turned, empty, 'eyJ.eyJ.eyJ', `${head}.${body}`]) {
      expect((await ask(given)).status, given).toBe(401)
    }
    expect(asked.filter((url) => url.includes('evil'))).toEqual([])
  })

  it('may lag behind our clock a little', async () => {
    const { ask } = staged({ JWT_CLOCK_TOLERANCE: '60' })
    const now = Math.floor(Date.now() / 1000)
    expect((await ask(await token({ expires: now - 20 }))).status).toBe(200)
    expect((await ask(await token({ expires: now - 90 }))).status).toBe(401)
  })

  it('must have the scopes that are asked for', async () => {
    const { ask } = staged({ JWT_REQUIRED_SCOPES: 'chat,files' })
    expect((await ask(await token({ claims: { scope: 'files chat more' } }))).status).toBe(200)
    expect((await ask(await token({ claims: { scp: ['chat', 'files'] } }))).status).toBe(200)
    const { json } = await ask(await token({ claims: { scope: 'chat chatfiles' } }))
    expect(json.error.message).toBe('The token is not valid: it lacks the scope files.')
  })

  it.each([
    ['nothing', 204, ''],
    ['null', 200, 'null'],
    ['a list', 200, '[]'],
    ['a page', 200, '<p>'],
    ['another place', 301, ''],
    ['another issuer', 200, '{"issuer":"https://x","jwks_uri":"https://x/keys"}'],
  ])('answer 503 where an issuer says %s', async (_, status, text) => {
    for (const isDiscovery of [true, false]) {
      const { transport } = issuerOf()
      const send: Transport['send'] = async (request, options) => {
        const answer = await transport.send(request, options)
        const isMeant = request.path.includes('/.well-known/') === isDiscovery
        return isMeant ? { ...answer, status, text: async () => text } : answer
      }
      const { call } = accessStage(ENV, { transport: { ...transport, send } })
      const answer = await call('/v1/models', { key: await token() })
      expect([answer.status, answer.json.error.code]).toEqual([503, 'tokens_unavailable'])
    }
  })

  it('answer 503 when the keys of the issuer cannot be had', async () => {
    const { ask, world } = staged()
    world.isAway = true
    const given = await token()
    const { status, headers, json } = await ask(given)
    expect([status, headers.get('retry-after'), json.error.code]).toEqual([
      503,
      '1',
      'tokens_unavailable',
    ])
    world.isAway = false
    expect((await ask(given)).status).toBe(200)
    world.isAway = true
    expect((await ask(given)).status).toBe(200)
  })
})

describe('who the holder of a token is', () => {
  const save = { body: { model: 'm', store: true, messages: [{ role: 'user', content: 'Hi' }] } }

  it('is the tenant that is claimed, whoever of it asks', async () => {
    const { call } = staged({ JWT_TENANT_CLAIM: 'org' })
    const of = (sub: string, org: string) => token({ claims: { sub, org } })
    const { json } = await call('/v1/chat/completions', { key: await of('a', 'acme'), ...save })
    const path = `/v1/chat/completions/${json.id}`
    expect((await call(path, { key: await of('b', 'acme') })).status).toBe(200)
    expect((await call(path, { key: await of('a', 'other') })).status).toBe(404)
    expect((await call(path, { key: await of('acme', '') })).status).toBe(404)
  })

  it('is what the first fitting entry says', async () => {
    const principals = [
      { claims: { groups: 'admins' }, admin: true },
      { claims: { groups: 'staff-*', email_verified: 'true' }, tenant: 'acme', models: ['none'] },
    ]
    const { call, chat } = staged({ JWT_PRINCIPALS: JSON.stringify(principals) })
    const admin = await token({ claims: { groups: ['x', 'admins'] } })
    expect((await call('/v1/admin/keys', { key: admin })).status).toBe(200)
    const staff = await token({ claims: { groups: ['staff-1'], email_verified: true } })
    expect((await call('/v1/admin/keys', { key: staff })).status).toBe(403)
    expect((await chat(staff)).status).toBe(403)
    const stranger = await chat(await token({ claims: { groups: 'guests' } }))
    expect([stranger.status, stranger.json.error.code]).toEqual([403, 'token_not_allowed'])
  })

  it('let nobody in for longer than the principal they stand for', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    try {
      const over = Math.floor(Date.now() / 1000) + 30
      const principals = [{ claims: { sub: '*' }, expires_at: over }]
      const { ask } = staged({ JWT_PRINCIPALS: JSON.stringify(principals) })
      const given = await token()
      expect((await ask(given)).status).toBe(200)
      vi.setSystemTime(over * 1000)
      expect((await ask(given)).status).toBe(403)
    } finally {
      vi.useRealTimers()
    }
  })

  it('may be an admin by scope', async () => {
    const { call } = staged({ JWT_ADMIN_SCOPES: 'outcrop.admin' })
    const key = await token({ claims: { scope: 'openid outcrop.admin' } })
    expect((await call('/v1/admin/keys', { key })).status).toBe(200)
    expect((await call('/v1/admin/keys', { key: await token() })).status).toBe(403)
  })

  it('must have a name that can be an owner', async () => {
    const { ask } = staged()
    expect((await ask(await token({ claims: { sub: 'x'.repeat(300) } }))).status).toBe(403)
    const { ask: inTenant } = staged({ JWT_TENANT_CLAIM: 'org' })
    const long = { sub: 'x'.repeat(300), org: 'acme' }
    expect((await inTenant(await token({ claims: long }))).status).toBe(403)
    expect((await ask(await token({ claims: { sub: 'Ünï|/../x' } }))).status).toBe(200)
    expect((await ask(await token({ claims: { sub: 12 } }))).status).toBe(200)
    const broken = await token({ claims: { org: 'a\ud800' } })
    expect((await inTenant(broken)).json.error.code).toBe('token_not_allowed')
  })
})

describe('tokens of a Cognito user pool', () => {
  const env = {
    JWT_ISSUER: '',
    AWS_COGNITO_USER_POOL_ID: 'eu-west-1_Abc123',
    AWS_COGNITO_CLIENT_IDS: 'client-1,client-2',
    AWS_COGNITO_REQUIRED_SCOPES: 'api/chat',
  }
  const access = { token_use: 'access', client_id: 'client-2', scope: 'api/chat' }
  const minted = (claims: Record<string, unknown>, audience = '') =>
    token({ issuer: POOL, audience, claims })

  it('are taken when they are access tokens of our clients', async () => {
    const { ask } = staged(env)
    expect((await ask(await minted(access))).status).toBe(200)
    expect((await ask(await minted({ ...access, client_id: 'client-3' }))).status).toBe(401)
    expect((await ask(await minted({ ...access, scope: 'api/other' }))).status).toBe(401)
    const id = await minted({ token_use: 'id' }, 'client-1')
    expect((await ask(id)).json.error.message).toContain('it is not an access token')
    const both = staged({ ...env, AWS_COGNITO_ACCEPT_ID_TOKEN: 'true' })
    expect((await both.ask(id)).status).toBe(200)
    expect((await both.ask(await minted({ token_use: 'id' }, 'client-9'))).status).toBe(401)
  })

  it.each([
    ['eusc-de-east-1', 'amazonaws.eu'],
    ['cn-north-1', 'amazonaws.com.cn'],
    ['us-gov-west-1', 'amazonaws.com'],
  ])('of %s come from its own hosts', async (region, suffix) => {
    const pool = `${region}_Abc123`
    const { ask, asked } = staged({ ...env, AWS_COGNITO_USER_POOL_ID: pool })
    const issuer = `https://cognito-idp.${region}.${suffix}/${pool}`
    await ask(await token({ issuer, audience: '', claims: access }))
    expect(asked).toEqual([`${issuer}/.well-known/jwks.json`])
  })

  it('are told from those of another issuer', async () => {
    const { call } = staged({ ...env, JWT_ISSUER: ISSUER })
    const body = { model: 'm', store: true, messages: [{ role: 'user', content: 'Hi' }] }
    const { json } = await call('/v1/chat/completions', { key: await minted(access), body })
    const path = `/v1/chat/completions/${json.id}`
    expect((await call(path, { key: await minted(access) })).status).toBe(200)
    expect((await call(path, { key: await token() })).status).toBe(404)
  })
})

describe('a configuration of tokens that cannot be used', () => {
  it.each([
    [{ JWT_ISSUER: ISSUER }, 'JWT_ISSUER needs JWT_AUDIENCE'],
    [{ ...ENV, JWT_ALGORITHMS: 'HS256' }, 'JWT_ALGORITHMS'],
    [{ ...ENV, JWT_ALGORITHMS: 'none' }, 'JWT_ALGORITHMS'],
    [{ JWT_ISSUER: 'example' }, 'JWT_ISSUER: not an http or https URL'],
    [{ ...ENV, JWT_PRINCIPALS: '[{"tenant": "a"}]' }, 'JWT_PRINCIPALS.0.claims'],
    [{ ...ENV, JWT_PRINCIPALS: '{"a"' }, 'JWT_PRINCIPALS: not valid JSON'],
    [{ AWS_COGNITO_USER_POOL_ID: 'eu-west-1_x' }, 'needs AWS_COGNITO_CLIENT_IDS'],
    [{ AWS_COGNITO_USER_POOL_ID: '../x' }, 'AWS_COGNITO_USER_POOL_ID: not the id of a user pool'],
  ])('stops the start: %j', (env: Record<string, string>, words) => {
    expect(() => accessStage(env)).toThrow(words)
  })
})
