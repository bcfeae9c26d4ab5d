import { describe, expect, it } from 'vitest'
import { ADMIN_KEY, accessStage } from '../../http/access-stage.ts'

function staged() {
  const stage = accessStage({ ADMIN_KEY })
  const admin = (path: string, options: { method?: string; body?: unknown } = {}) =>
    stage.call(`/v1/admin/keys${path}`, { key: ADMIN_KEY, ...options })
  return { ...stage, admin }
}

const POLICY = {
  name: 'build server',
  tenant: 'acme',
  models: ['amazon.*'],
  denied_models: ['*-micro*'],
  endpoints: ['/v1/chat/completions'],
  limits: { requests_per_minute: 60, tokens_per_minute: 10_000, concurrent: 4 },
  budget: { day: 5, month: 100.5 },
  expires_at: 4102444800,
  tags: { team: 'red' },
  aws: {
    role_arn: 'arn:aws:iam::111122223333:role/outcrop/acme',
    external_id: 'x-7',
    profiles: {
      'amazon.nova-lite-v1:0':
        'arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc',
    },
  },
}

describe('POST /v1/admin/keys', () => {
  it('makes a key and tells it once', async () => {
    const { admin } = staged()
    const { status, json, headers } = await admin('', { body: POLICY })
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toBe('no-store')
    const { key, ...told } = json
    expect(key).toBe(`oc-${json.id}-${key.split('-')[2]}`)
    expect(told).toEqual({
      ...POLICY,
      id: expect.stringMatching(/^[a-z0-9]{14}$/),
      object: 'key',
      created_at: expect.any(Number),
      disabled: false,
    })
    expect((await admin(`/${json.id}`)).json).toEqual(told)
    expect((await admin('')).json).toEqual({
      object: 'list',
      data: [told],
      first_id: json.id,
      last_id: json.id,
      has_more: false,
    })
  })

  it.each([
    [{ tenant: 'A B' }, 'tenant'],
    [{ tenant: '../x' }, 'tenant'],
    [{ models: 'all' }, 'models'],
    [{ models: [''] }, 'models[0]'],
    [{ denied_model: ['x'] }, 'denied_model'],
    [{ limits: { requests_per_minute: -1 } }, 'limits.requests_per_minute'],
    [{ limits: { requests_per_minute: 1.5 } }, 'limits.requests_per_minute'],
    [{ limits: { rpm: 1 } }, 'limits.rpm Unknown parameter'],
    [{ budget: { day: 'ten' } }, 'budget.day'],
    [{ expires_at: '2030-01-01' }, 'expires_at'],
    [{ expires_at: 1_798_761_600_000 }, 'expires_at'],
    [{ endpoints: ['/v1/chat/completions', 'v1/models'] }, 'endpoints[1]'],
    [{ denied_endpoints: ['v1/files*'] }, 'denied_endpoints[0]'],
    [{ denied_endpoints: ['POST /v1/files'] }, 'denied_endpoints[0]'],
    [{ tags: { a: 1 } }, 'tags.a'],
    [{ aws: { role_arn: 'arn:aws:iam::1:user/x' } }, 'aws.role_arn'],
    [{ aws: { external_id: 'ä' } }, 'aws.external_id'],
    [{ aws: { profiles: { m: 'arn:aws:bedrock:x:1:prompt/p' } } }, 'aws.profiles.m'],
    [{ admin: 'yes' }, 'admin'],
    [{ id: 'mine' }, 'id'],
  ])('refuses %j', async (policy, param) => {
    const { status, json } = await staged().admin('', { body: policy })
    expect(status).toBe(400)
    expect(`${json.error.param} ${json.error.message}`).toContain(param)
  })

  it('refuses what is no JSON object', async () => {
    const { admin } = staged()
    for (const body of ['', '[]', '{"a', 'null']) {
      expect((await admin('', { body, method: 'POST' })).status, body).toBe(400)
    }
  })
})

