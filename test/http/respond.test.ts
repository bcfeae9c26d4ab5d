import { createRoute } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import type { FrameSource } from '../../app/codecs/streams/pump.ts'
import { GatewayError } from '../../app/errors.ts'
import type { Answer } from '../../app/gateway/answer.ts'
import { respond } from '../../app/http/answers/respond.ts'
import { ANSWER_HEADERS } from '../../app/http/answers/security-headers.ts'
import { endpoint } from '../../app/http/endpoint.ts'
import { stage } from './stage.ts'

const record = (stream: boolean) => ({
  operation: 'chat' as const,
  model: 'm',
  stream,
  provider: 'test',
  usage: { input: 1, output: 2 },
})

const headers = { 'x-outcrop-provider': 'test', 'x-outcrop-attempts': '1' }

const answering = (answer: Answer) =>
  stage({}, [
    endpoint(
      createRoute({ method: 'get', path: '/one/answer', responses: { 200: { description: '' } } }),
      (c) => respond(c, answer),
    ),
  ])

/** Frames that are handed out one by one, then whatever `last` does. */
function framesOf(texts: string[], last: () => Promise<undefined> = async () => undefined) {
  const seen = { cancelled: 0 }
  const left = [...texts]
  const frames: FrameSource = {
    next: async () => left.shift() ?? last(),
    fail: (error) => `data: failed ${error instanceof Error ? error.message : error}\n\n`,
    cancel: () => {
      seen.cancelled++
    },
    keepAlive: ': keep-alive\n\n',
  }
  return { frames, seen }
}

/** Resolves when the app has written its line. */
async function logged(log: () => unknown[]) {
  while (log().length === 0) await new Promise((resolve) => setImmediate(resolve))
  return log()
}

describe('an answer to HEAD', () => {
  it('of a stream is its head; what would have been said is cancelled', async () => {
    const { frames, seen } = framesOf(['data: one\n\n'])
    const { app, log } = answering({ kind: 'stream', frames, headers, record: record(true) })
    const response = await app.request('/one/answer', { method: 'HEAD' })
    expect([response.status, response.body, seen]).toEqual([200, null, { cancelled: 1 }])
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(log()).toMatchObject([{ method: 'HEAD', status_code: 200, outcome: 'answered' }])
  })

  it('of a whole answer tells how many bytes it has', async () => {
    const body = { text: 'né' }
    const { app } = answering({ kind: 'whole', body, headers, record: record(false) })
    const response = await app.request('/one/answer', { method: 'HEAD' })
    expect([response.body, response.headers.get('content-length')]).toEqual([null, '14'])
  })
})

describe('a whole answer', () => {
  it('is JSON with the headers of the gateway and one line in the log', async () => {
    const { app, log } = answering({
      kind: 'whole',
      body: { text: 'né' },
      headers,
      record: record(false),
    })
    const response = await app.request('/one/answer', { headers: { 'x-request-id': 'r-1' } })
    expect(Object.fromEntries(response.headers)).toEqual({
      ...headers,
      ...ANSWER_HEADERS,
      'content-type': 'application/json',
      'x-request-id': 'r-1',
    })
    expect(await response.text()).toBe('{"text":"né"}')
    expect(log()).toMatchObject([
      { id: 'r-1', status_code: 200, model_id: 'm', usage: { total_tokens: 3 }, stream: false },
    ])
  })
})

describe('a streamed answer', () => {
  it('is server-sent events that nobody on the way may gather', async () => {
    const { frames } = framesOf(['data: a\n\n', 'data: b\n\n'])
    const { app, log } = answering({ kind: 'stream', frames, headers, record: record(true) })
    const response = await app.request('/one/answer', { headers: { 'x-request-id': 'r-2' } })
    expect(Object.fromEntries(response.headers)).toEqual({
      ...headers,
      ...ANSWER_HEADERS,
      'cache-control': 'no-cache, no-transform',
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'x-request-id': 'r-2',
    })
    expect(await response.text()).toBe('data: a\n\ndata: b\n\n')
    expect(await logged(log)).toMatchObject([
      { status_code: 200, outcome: 'answered', stream: true, first_token_ms: expect.any(Number) },
    ])
  })

  it('writes its line when it has ended, not when its headers are out', async () => {
    let end = () => {}
    const { frames } = framesOf(
      ['data: a\n\n'],
      () =>
        new Promise((resolve) => {
          end = () => resolve(undefined)
        }),
    )
    const { app, log } = answering({ kind: 'stream', frames, headers, record: record(true) })
    const response = await app.request('/one/answer')
    const reader = response.body!.getReader()
    await reader.read()
    expect(log()).toEqual([])
    end()
    expect((await reader.read()).done).toBe(true)
    expect(await logged(log)).toHaveLength(1)
  })

  it('ends with the frames of its failure, which the log calls a failure', async () => {
    const { frames } = framesOf(['data: a\n\n'], async () => {
      throw new GatewayError('stream-incomplete', 'Broke off.')
    })
    const { app, log } = answering({ kind: 'stream', frames, headers, record: record(true) })
    const response = await app.request('/one/answer')
    expect(await response.text()).toBe('data: a\n\ndata: failed Broke off.\n\n')
    expect(await logged(log)).toMatchObject([
      { level: 'error', outcome: 'failed', error_code: 'stream-incomplete' },
    ])
  })

  it('stops the upstream when its reader leaves, and says 499', async () => {
    const { frames, seen } = framesOf(['data: a\n\n'], () => new Promise(() => {}))
    const { app, log } = answering({ kind: 'stream', frames, headers, record: record(true) })
    const response = await app.request('/one/answer')
    const reader = response.body!.getReader()
    await reader.read()
    await reader.cancel()
    expect(seen.cancelled).toBe(1)
    expect(await logged(log)).toMatchObject([{ status_code: 499, outcome: 'caller-left' }])
  })
})
