import { describe, expect, it } from 'vitest'
import { createApp } from '../../app/app.ts'
import type { ModelCard } from '../../app/ports/models.ts'
import { createScriptedProvider, replyOf } from '../gateway/scripted-provider.ts'
import { ADMIN_KEY, accessStage } from './access-stage.ts'
import { stagedRuntime } from './stage.ts'

const KEYS = {
  alice: 'alice-key-0123456789',
  bob: {
    key: 'bob-key-01234567890',
    tenant: 'acme',
    denied_models: ['amazon.nova-micro*'],
    endpoints: ['/v1/chat/completions', '/v1/models*'],
  },
}

describe('keys of the configuration', () => {
  const { call, chat } = accessStage({ API_KEYS: JSON.stringify(KEYS), API_KEY: 'sole-key' })

  it('let in whoever shows one, and nobody else', async () => {
    for (const key of ['sole-key', KEYS.alice]) expect((await chat(key)).status).toBe(200)
    for (const key of ['sole-kez', 'alice', '', undefined, KEYS.alice.slice(1)]) {
      const { status, json } = await chat(key)
      expect(status, key).toBe(401)
      expect(json.error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_api_key' })
    }
  })

  it('may be held to models and paths', async () => {
    const { key } = KEYS.bob
    expect((await chat(key, 'amazon.nova-lite-v1:0')).status).toBe(200)
    const model = await chat(key, 'amazon.nova-micro-v1:0')
    expect(model.status).toBe(403)
    expect(model.json.error).toMatchObject({
      type: 'permission_error',
      code: 'model_not_allowed',
      param: 'model',
      message: 'This key may not use the model `amazon.nova-micro-v1:0`.',
    })
    const path = await call('/v1/files', { key })
    expect(path.status).toBe(403)
    expect(path.json.error.code).toBe('endpoint_not_allowed')
  })

  it.each<[ModelCard['leadsTo'], object, number]>([
    ['unknown', { models: ['scripted'] }, 200],
    ['unknown', { models: ['other'] }, 403],
    ['unknown', { denied_models: ['other'] }, 403],
    [['a-1', 'a-2'], { models: ['a-*'] }, 200],
    [['a-1', 'a-2'], { models: ['a-1'] }, 403],
    [['a-1', 'a-2'], { denied_models: ['a-2'] }, 403],
    [['a-1', 'a-2'], { denied_models: ['b-*'] }, 200],
  ])('of a profile that leads to %j, held to %j, get %i', async (leadsTo, policy, status) => {
    const scripted = createScriptedProvider({ reply: () => replyOf('yes') }).provider
    const provider: typeof scripted = {
      ...scripted,
      async find(...asked) {
        const found = await scripted.find(...asked)
        return found && { ...found, card: { ...found.card, leadsTo } }
      },
    }
    const key = 'eve-key-01234567890'
    const { runtime } = stagedRuntime({ API_KEYS: JSON.stringify({ eve: { key, ...policy } }) })
    const app = createApp(runtime, { providers: [provider] })
    const answer = await app.request('/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: 'scripted', messages: [{ role: 'user', content: 'Hi' }] }),
    })
    expect(answer.status).toBe(status)
  })

  it('cannot get around a denied path by its spelling', async () => {
    const keys = { eve: { key: 'eve-key-01234567890', denied_endpoints: ['/v1/files*'] } }
    const { call: asEve } = accessStage({ API_KEYS: JSON.stringify(keys) })
    const ways = ['/v1/files', '/v1/%66iles', '/v1/files/', '/v1/files?x=1', '/v1/files/health']
    for (const way of ways) {
      expect((await asEve(way, { key: keys.eve.key })).status, way).toBe(403)
    }
    const headers = { 'anthropic-version': '2023-06-01' }
    expect((await asEve('/v1/files', { key: keys.eve.key, headers })).status).toBe(403)
  })

  it('may stand in a file', async () => {
    const files: string[] = []
    const readTextFile = (path: string) => {
      files.push(path)
      return JSON.stringify([{ name: 'carol', key: 'carol-key-0123456789' }])
    }
    for (const path of ['@keys.json', '/run/keys.json', './keys.json']) {
      const { chat: asCarol } = accessStage({ API_KEYS: path }, { readTextFile })
      expect((await asCarol('carol-key-0123456789')).status).toBe(200)
    }
    expect(files).toEqual(['keys.json', '/run/keys.json', './keys.json'])
  })

  it('end at their time', async () => {
    const keys = { dan: { key: 'dan-key-01234567890', expires_at: 1000 } }
    expect((await accessStage({ API_KEYS: JSON.stringify(keys) }).chat(keys.dan.key)).status).toBe(
      401,
    )
  })

  it.each([
    ['{"a": ', 'API_KEYS: not valid JSON'],
    ['nonsense', 'API_KEYS is neither JSON nor the path of a file'],
    ['{}', 'API_KEYS: it holds no key'],
    ['["secret-0123456789-secret"]', 'API_KEYS: key 1: '],
    ['{"a": "short"}', 'API_KEYS: key 1'],
    ['{"admin": "long-enough-0123456789"}', 'API_KEYS: key 1: a name this server uses itself'],
    [
      '{"a": {"key": "long-enough-0123456789", "deny_models": []}}',
      'Unrecognized key: "deny_models"',
    ],
    [
      '{"a": {"key": "long-enough-0123456789", "tenant": "A/b"}}',
      'API_KEYS: key 1, tenant: not a name',
    ],
    ['{"a": "same-key-0123456789", "b": "same-key-0123456789"}', 'one key stands there twice'],
    ['[{"key": "long-enough-0123456789"}]', 'API_KEYS: key 1, name: '],
    ['@none.json', 'API_KEYS: the file none.json cannot be read'],
  ])('stop the start when they cannot be used: %s', (API_KEYS, words) => {
    const readTextFile = () => {
      throw new Error('ENOENT')
    }
    const start = () => accessStage({ API_KEYS }, { readTextFile })
    expect(start).toThrow(words)
    expect(start).not.toThrow(/0123456789/)
  })

  it('stop the start when two people would be one, or a secret stands where a name belongs', () => {
    const both = { API_KEY: 'one-key-for-all-of-us', ADMIN_KEY: 'one-key-for-all-of-us' }
    expect(() => accessStage(both)).toThrow('hold the same key')
    const turned = { API_KEYS: '{"sk-canary-0123456789!": "alice"}' }
    expect(() => accessStage(turned)).toThrow('API_KEYS: key 1')
    expect(() => accessStage(turned)).not.toThrow(/canary/)
    expect(() => accessStage({ ADMIN_KEY: 'short' })).toThrow('ADMIN_KEY: shorter than 16')
    expect(() => accessStage({ ADMIN_KEY: 'short' })).not.toThrow(/"short"/)
  })
})

