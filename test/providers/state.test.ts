import { describe, expect, it } from 'vitest'
import { createApp } from '../../app/app.ts'
import { GatewayError } from '../../app/errors.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'
import { stagedRuntime } from '../http/stage.ts'

const app = (openState: () => Promise<ReturnType<typeof createMemoryStateStore>>) => {
  const { runtime } = stagedRuntime({ PROVIDER: 'embedded', STATE_DIR: 'disk' })
  return createApp({ ...runtime, openState })
}

const UNAVAILABLE = [
  503,
  '1',
  {
    error: {
      message: 'The state store is not available. Retry the request.',
      type: 'server_error',
      param: null,
      code: 'overloaded',
      details: 'Please try again in 1 seconds',
    },
  },
]

const told = async (answer: Response) => [
  answer.status,
  answer.headers.get('retry-after'),
  await answer.json(),
]

describe('a state store on a disk that fails', () => {
  it('is answered 503 with retry-after while it cannot be opened, and opened by a later request', async () => {
    let isBroken = true
    const { request } = app(async () => {
      if (isBroken) throw new Error('ENOTDIR: not a directory')
      return createMemoryStateStore()
    })
    for (const path of ['/v1/usage', '/v1/chat/completions/chatcmpl-0123456789abcdef']) {
      expect([path, await told(await request(path))]).toEqual([path, UNAVAILABLE])
    }
    isBroken = false
    expect((await request('/v1/usage')).status).toBe(200)
  })

  it('is answered so as well when it fails later', async () => {
    const broken = async () => {
      throw new Error('disk I/O error')
    }
    const { request } = app(async () => ({
      ...createMemoryStateStore(),
      get: broken,
      list: broken,
    }))
    expect(await told(await request('/v1/usage'))).toEqual(UNAVAILABLE)
  })

  it('keeps the words of a store that has its own', async () => {
    const { request } = app(async () => {
      throw new GatewayError('feature-unavailable', 'There is no disk.')
    })
    expect((await (await request('/v1/usage')).json()).error.message).toBe('There is no disk.')
  })
})
