import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createUndiciTransport } from '../../../runtimes/calling/undici-transport.ts'
import { type FakeAwsAccess, startFakeAwsAccess } from '../../fakes/fake-aws-access.ts'
import { type FakeBedrock, startFakeBedrock } from '../../fakes/fake-bedrock.ts'
import { ADMIN_KEY, accessStage } from '../../http/access-stage.ts'

const OWN = { accessKeyId: 'AKIDOWN', secretAccessKey: 'own-secret' }
const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`
const MODEL = 'amazon.nova-micro-v1:0'
const PROFILE = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123'

let sts: FakeAwsAccess
let bedrock: FakeBedrock
beforeAll(async () => {
  sts = await startFakeAwsAccess(OWN)
  bedrock = await startFakeBedrock()
})
afterAll(() => Promise.all([sts.close(), bedrock.close()]))
beforeEach(() => {
  sts.asked.length = 0
  sts.outage.status = 0
  sts.lifetime.seconds = 3600
  sts.roles.clear()
  bedrock.requests.length = 0
})
afterEach(() => void vi.useRealTimers())

const staged = (env: Record<string, string> = {}) =>
  accessStage(
    {
      ADMIN_KEY,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: OWN.accessKeyId,
      AWS_SECRET_ACCESS_KEY: OWN.secretAccessKey,
      AWS_ENDPOINT_URL: bedrock.url,
      AWS_ENDPOINT_URL_STS: sts.url,
      ...env,
    },
    { transport: createUndiciTransport() },
  )

const signer = (request: { headers: Record<string, string> } | undefined) =>
  /Credential=([^/]+)/.exec(request?.headers['authorization'] ?? '')?.[1]

describe("a key with a role of another account's", () => {
  it('asks models as that role, assumed once, and everybody else as ourselves', async () => {
    sts.roles.set(role('acme'), undefined)
    const { chat, mint } = staged()
    const { key } = await mint({ aws: { role_arn: role('acme') } })
    const answers = await Promise.all([chat(key, MODEL), chat(key, MODEL), chat(key, MODEL)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(sts.asked).toEqual([`AssumeRole ${role('acme')}`])
    expect(bedrock.requests.map(signer)).toEqual(Array(3).fill('ASIAacme'))
    expect(bedrock.requests[0]!.headers['x-amz-security-token']).toBe('token-acme-1&')
    await chat(ADMIN_KEY, MODEL)
    expect(signer(bedrock.requests.at(-1))).toBe('AKIDOWN')
  })

  it('does so in streams, in the Messages dialect and when tokens are counted', async () => {
    sts.roles.set(role('acme'), undefined)
    const { call, mint } = staged()
    const { key } = await mint({ aws: { role_arn: role('acme') } })
    const messages = [{ role: 'user', content: 'Hi' }]
    await call('/v1/chat/completions', { key, body: { model: MODEL, messages, stream: true } })
    const model = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
    await call('/v1/messages', { key, body: { model, messages, max_tokens: 9 } })
    await call('/v1/messages', { key, body: { model, messages, max_tokens: 9, stream: true } })
    await call('/v1/messages/count_tokens', { key, body: { model, messages } })
    const ways = bedrock.requests.map(({ path }) => path.split('/').at(-1))
    expect(new Set(ways)).toEqual(
      new Set(['converse-stream', 'invoke', 'invoke-with-response-stream', 'count-tokens']),
    )
    expect(new Set(bedrock.requests.map(signer))).toEqual(new Set(['ASIAacme']))
  })

  it('tells STS the external id', async () => {
    sts.roles.set(role('acme'), 'tenant-7')
    const { chat, mint } = staged()
    const right = await mint({ aws: { role_arn: role('acme'), external_id: 'tenant-7' } })
    const wrong = await mint({ aws: { role_arn: role('acme'), external_id: 'tenant-8' } })
    expect((await chat(right.key, MODEL)).status).toBe(200)
    expect((await chat(wrong.key, MODEL)).status).toBe(502)
  })

  it('is never asked for as ourselves when its role cannot be had', async () => {
    const { chat, mint, log } = staged()
    const { key } = await mint({ aws: { role_arn: role('gone') } })
    const refused = await chat(key, MODEL)
    expect([refused.status, refused.json.error.code]).toEqual([502, 'role_not_assumed'])
    expect(refused.text).not.toContain('arn:')
    expect(JSON.stringify(log())).toContain(`AssumeRole ${role('gone')}`)
    sts.outage.status = 503
    const busy = await chat(key, MODEL)
    expect([busy.status, busy.json.error.code]).toEqual([503, 'role_unavailable'])
    expect(busy.headers.has('retry-after')).toBe(true)
    expect(bedrock.requests).toEqual([])
  })

  it('has its credentials renewed before they end', async () => {
    sts.roles.set(role('acme'), undefined)
    sts.lifetime.seconds = 200
    const { chat, mint } = staged()
    const { key } = await mint({ aws: { role_arn: role('acme') } })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    await chat(key, MODEL)
    vi.setSystemTime(Date.now() + 11_000)
    await chat(key, MODEL)
    await expect.poll(() => sts.asked.length).toBe(2)
    await chat(key, MODEL)
    expect(bedrock.requests.at(-1)!.headers['x-amz-security-token']).toMatch(/^token-acme-[23]&$/)
  })

  it('works beside a Bedrock API key of our own', async () => {
    sts.roles.set(role('acme'), undefined)
    const { chat, mint } = staged({ AWS_BEARER_TOKEN_BEDROCK: 'ABSKown' })
    const { key } = await mint({ aws: { role_arn: role('acme') } })
    await chat(key, MODEL)
    expect(signer(bedrock.requests.at(-1))).toBe('ASIAacme')
    await chat(ADMIN_KEY, MODEL)
    expect(bedrock.requests.at(-1)!.headers['authorization']).toBe('Bearer ABSKown')
  })

  it.each<Record<string, string>>([{}, { AWS_BEARER_TOKEN_BEDROCK: 'ABSKown' }])(
    'orders documents as that role as well: %j',
    async (env) => {
      sts.roles.set(role('acme'), undefined)
      const { call, mint } = staged(env)
      const { key } = await mint({ aws: { role_arn: role('acme') } })
      bedrock.script({ body: { results: [{ index: 0, relevanceScore: 1 }] } })
      const body = { model: 'cohere.rerank-v3-5:0', query: 'q', documents: ['a'] }
      expect((await call('/v1/rerank', { key, body })).status).toBe(200)
      expect(bedrock.requests.at(-1)!.path).toBe('/rerank')
      expect(signer(bedrock.requests.at(-1))).toBe('ASIAacme')
      bedrock.forget()
    },
  )

  it('suffers alone what its account is throttled', async () => {
    sts.roles.set(role('acme'), undefined)
    const { chat, mint } = staged({ AWS_BEDROCK_REGIONS: 'us-east-1,us-west-2' })
    const { key } = await mint({ aws: { role_arn: role('acme') } })
    bedrock.script({ status: 429, errorType: 'ThrottlingException', body: { message: 'slow' } })
    bedrock.script({
      body: {
        output: { message: { role: 'assistant', content: [{ text: 'ok' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      },
    })
    const throttled = await chat(key, MODEL)
    expect(throttled.headers.get('x-outcrop-region')).toBe('us-west-2')
    const own = await chat(ADMIN_KEY, MODEL)
    expect(own.headers.get('x-outcrop-region')).toBe('us-east-1')
    bedrock.forget()
  })
})

describe('a key with inference profiles of its own', () => {
  it('asks a model through its profile, by whatever name it is called', async () => {
    const { chat, mint } = staged({ MODEL_ALIASES: `{"fast":"${MODEL}"}` })
    const { key } = await mint({ aws: { profiles: { [MODEL]: PROFILE } } })
    for (const name of [MODEL, 'fast', `us.${MODEL}`]) {
      const { status, headers } = await chat(key, name)
      expect(status, name).toBe(200)
      expect(headers.get('x-bedrock-model'), name).toBe(PROFILE)
    }
    expect(bedrock.requests.at(-1)!.path).toBe(`/model/${encodeURIComponent(PROFILE)}/converse`)
    await chat(ADMIN_KEY, MODEL)
    expect(bedrock.requests.at(-1)!.path).toBe(`/model/${encodeURIComponent(MODEL)}/converse`)
    await chat(key, 'amazon.nova-lite-v1:0')
    expect(bedrock.requests.at(-1)!.path).toContain('nova-lite')
  })

  it('does not let its callers name profiles themselves', async () => {
    const { chat, mint } = staged()
    const { key } = await mint({ aws: { profiles: { [MODEL]: PROFILE } } })
    expect((await chat(key, PROFILE)).status).toBeGreaterThanOrEqual(400)
  })
})
