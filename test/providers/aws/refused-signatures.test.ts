import { describe, expect, it } from 'vitest'
import type { AwsCredentials, CredentialSource } from '../../../app/ports/aws-credentials.ts'
import type { Transport, UpstreamRequest } from '../../../app/ports/transport.ts'
import { type AwsRequest, createAwsCall } from '../../../app/providers/aws/call.ts'
import { createEndpoints } from '../../../app/providers/aws/endpoints.ts'
import { refreshingCredentials } from '../../../app/providers/aws/refreshing-credentials.ts'
import { sigV4Signer } from '../../../app/providers/aws/sign.ts'

const MINUTE = 60_000
const TRUE_TIME = Date.UTC(2026, 10, 22, 3, 13)
const REQUEST: AwsRequest = {
  service: 'bedrock-runtime',
  region: 'us-east-1',
  method: 'POST',
  path: '/model/x/converse',
  body: '{}',
}
const KEYS: AwsCredentials = { accessKeyId: 'AK', secretAccessKey: 'secret', sessionToken: 'one' }

interface Refusal {
  status: number
  type: string
}

/** An AWS that judges each request, and whose own time is told in every answer. */
function awsThat(judge: (headers: Readonly<Record<string, string>>) => Refusal | undefined) {
  const seen: UpstreamRequest[] = []
  const transport: Transport = {
    async send(request) {
      seen.push(request)
      const { status, type } = judge(request.headers) ?? { status: 200, type: undefined }
      const headers: Record<string, string | undefined> = {
        'x-amzn-errortype': type,
        date: new Date(TRUE_TIME).toUTCString(),
      }
      return {
        status,
        header: (name) => headers[name],
        body: { read: async () => undefined, cancel() {} },
        text: async () => JSON.stringify({ message: `refused: ${type}` }),
      }
    },
  }
  return { transport, seen }
}

function callOf(transport: Transport, credentials: CredentialSource, now: () => number) {
  const call = createAwsCall({
    transport,
    endpoints: createEndpoints({}),
    sign: sigV4Signer({ credentials, now }),
    connectTimeout: 1000,
  })
  return () => call(REQUEST, new AbortController().signal)
}

const fixed: CredentialSource = { describe: 'test', current: () => KEYS }