describe('a key that is changed', () => {
  it('keeps what is not named and loses what is null', async () => {
    const { admin } = staged()
    const { id } = (await admin('', { body: POLICY })).json
    const body = { models: null, name: null, tags: { team: 'blue' } }
    const { status, json } = await admin(`/${id}`, { body })
    const { models: _, name: __, ...rest } = POLICY
    expect(status).toBe(200)
    expect(json).toMatchObject({ ...rest, tags: { team: 'blue' } })
    expect(json).not.toHaveProperty('models')
    expect(json).not.toHaveProperty('name')
    expect((await admin(`/${id}`, { body: { nmae: 'x' } })).status).toBe(400)
  })

  it('is closed and opened again at once', async () => {
    const { admin, chat } = staged()
    const { id, key } = (await admin('', { body: {} })).json
    expect((await chat(key)).status).toBe(200)
    expect((await admin(`/${id}/disable`, { method: 'POST' })).json.disabled).toBe(true)
    expect((await chat(key)).status).toBe(401)
    expect((await admin(`/${id}/enable`, { method: 'POST' })).json.disabled).toBe(false)
    expect((await chat(key)).status).toBe(200)
  })

  it('is rotated, with an overlap where one is asked for', async () => {
    const { admin, chat } = staged()
    const first = (await admin('', { body: { name: 'x' } })).json
    const second = (await admin(`/${first.id}/rotate?overlap_seconds=60`, { method: 'POST' })).json
    expect(second).toMatchObject({
      id: first.id,
      name: 'x',
      rotated_at: expect.any(Number),
      overlaps_until: expect.any(Number),
    })
    for (const { key } of [first, second]) expect((await chat(key)).status).toBe(200)
    const third = (await admin(`/${first.id}/rotate`, { method: 'POST' })).json
    expect(third).not.toHaveProperty('overlaps_until')
    for (const { key } of [first, second]) expect((await chat(key)).status).toBe(401)
    expect((await chat(third.key)).status).toBe(200)
    // A shell's variable that is not set must not be the end of the secret that is in use.
    const unset = await admin(`/${first.id}/rotate?overlap_seconds=`, { method: 'POST' })
    expect([unset.status, unset.json.error.param]).toEqual([400, 'overlap_seconds'])
    const wrong = await admin(`/${first.id}/rotate?overlap_seconds=-1`, { method: 'POST' })
    expect(wrong.status).toBe(400)
  })

  it('is rotated by a body as well, which is not taken for nothing', async () => {
    const { admin, chat } = staged()
    const first = (await admin('', { body: {} })).json
    const second = await admin(`/${first.id}/rotate`, { body: { overlap_seconds: 60 } })
    expect(second.json).toMatchObject({ id: first.id, overlaps_until: expect.any(Number) })
    expect((await chat(first.key)).status).toBe(200)
    for (const body of [{ overlap: 60 }, { overlap_seconds: '60' }, { overlap_seconds: -1 }]) {
      expect((await admin(`/${first.id}/rotate`, { body })).status).toBe(400)
    }
    for (const { key } of [first, second.json]) expect((await chat(key)).status).toBe(200)
    const both = await admin(`/${first.id}/rotate?overlap_seconds=60`, { body: {} })
    expect(both.json).toHaveProperty('overlaps_until')
  })

  it('is gone when it is deleted', async () => {
    const { admin, chat } = staged()
    const { id, key } = (await admin('', { body: {} })).json
    expect((await chat(key)).status).toBe(200)
    const { json } = await admin(`/${id}`, { method: 'DELETE' })
    expect(json).toEqual({ id, object: 'key.deleted', deleted: true })
    expect((await chat(key)).status).toBe(401)
    for (const [path, method] of [
      [`/${id}`, 'GET'],
      [`/${id}`, 'DELETE'],
      [`/${id}/rotate`, 'POST'],
      [`/${id}/enable`, 'POST'],
    ] as const) {
      const gone = await admin(path, { method })
      expect([gone.status, gone.json.error.code], path).toEqual([404, 'key_not_found'])
    }
    expect((await admin(`/${id}`, { body: {} })).status).toBe(404)
  })
})

describe('the list of keys', () => {
  it('comes in pages and by tenant', async () => {
    const { admin } = staged()
    for (const tenant of ['a', 'b', 'a']) await admin('', { body: { tenant } })
    const first = (await admin('?limit=2')).json
    expect(first).toMatchObject({ data: [{}, {}], has_more: true })
    expect((await admin(`?limit=2&after=${first.last_id}`)).json).toMatchObject({
      data: [{}],
      has_more: false,
    })
    expect((await admin('?tenant=a')).json.data).toHaveLength(2)
    expect((await admin('?limit=0')).status).toBe(400)
  })
})

describe('whoever is no admin', () => {
  it('may do none of this', async () => {
    const { admin, call } = staged()
    const { id, key } = (await admin('', { body: {} })).json
    const ways: [string, string, unknown?][] = [
      ['GET', ''],
      ['POST', '', {}],
      ['GET', `/${id}`],
      ['POST', `/${id}`, { admin: true }],
      ['DELETE', `/${id}`],
      ['POST', `/${id}/rotate`],
      ['POST', `/${id}/disable`],
      ['POST', `/${id}/enable`],
    ]
    for (const [method, path, body] of ways) {
      const asked = `/v1/admin/keys${path}`
      expect((await call(asked, { key, method, body })).status, `${method} ${path}`).toBe(403)
      expect((await call(asked, { method, body })).status, `${method} ${path}`).toBe(401)
    }
    expect((await admin(`/${id}`)).json).toMatchObject({ id, disabled: false })
  })
})
