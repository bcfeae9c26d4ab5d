import { describe, expect, it } from 'vitest'
import { readConfig } from '../../app/config.ts'
import { listenPolicy, publicPolicy } from '../../app/http/entrance/listen-policy.ts'

const listen = (env: Record<string, string>) => listenPolicy(readConfig(env))
const open = (env: Record<string, string>) => publicPolicy(readConfig(env))

const LONELY = 'No API_KEY is set, so only this machine can call.'

describe('where to listen', () => {
  it('is this machine unless HOST says otherwise', () => {
    expect(listen({})).toEqual({ host: '127.0.0.1', port: 8000, warning: LONELY })
    expect(listen({ API_KEY: 'k', PORT: '0' })).toEqual({ host: '127.0.0.1', port: 0 })
    expect(listen({ AUTH: 'none' })).toEqual({ host: '127.0.0.1', port: 8000 })
  })

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]', '::ffff:127.0.0.1'])(
    'may be %s without a key',
    (HOST) => {
      expect(listen({ HOST }).warning).toBe(LONELY)
    },
  )

  it.each(['0.0.0.0', '::', '10.0.0.1', 'example.com', '127.0.0.1.example.com', '1127.0.0.1'])(
    'may not be %s without a key',
    (HOST) => {
      expect(() => listen({ HOST })).toThrow(
        `HOST=${HOST} would let others call without a key. Set API_KEY, or set AUTH=none`,
      )
    },
  )

  it('may be anywhere with a key, or in so many words', () => {
    expect(listen({ HOST: '0.0.0.0', API_KEY: 'k' })).toEqual({ host: '0.0.0.0', port: 8000 })
    expect(listen({ HOST: '0.0.0.0', AUTH: 'none', API_KEY: 'k' }).warning).toBe(
      'AUTH=none: everybody who reaches 0.0.0.0 can call, and you pay for it.',
    )
  })

  it('does not take AUTH=key without a key', () => {
    expect(() => listen({ AUTH: 'key' })).toThrow('Set API_KEY.')
    expect(() => open({ AUTH: 'key', API_KEY: ' ' })).toThrow('Set API_KEY.')
  })
})

describe('a runtime everybody can reach', () => {
  it('needs a key, or AUTH=none', () => {
    expect(() => open({})).toThrow('This server is reachable from outside and has no key.')
    expect(open({ API_KEY: 'k' })).toEqual({})
    expect(open({ AUTH: 'none' }).warning).toContain('AUTH=none')
  })
})