const stampOf = (time: number) =>
  `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
const timeOf = (stamp = '') =>
  Date.parse(stamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))

/** AWS takes no signature that is more than five minutes off. */
const judgeTime = (status: number, type: string) => (headers: Readonly<Record<string, string>>) =>
  Math.abs(timeOf(headers['x-amz-date']) - TRUE_TIME) > 5 * MINUTE ? { status, type } : undefined

describe('a clock that is wrong', () => {
  it.each([
    ['ten minutes behind', -10, 403, 'InvalidSignatureException'],
    ['ten minutes ahead', 10, 403, 'SignatureDoesNotMatch'],
    ['a day behind', -24 * 60, 400, 'RequestExpired'],
  ])('%s is set by the time of AWS, once', async (_, minutes, status, type) => {
    const { transport, seen } = awsThat(judgeTime(status, type))
    const ask = callOf(transport, fixed, () => TRUE_TIME + minutes * MINUTE)
    expect((await ask()).status).toBe(200)
    expect((await ask()).status).toBe(200)
    expect(seen.map(({ headers }) => headers['x-amz-date'])).toEqual([
      stampOf(TRUE_TIME + minutes * MINUTE),
      stampOf(TRUE_TIME),
      stampOf(TRUE_TIME),
    ])
  })

  it('costs one more call each where several ask before it is set', async () => {
    const { transport, seen } = awsThat(judgeTime(403, 'InvalidSignatureException'))
    const ask = callOf(transport, fixed, () => TRUE_TIME - 10 * MINUTE)
    const answers = await Promise.all([ask(), ask(), ask()])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(seen).toHaveLength(6)
  })

  it('is believed again when it has been put right', async () => {
    let off = -10 * MINUTE
    const { transport, seen } = awsThat(judgeTime(403, 'InvalidSignatureException'))
    const ask = callOf(transport, fixed, () => TRUE_TIME + off)
    await ask()
    off = 0
    await ask()
    expect(seen.map(({ headers }) => timeOf(headers['x-amz-date']) - TRUE_TIME)).toEqual([
      -10 * MINUTE,
      0,
      10 * MINUTE,
      0,
    ])
  })

  it('is not to blame for a wrong secret, nor for a refusal of another kind', async () => {
    for (const [type, now] of [
      ['InvalidSignatureException', TRUE_TIME],
      ['ValidationException', TRUE_TIME - 10 * MINUTE],
    ] as const) {
      const { transport, seen } = awsThat(() => ({ status: 403, type }))
      await expect(callOf(transport, fixed, () => now)()).rejects.toThrow()
      expect(seen).toHaveLength(1)
    }
  })
})

describe('a session that AWS says is over', () => {
  const judgeToken = (headers: Readonly<Record<string, string>>) =>
    headers['x-amz-security-token'] === 'one'
      ? { status: 403, type: 'ExpiredTokenException' }
      : undefined

  /** A source that gives sessions by these names, one after the other. */
  function sourceOf(...tokens: (string | Error)[]) {
    let now = TRUE_TIME
    let fetched = 0
    const source = refreshingCredentials('test', {
      now: () => now,
      async fetch() {
        const token = tokens[Math.min(fetched++, tokens.length - 1)]!
        if (token instanceof Error) throw token
        return { ...KEYS, sessionToken: token }
      },
    })
    const pass = (milliseconds: number) => {
      now += milliseconds
    }
    return { source, pass, fetched: () => fetched, now: () => now }
  }

  it('is replaced by the next one, once for all who ask', async () => {
    const { source, fetched, now } = sourceOf('one', 'two')
    const { transport, seen } = awsThat(judgeToken)
    const ask = callOf(transport, source, now)
    const answers = await Promise.all([ask(), ask(), ask()])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect([fetched(), seen.length]).toEqual([2, 6])
  })

  it.each([['one'], [new Error('IMDS is down')]])(
    'is told where there is no other, and looked for every ten seconds: %s',
    async (second) => {
      const { source, pass, fetched, now } = sourceOf('one', second)
      const { transport, seen } = awsThat(judgeToken)
      const ask = callOf(transport, source, now)
      const refused = { code: 'upstream', cause: { type: 'ExpiredTokenException' } }
      await expect(ask()).rejects.toMatchObject(refused)
      await expect(ask()).rejects.toMatchObject(refused)
      expect([fetched(), seen.length]).toEqual([2, 2])
      pass(10_000)
      await expect(ask()).rejects.toMatchObject(refused)
      expect(fetched()).toBe(3)
    },
  )

  it('is told of once where many ask and the next one cannot be had', async () => {
    const failures: unknown[] = []
    let fetched = 0
    const source = refreshingCredentials('test', {
      now: () => TRUE_TIME,
      async fetch() {
        if (fetched++ === 0) return KEYS
        await new Promise((resolve) => setTimeout(resolve))
        throw new Error('IMDS is down')
      },
      onFailure: (error) => failures.push(error),
    })
    const { transport } = awsThat(judgeToken)
    const ask = callOf(transport, source, () => TRUE_TIME)
    await Promise.allSettled([ask(), ask(), ask()])
    expect([fetched, failures]).toEqual([2, [new Error('IMDS is down')]])
  })

  it('is told at once where credentials cannot change', async () => {
    const { transport, seen } = awsThat(judgeToken)
    await expect(callOf(transport, fixed, () => TRUE_TIME)()).rejects.toMatchObject({
      code: 'upstream',
    })
    expect(seen).toHaveLength(1)
  })
})
