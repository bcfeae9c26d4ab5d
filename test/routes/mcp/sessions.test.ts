import { describe, expect, it, vi } from 'vitest'
import { createMemoryStateStore } from '../../../app/providers/embedded/memory-state-store.ts'
import { accessStage } from '../../http/access-stage.ts'
import { chatting, legacyClient } from './stage.ts'

const ANNE = 'sk-the-key-of-anne'
const BERT = 'sk-the-key-of-bert'
const KEYS = {
  API_KEYS: JSON.stringify([
    { key: ANNE, name: 'anne' },
    { key: BERT, name: 'bert' },
  ]),
}

async function begun(call: ReturnType<typeof accessStage>['call'], key?: string) {
  const client = legacyClient(call, key)
  const { status, headers } = await client.initialize()
  const session = headers.get('mcp-session-id')
  expect([status, typeof session]).toEqual([200, 'string'])
  const within = { 'mcp-session-id': session!, 'mcp-protocol-version': '2025-11-25' }
  await client.send({ method: 'notifications/initialized' }, within)
  return { client, within, session: session! }
}

const end = (
  call: ReturnType<typeof accessStage>['call'],
  headers: Record<string, string>,
  key?: string,
) => call('/mcp', { method: 'DELETE', headers, ...(key !== undefined && { key }) })

describe('a session', () => {
  it('goes on by its id until it is ended', async () => {
    const { call } = accessStage()
    const { client, within } = await begun(call)
    const { message, headers } = await client.ask('tools/call', chatting('Hello'), within)
    expect(message.result.content[0].text).toContain('Hello')
    expect(headers.get('mcp-session-id')).toBe(within['mcp-session-id'])
    expect((await end(call, within)).status).toBe(204)
    const gone = await client.ask('tools/list', {}, within)
    expect([gone.status, gone.message.error.code]).toEqual([404, -32001])
    expect((await end(call, within)).status).toBe(404)
  })

  it('answers in one piece where nothing comes before the answer, whatever its size', async () => {
    const { call } = accessStage()
    const { client, within } = await begun(call)
    const speech = {
      name: 'openai_audio_speech',
      arguments: {
        model: 'embedded-speech',
        input: 'A river in the hills. '.repeat(30),
        voice: 'alloy',
        response_format: 'wav',
      },
    }
    const json = 'application/json'
    const typeOf = ({ headers }: { headers: Headers }) => headers.get('content-type')
    for (const headers of [within, {}]) {
      const listed = await client.ask('tools/list', {}, headers)
      expect([typeOf(listed), listed.message.result.tools.length > 9]).toEqual([json, true])
      const spoken = await client.ask('tools/call', speech, headers)
      expect(typeOf(spoken)).toBe(json)
      expect(spoken.message.result.content[0].data.length).toBeGreaterThan(1024 * 1024)
      const unknown = await client.ask('tools/call', { name: 'nothing' }, headers)
      expect([typeOf(unknown), unknown.message.error.code]).toEqual([json, -32602])
      const told = { ...speech, _meta: { progressToken: 1 } }
      const awaited = await client.ask('tools/call', told, headers)
      expect(typeOf(awaited)).toContain('text/event-stream')
    }
    const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' })
    const types = { accept: 'application/json, text/event-stream', 'content-type': json }
    const headers = { ...types, ...within }
    const several = await call('/mcp', { body: [ping(1), ping(2)], headers })
    expect(JSON.parse(several.text)).toMatchObject([
      { id: 1, result: {} },
      { id: 2, result: {} },
    ])
  })

  it('is nobody else’s', async () => {
    const { call } = accessStage(KEYS)
    const { client, within } = await begun(call, ANNE)
    const stranger = await legacyClient(call, BERT).ask('tools/list', {}, within)
    expect([stranger.status, stranger.message.error.code]).toEqual([404, -32001])
    expect((await end(call, within, BERT)).status).toBe(404)
    expect((await client.ask('tools/list', {}, within)).status).toBe(200)
  })

  it('shows its tools what belongs to the caller alone', async () => {
    const { call } = accessStage(KEYS)
    const anne = await begun(call, ANNE)
    const bert = await begun(call, BERT)
    const kept = await anne.client.ask(
      'tools/call',
      chatting('Secret', { store: true }),
      anne.within,
    )
    const get = {
      name: 'openai_chat_completion_get',
      arguments: { completion_id: kept.message.result.structuredContent.id },
    }
    const own = await anne.client.ask('tools/call', get, anne.within)
    const others = await bert.client.ask('tools/call', get, bert.within)
    expect(own.message.result.isError).toBeUndefined()
    expect(others.message.result.isError).toBe(true)
    expect(others.text).not.toContain('Secret')
  })

  it('is taken up by another instance that shares the state', async () => {
    const state = createMemoryStateStore()
    const shared = { openState: () => state }
    const one = accessStage({}, shared)
    const other = accessStage({}, shared)
    const { within } = await begun(one.call)
    const { message } = await legacyClient(other.call).ask('tools/call', chatting('Hello'), within)
    expect(message.result.content[0].text).toContain('Hello')
    expect((await end(other.call, within)).status).toBe(204)
    expect((await legacyClient(one.call).ask('tools/list', {}, within)).status).toBe(404)
  })

  it('is over when nobody used it for its time, and lasts while it is used', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const { call } = accessStage({ MCP_SESSION_MINUTES: '10' })
      const { client, within } = await begun(call)
      const usedAfter = async (minutes: number) => {
        vi.setSystemTime(Date.now() + minutes * 60_000)
        return (await client.ask('tools/list', {}, within)).status
      }
      expect([await usedAfter(8), await usedAfter(8), await usedAfter(11)]).toEqual([200, 200, 404])
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('without a session', () => {
  it('every message stands alone', async () => {
    const { message } = await legacyClient(accessStage().call).ask('tools/call', chatting('Hello'))
    expect(message.result.content[0].text).toContain('Hello')
  })

  it('nobody is given one where they are switched off, or by default on Lambda and Workers', async () => {
    const off = accessStage({ MCP_SESSIONS: 'false' })
    const transient = accessStage({}, { transient: true })
    const asked = accessStage({ MCP_SESSIONS: 'true' }, { transient: true })
    const sessions = [off, transient, asked].map(async ({ call }) =>
      (await legacyClient(call).initialize()).headers.has('mcp-session-id'),
    )
    expect(await Promise.all(sessions)).toEqual([false, false, true])
  })
})
