import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { keptKeys } from '../../../app/library/keys/kept-keys.ts'
import { createUndiciTransport } from '../../../runtimes/calling/undici-transport.ts'
import { type FakeAwsAccess, startFakeAwsAccess } from '../../fakes/fake-aws-access.ts'
import { accessStage } from '../../http/access-stage.ts'

const OWN = { accessKeyId: 'AKIDOWN', secretAccessKey: 'own-secret' }

let aws: FakeAwsAccess
beforeAll(async () => {
  aws = await startFakeAwsAccess(OWN)
})
afterAll(() => aws.close())
beforeEach(() => {
  aws.asked.length = 0
  aws.outage.status = 0
  aws.parameters.clear()
  aws.secrets.clear()
})

const staged = (env: Record<string, string>) =>
  accessStage(
    {
      PROVIDER: 'embedded',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: OWN.accessKeyId,
      AWS_SECRET_ACCESS_KEY: OWN.secretAccessKey,
      AWS_ENDPOINT_URL_SSM: aws.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
      ...env,
    },
    { transport: createUndiciTransport() },
  )

describe('a key kept at AWS', () => {
  it('is read from SSM once, at the first need', async () => {
    aws.parameters.set('/outcrop/key', 'kept-key-1\n')
    const { chat, call } = staged({ API_KEY_SSM_PARAMETER: '/outcrop/key' })
    expect((await call('/health')).status).toBe(200)
    expect(aws.asked).toEqual([])
    const answers = await Promise.all(Array.from({ length: 5 }, () => chat('kept-key-1')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect((await chat('kept-key-2')).status).toBe(401)
    expect(aws.asked).toEqual(['GetParameter /outcrop/key'])
  })

  it.each([
    ['as text', 'kept-key-1', {}],
    ['as a member', '{"api_key": "kept-key-1"}', {}],
    ['as a member of another name', '{"k": "kept-key-1"}', { API_KEY_SECRETSMANAGER_KEY: 'k' }],
  ])('is read from Secrets Manager %s', async (_, text, env: Record<string, string>) => {
    aws.secrets.set('outcrop', text)
    const { chat } = staged({ API_KEY_SECRETSMANAGER_SECRET: 'outcrop', ...env })
    expect((await chat('kept-key-1')).status).toBe(200)
    expect(aws.asked).toEqual(['GetSecretValue outcrop'])
  })

  it('may be several, with what each may do', async () => {
    const keys = { ops: { key: 'ops-key-0123456789', admin: true }, app: 'app-key-0123456789' }
    aws.parameters.set('keys', JSON.stringify(keys))
    const { call } = staged({ API_KEY_SSM_PARAMETER: 'keys' })
    expect((await call('/v1/admin/keys', { key: keys.ops.key })).status).toBe(200)
    expect((await call('/v1/admin/keys', { key: keys.app })).status).toBe(403)
  })

  it('gives way to API_KEY, and SSM comes before Secrets Manager', async () => {
    aws.parameters.set('p', 'from-ssm')
    const both = { API_KEY_SSM_PARAMETER: 'p', API_KEY_SECRETSMANAGER_SECRET: 's' }
    const sole = staged({ ...both, API_KEY: 'from-env' })
    expect((await sole.chat('from-env')).status).toBe(200)
    expect((await sole.chat('from-ssm')).status).toBe(401)
    expect((await staged(both).chat('from-ssm')).status).toBe(200)
    expect(aws.asked).toEqual(['GetParameter p'])
  })

  it.each([
    ['is not there', () => {}, 'GetParameter'],
    ['is empty', () => aws.parameters.set('p', ' '), 'gave no text'],
    ['is a broken list', () => aws.parameters.set('p', '{"canary-secret'), 'not valid JSON'],
    ['cannot be asked for', () => Object.assign(aws.outage, { status: 500 }), '500'],
  ])(
    'leads to 503 for everybody, and a named cause in the log, when it %s',
    async (_, arrange, words) => {
      arrange()
      const { chat, log } = staged({
        API_KEY_SSM_PARAMETER: 'p',
        ADMIN_KEY: 'admin-key-0123456789',
      })
      const { status, headers, json } = await chat('any-key')
      expect([status, headers.get('retry-after'), json.error.code]).toEqual([
        503,
        '10',
        'keys_unavailable',
      ])
      const told = JSON.stringify(log())
      expect(told).toContain('the SSM parameter p cannot be read')
      if (words !== 'GetParameter') expect(told).toContain(words)
      expect(told).not.toContain('canary')
      expect((await chat('admin-key-0123456789')).status).toBe(200)
    },
  )

  it('is not asked for by who shows a token or a proof of IAM', async () => {
    aws.outage.status = 500
    const { chat } = staged({
      API_KEY_SSM_PARAMETER: 'p',
      JWT_ISSUER: 'https://id.example.com',
      JWT_AUDIENCE: 'outcrop',
      AUTH_IAM: 'true',
      IAM_PRINCIPALS: '[{"principal":"*"}]',
      IAM_SERVER_ID: 'here',
    })
    for (const shown of ['eyJhIjoxfQ.eyJhIjoxfQ.AAAA', 'aws-iam-v1.x']) {
      expect((await chat(shown)).status, shown).toBe(401)
    }
    expect(aws.asked).toEqual([])
  })

  it.each([
    ['warning', ['SSM parameter p cannot be read', '500']],
    ['error', undefined],
  ])(
    'still counts while it cannot be read anew, of which LOG_LEVEL=%s tells %j',
    async (least, words) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
      try {
        aws.parameters.set('p', 'kept-key-1')
        const { chat, log } = staged({ API_KEY_SSM_PARAMETER: 'p', LOG_LEVEL: least })
        expect((await chat('kept-key-1')).status).toBe(200)
        aws.outage.status = 500
        vi.setSystemTime(Date.now() + 3_600_000)
        expect((await chat('kept-key-1')).status).toBe(200)
        // Waits for the look behind it, which this one shares.
        await chat('unknown-key')
        const told = log().find(({ event }) => event === 'key_not_refreshed')
        if (words) expect(told).toMatchObject({ type: 'event', level: 'warning' })
        for (const word of words ?? []) expect(JSON.stringify(told?.['detail'])).toContain(word)
        if (!words) expect(told).toBeUndefined()
      } finally {
        vi.useRealTimers()
      }
    },
  )
})

describe('what is remembered of a kept key', () => {
  function open(texts: (string | Error)[]) {
    const world = { now: 0, reads: 0, failures: 0, told: 0 }
    const find = keptKeys(
      {
        describe: 'the parameter',
        read: async () => {
          world.reads += 1
          const text = texts.length > 1 ? texts.shift()! : texts[0]!
          if (text instanceof Error) throw text
          return text
        },
      },
      {
        refresh: 300_000,
        onFailure: () => void world.failures++,
        linger: () => void world.told++,
        now: () => world.now,
      },
    )
    return { find, world }
  }

  it('is read again behind requests when it has grown old', async () => {
    const { find, world } = open(['one', 'two'])
    expect(await find('one')).toBeDefined()
    world.now = 300_000
    expect(find('one')).not.toBeInstanceOf(Promise)
    await new Promise(setImmediate)
    expect(await find('two')).toBeDefined()
    expect(find('one')).toBeUndefined()
    expect(world.reads).toBe(2)
    // So that a platform that stops work with its request does not stop this.
    expect(world.told).toBe(2)
  })

  it('is read again for a key nobody knows, but not for every one', async () => {
    const { find, world } = open(['one', 'two'])
    expect(await find('one')).toBeDefined()
    expect(await find('two')).toBeUndefined()
    world.now = 10_000
    expect(await find('two')).toBeDefined()
    for (const guess of ['a', 'b', 'c']) expect(await find(guess)).toBeUndefined()
    expect(world.reads).toBe(2)
  })

  it('goes on while it cannot be read', async () => {
    const { find, world } = open(['one', new Error('down')])
    expect(await find('one')).toBeDefined()
    world.now = 400_000
    expect(await find('one')).toBeDefined()
    await new Promise(setImmediate)
    expect(world.failures).toBe(1)
    expect(await find('one')).toBeDefined()
    expect(await find('other')).toBeUndefined()
  })
})