describe('the admin key', () => {
  it('may do everything, and nobody else may manage', async () => {
    const { call, chat, mint } = accessStage({ ADMIN_KEY })
    expect((await chat(ADMIN_KEY)).status).toBe(200)
    expect((await call('/v1/admin/keys', { key: ADMIN_KEY })).status).toBe(200)
    const plain = await mint({ name: 'plain' })
    const admin = await mint({ name: 'second', admin: true })
    const refused = await call('/v1/admin/keys', { key: plain.key })
    expect(refused.status).toBe(403)
    expect(refused.json.error).toMatchObject({ code: 'admin_required', type: 'permission_error' })
    expect((await call('/v1/admin/keys', { key: admin.key })).status).toBe(200)
  })

  it('is the only one that is asked for where everybody may call', async () => {
    const { call, chat } = accessStage({ AUTH: 'none', ADMIN_KEY })
    expect((await chat(undefined)).status).toBe(200)
    expect((await call('/v1/admin/keys')).status).toBe(403)
    expect((await call('/v1/admin/keys', { key: ADMIN_KEY })).status).toBe(200)
  })

  it('is nobody on a server without keys', async () => {
    const { json, status } = await accessStage().call('/v1/admin/keys')
    expect(status).toBe(403)
    expect(json.error.message).toBe('This server has no admin. Set ADMIN_KEY on it.')
  })
})

