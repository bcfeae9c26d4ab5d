import { describe, expect, it } from 'vitest'
import { json, KEYS, stageMetering } from '../usage/stage.ts'

const policies = {
  alice: { limits: { requests_per_minute: 10 }, budget: { day: 5 } },
}
const env = { RATE_LIMIT: 'on', RATE_LIMIT_CONCURRENT: '3', BUDGET_PER_MONTH: '100' }

const ADMIN = {
  id: 'admin',
  name: 'admin',
  source: 'configuration',
  admin: true,
  disabled: false,
  limits: { requests_per_minute: 100, concurrent: 3 },
  remaining: {},
  budget: { month: 100 },
  spent: { month: 0 },
}

describe('/v1/admin/overview', () => {
  it('tells of every key its bounds and what is left of them', async () => {
    const { app, chat, get } = stageMetering(env, policies)
    await (await chat('alice')).text()
    const made = await app.request('/v1/admin/keys', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEYS.admin}` },
      body: JSON.stringify({ name: 'Build', tenant: 'acme', expires_at: 4_000_000_000 }),
    })
    const { id, created_at } = await json(made)
    const body = await json(get('/v1/admin/overview', 'admin'))
    expect(body).toEqual({
      object: 'overview',
      runtime: 'test',
      server_id: expect.any(String),
      providers: ['staged'],
      has_more: false,
      keys: [
        { ...ADMIN, remaining: { requests: 98 } },
        {
          ...ADMIN,
          id: 'alice',
          name: 'alice',
          admin: false,
          limits: { requests_per_minute: 10, concurrent: 3 },
          remaining: { requests: 9 },
          budget: { day: 5 },
          spent: { day: expect.closeTo(0.001625, 9) },
        },
        { ...ADMIN, id: 'bob', name: 'bob', tenant: 'acme', admin: false },
        {
          ...ADMIN,
          id,
          name: 'Build',
          tenant: 'acme',
          source: 'managed',
          admin: false,
          created_at,
          expires_at: 4_000_000_000,
        },
      ],
    })
  })

  it('is for admins, and for the one caller of a server that has no others', async () => {
    expect((await stageMetering().get('/v1/admin/overview', 'alice')).status).toBe(403)
    const { app } = stageMetering({ API_KEYS: '', ADMIN_KEY: '' })
    const body = await json(app.request('/v1/admin/overview'))
    expect(body['keys']).toMatchObject([{ id: 'default', source: 'configuration' }])
  })
})
