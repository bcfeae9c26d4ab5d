import { describe, expect, it } from 'vitest'
import { ADMIN_KEY, accessStage } from '../../http/access-stage.ts'
import { chatting, legacyClient } from './stage.ts'

const keys = (...entries: object[]) => ({
  API_KEYS: JSON.stringify(entries.map((entry, at) => ({ name: `key-${at}`, ...entry }))),
  ADMIN_KEY,
})

const toolNames = async (client: ReturnType<typeof legacyClient>) => {
  const { message } = await client.ask('tools/list')
  return (message.result.tools as { name: string }[]).map(({ name }) => name)
}

describe('a key', () => {
  it('is asked for, in the words of JSON-RPC', async () => {
    const { call } = accessStage(keys({ key: 'sk-of-one-caller' }))
    const { status, headers, message } = await legacyClient(call).ask('tools/list')
    expect([status, message.error.code, message.id]).toEqual([401, -32000, null])
    expect(headers.get('www-authenticate')).toBe('Bearer realm="outcrop"')
    expect((await legacyClient(call, 'sk-of-nobody-here').ask('tools/list')).status).toBe(401)
    expect((await legacyClient(call, 'sk-of-one-caller').ask('tools/list')).status).toBe(200)
  })

  it('is shown no tools of paths it may not call, and may not call them', async () => {
    const { call } = accessStage(
      keys({ key: 'sk-that-only-chats', endpoints: ['/mcp', '/v1/chat/completions'] }),
    )
    const client = legacyClient(call, 'sk-that-only-chats')
    expect(await toolNames(client)).toEqual([
      'openai_chat_completion',
      'openai_chat_completion_list',
    ])
    const { message } = await client.ask('tools/call', { name: 'openai_model_list' })
    expect(message.result).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'This key may not call /v1/models.' }],
    })
  })

  it('has to be allowed the endpoint itself', async () => {
    const { call } = accessStage(keys({ key: 'sk-of-one-caller', endpoints: ['/v1/*'] }))
    const { status, message } = await legacyClient(call, 'sk-of-one-caller').ask('tools/list')
    expect([status, message.error.message]).toEqual([403, 'This key may not call /mcp.'])
  })

  it('is held to its models', async () => {
    const { call } = accessStage(keys({ key: 'sk-of-one-caller', models: ['amazon.*'] }))
    const { message } = await legacyClient(call, 'sk-of-one-caller').ask(
      'tools/call',
      chatting('Hi'),
    )
    expect(message.result).toMatchObject({
      isError: true,
      structuredContent: { error: { code: 'model_not_allowed' } },
    })
  })

  it('sees what manages keys only where it is an admin', async () => {
    const { call } = accessStage(keys({ key: 'sk-of-one-caller' }))
    const admin = await toolNames(legacyClient(call, ADMIN_KEY))
    const others = await toolNames(legacyClient(call, 'sk-of-one-caller'))
    const hidden = admin.filter((name) => !others.includes(name))
    expect(hidden).toContain('outcrop_admin_key')
    expect(hidden).toContain('openai_organization_costs')
    const { message } = await legacyClient(call, 'sk-of-one-caller').ask('tools/call', {
      name: 'outcrop_admin_key_list',
    })
    expect(message.result.isError).toBe(true)
  })
})

describe('limits and meters', () => {
  it('count a tool call once, and other messages not at all', async () => {
    const { call } = accessStage(
      keys({ key: 'sk-of-one-caller', limits: { requests_per_minute: 2 } }),
    )
    const client = legacyClient(call, 'sk-of-one-caller')
    for (let at = 0; at < 4; at++) await client.ask('tools/list')
    const said = async () => (await client.ask('tools/call', chatting('Hi'))).message.result
    expect((await said()).isError).toBeUndefined()
    expect((await said()).isError).toBeUndefined()
    const third = await said()
    expect(third).toMatchObject({
      isError: true,
      structuredContent: { error: { code: 'rate_limit_exceeded' } },
    })
    expect(third.content[0].text).toMatch(/\(Retry after \d+ s\.\)$/)
  })

  it('write down one use for a call, by the key that made it', async () => {
    const { call } = accessStage(keys({ key: 'sk-of-one-caller' }))
    await legacyClient(call, 'sk-of-one-caller').ask('tools/call', chatting('Hi'))
    const { json } = await call('/v1/usage', { key: 'sk-of-one-caller' })
    expect(json.data).toMatchObject([{ model: 'embedded-chat', requests: 1 }])
  })

  it('log the call as a request of its own, by the id of the message', async () => {
    const { call, log } = accessStage(keys({ key: 'sk-of-one-caller' }))
    await legacyClient(call, 'sk-of-one-caller').send(
      { id: 1, method: 'tools/call', params: chatting('Hi') },
      { 'x-request-id': 'mine' },
    )
    const lines = log().filter(({ type }: { type: string }) => type === 'request')
    expect(lines.map(({ path, id }) => [path, id]).sort()).toEqual([
      ['/mcp', 'mine'],
      ['/v1/chat/completions', 'mine'],
    ])
  })
})

describe('pages of other origins', () => {
  const AWS = {
    AWS_REGION: 'us-east-1',
    AWS_BEARER_TOKEN_BEDROCK: 'k',
    API_KEY: 'sk-of-one-caller',
  }
  const origin = { origin: 'https://evil.test' }

  it('are refused, whatever key they show', async () => {
    const { call } = accessStage(AWS)
    const { status, message } = await legacyClient(call, 'sk-of-one-caller').initialize(origin)
    expect([status, message.error.message]).toEqual([
      403,
      'Web pages of this origin may not call here. CORS_ALLOW_ORIGINS on the server can name it.',
    ])
    expect((await legacyClient(call, 'sk-of-one-caller').initialize()).status).toBe(200)
  })

  it('may call where the operator invited them', async () => {
    const { call } = accessStage({ ...AWS, CORS_ALLOW_ORIGINS: 'https://evil.test' })
    expect((await legacyClient(call, 'sk-of-one-caller').initialize(origin)).status).toBe(200)
  })
})

describe('MCP=off', () => {
  it('leaves nothing of it', async () => {
    const { call } = accessStage({ MCP: 'off' })
    expect((await legacyClient(call).initialize()).status).toBe(404)
    const catalog = await call('/.well-known/api-catalog')
    expect(catalog.json.linkset).toHaveLength(1)
    expect((await call('/.well-known/mcp/server-card.json')).status).toBe(404)
    const models = await call('/search_models')
    expect(
      models.json.flatMap((model: { supported_mcp_tools: string[] }) => model.supported_mcp_tools),
    ).toEqual([])
  })
})

describe('messages that cannot be read', () => {
  it.each([
    ['{"jsonrpc": ', 400, -32700],
    ['"hello"', 400, -32600],
    ['{"hello": "there"}', 400, -32600],
  ])('%s', async (body, status, code) => {
    const { call } = accessStage()
    const headers = {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    }
    const answer = await call('/mcp', { body, headers })
    expect([answer.status, answer.json.error.code]).toEqual([status, code])
  })

  it('names a tool that is not there', async () => {
    const { message } = await legacyClient(accessStage().call).ask('tools/call', {
      name: 'nothing',
    })
    expect(message.error).toEqual({ code: -32602, message: 'There is no tool named nothing.' })
  })

  it('takes no other methods', async () => {
    const { status, headers, json } = await accessStage().call('/mcp')
    expect([status, headers.get('allow'), json.error.code]).toEqual([
      405,
      'POST, DELETE, OPTIONS',
      -32601,
    ])
  })
})