describe('managed keys at the door', () => {
  it('filter what is listed', async () => {
    const { call, mint } = accessStage({ ADMIN_KEY, MODEL_ALIASES: '{"muse":"embedded-reasoner"}' })
    const { key } = await mint({ models: ['embedded-*'], denied_models: ['*reasoner'] })
    const idsOf = (list: { id: string }[]) => list.map(({ id }) => id).toSorted()
    const all = idsOf((await call('/v1/models', { key: ADMIN_KEY })).json.data)
    const expected = all.filter((id) => id.startsWith('embedded-') && !id.endsWith('reasoner'))
    expect(expected.length).toBeLessThan(all.length)
    expect(idsOf((await call('/v1/models', { key })).json.data)).toEqual(expected)
    expect(idsOf((await call('/search_models', { key })).json)).toEqual(expected)
    for (const path of ['/v1/models/embedded-reasoner', '/anthropic/v1/models/muse']) {
      expect((await call(path, { key })).status, path).toBe(404)
      expect((await call(path, { key: ADMIN_KEY })).status, path).toBe(200)
    }
    expect((await call('/v1/models/embedded-chat', { key })).status).toBe(200)
    const claude = (await call('/anthropic/v1/models?limit=1000', { key })).text
    expect(claude).not.toContain('reasoner')
    expect((await call('/v1/mappings', { key })).json.data).toEqual([])
    expect((await call('/v1/mappings', { key: ADMIN_KEY })).json.data).toMatchObject([
      { name: 'muse' },
    ])
  })

  it('are refused every other way to a model as well', async () => {
    const { call, mint } = accessStage({
      ADMIN_KEY,
      MODEL_ALIASES: '{"fast":"amazon.nova-micro-v1:0"}',
    })
    const { key } = await mint({ denied_models: ['amazon.nova-micro*'] })
    const messages = [{ role: 'user', content: 'Hello' }]
    for (const model of ['fast', 'amazon.nova-micro-v1:0', 'amazon.nova-micro*']) {
      const chat = await call('/v1/chat/completions', { key, body: { model, messages } })
      expect([400, 403], model).toContain(chat.status)
      const claude = await call('/v1/messages', { key, body: { model, messages, max_tokens: 9 } })
      expect([400, 403], model).toContain(claude.status)
      const count = await call('/v1/messages/count_tokens', { key, body: { model, messages } })
      expect([400, 403], model).toContain(count.status)
    }
    const named = await mint({ models: ['fast'] })
    const chat = (model: string) =>
      call('/v1/chat/completions', { key: named.key, body: { model, messages } })
    expect((await chat('fast')).status).toBe(200)
    expect((await chat('amazon.nova-micro-v1:0')).status).toBe(403)
  })

  it('answer 503 with retry-after when the store cannot be asked, and open paths go on', async () => {
    const broken = async () => {
      throw new Error('the disk is gone')
    }
    const { call, log } = accessStage({ ADMIN_KEY, STATE_DIR: '/nowhere' }, { openState: broken })
    const key = `oc-${'a'.repeat(14)}-${'B'.repeat(43)}`
    const refused = await call('/v1/models', { key })
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.json.error.code).toBe('keys_unavailable')
    expect(log().at(-1).error_detail).toContain('Error: the disk is gone')
    expect((await call('/health', { key })).status).toBe(200)
    expect((await call('/v1/models', { key: ADMIN_KEY })).status).toBe(200)
    expect((await call('/v1/models', { key: 'wrong' })).status).toBe(401)
    const admin = await call('/v1/admin/keys', { key: ADMIN_KEY })
    expect(admin).toMatchObject({ status: 503, json: { error: { code: 'keys_unavailable' } } })
  })
})
