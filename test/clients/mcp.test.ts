import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FilesServer, openFilesServer } from './files-server.ts'
import { CALLS, leastArguments } from './mcp-calls.ts'

const ADMIN = 'the-admin-key-of-this-test'

let server: FilesServer
let alone: FilesServer
beforeAll(async () => {
  const env = { ADMIN_KEY: ADMIN, USAGE: 'true' }
  server = await openFilesServer('disk', env)
  alone = await openFilesServer('disk', { ...env, MCP_SESSIONS: 'false' })
}, 30_000)
afterAll(async () => {
  await server?.close()
  await alone?.close()
})

interface Way {
  name: string
  mode: 'legacy' | 'auto'
  on(): FilesServer
  revision: string
}

const WAYS: Way[] = [
  { name: 'in a session', mode: 'legacy', on: () => server, revision: '2025-11-25' },
  { name: 'without a session', mode: 'legacy', on: () => alone, revision: '2025-11-25' },
  { name: 'without a handshake', mode: 'auto', on: () => server, revision: '2026-07-28' },
]

async function connect({ url }: FilesServer, mode: Way['mode'], key = ADMIN) {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  })
  await client.connect(transport)
  return { client, transport }
}

describe.each(WAYS)("the SDK's client $name", ({ name, mode, on, revision }) => {
  it('speaks the revision of the protocol that goes with it', async () => {
    const { client, transport } = await connect(on(), mode)
    expect(client.getNegotiatedProtocolVersion()).toBe(revision)
    expect(transport.sessionId !== undefined).toBe(name === 'in a session')
    expect(client.getInstructions()).toContain('provider_action')
    await transport.terminateSession()
    await client.close()
  })

  it('calls every tool there is', async () => {
    const { client } = await connect(on(), mode)
    const { tools } = await client.listTools()
    const names = tools.map(({ name }) => name)
    expect(Object.keys(CALLS).filter((name) => !names.includes(name))).toEqual([])
    const answers = new Map<string, unknown>()
    const told = (name: string) => answers.get(name)
    for (const [name, argumentsOf] of Object.entries(CALLS)) {
      const result = await client.callTool({ name, arguments: { ...argumentsOf(told) } })
      expect([name, result.isError, result.content]).toEqual([name, undefined, expect.anything()])
      expect(result.content.length).toBeGreaterThan(0)
      answers.set(name, result.structuredContent)
    }
    for (const { name, inputSchema } of tools.filter((tool) => !(tool.name in CALLS))) {
      const result = await client.callTool({
        name,
        arguments: leastArguments(inputSchema as object),
      })
      const [first] = result.content
      expect([name, first?.type === 'text' && first.text]).not.toEqual([
        name,
        expect.stringMatching(/could not be completed|^$/),
      ])
    }
    await client.close()
  }, 60_000)

  it('hears the words of an answer as they come, and then all of them', async () => {
    const { client } = await connect(on(), mode)
    const heard: string[] = []
    const { content, structuredContent } = await client.callTool(
      {
        name: 'anthropic_message',
        arguments: {
          model: 'embedded-chat',
          max_tokens: 500,
          messages: [{ role: 'user', content: 'Hello' }],
        },
      },
      { onprogress: ({ message }) => heard.push(message ?? '') },
    )
    expect(content).toEqual([{ type: 'text', text: expect.stringContaining('Hello') }])
    expect(heard.length).toBeGreaterThan(1)
    expect(heard.join('')).toBe(content[0]?.type === 'text' && content[0].text)
    expect(structuredContent).toMatchObject({ type: 'message', stop_reason: 'end_turn' })
    await client.close()
  })

  it('reads the models and the API as resources', async () => {
    const { client } = await connect(on(), mode)
    const { resources } = await client.listResources()
    for (const { uri } of resources) {
      const { contents } = await client.readResource({ uri })
      expect(JSON.parse((contents[0] as { text: string }).text)).toBeTruthy()
    }
    expect(resources.map(({ uri }) => uri)).toEqual(['outcrop://models', 'outcrop://openapi'])
    await expect(client.readResource({ uri: 'outcrop://nothing' })).rejects.toThrow()
    await client.close()
  })

  it('is told of a wrong key', async () => {
    await expect(connect(on(), mode, 'sk-wrong')).rejects.toThrow(/401|nauthorized|not valid/)
  })
})

describe('a call that is taken back', () => {
  const SLOW = { EMBEDDED_TOKENS_PER_SECOND: '20' }
  const LONG = {
    name: 'openai_chat_completion',
    arguments: {
      model: 'embedded-chat',
      messages: [{ role: 'user', content: 'Tell me all of it. '.repeat(20) }],
    },
  }
  /** Waits until the log says how the call ended, which is when the model has stopped. */
  const outcome = async ({ running }: FilesServer) => {
    for (;;) {
      const lines = running.output().split('\n')
      const line = lines.find((one) => one.includes('"path":"/v1/chat/completions"'))
      if (line) return JSON.parse(line.slice(line.indexOf('{'))).outcome
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  it.each(['legacy', 'auto'] as const)(
    'stops the model (%s)',
    async (mode) => {
      const own = await openFilesServer('disk', SLOW)
      const { client } = await connect(own, mode, 'sk-files')
      const taken = new AbortController()
      const call = client.callTool(LONG, {
        signal: taken.signal,
        onprogress: () => taken.abort('enough'),
      })
      await expect(call).rejects.toThrow()
      expect(await outcome(own)).toBe('caller-left')
      await client.close()
      await own.close()
    },
    30_000,
  )

  const post = (own: FilesServer, params: object, gone: AbortController) =>
    fetch(`${own.url}/mcp`, {
      method: 'POST',
      signal: gone.signal,
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      headers: {
        authorization: 'Bearer sk-files',
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
      },
    })

  it('is one whose client is gone, where there is no session', async () => {
    const own = await openFilesServer('disk', SLOW)
    const gone = new AbortController()
    const response = await post(own, { ...LONG, _meta: { progressToken: 1 } }, gone)
    expect(response.status).toBe(200)
    gone.abort()
    expect(await outcome(own)).toBe('caller-left')
    await own.close()
  }, 30_000)

  it('is one whose client is gone while it waits for an answer in one piece', async () => {
    const own = await openFilesServer('disk', SLOW)
    const gone = new AbortController()
    const answer = post(own, LONG, gone)
    // The call, what it asks for within, and whoever reads this.
    const headers = { authorization: 'Bearer sk-files' }
    const numbers = async () => (await fetch(`${own.url}/metrics`, { headers })).text()
    while (!(await numbers()).includes('outcrop_requests_in_flight 3')) {}
    gone.abort()
    await expect(answer).rejects.toThrow()
    expect(await outcome(own)).toBe('caller-left')
    await own.close()
  }, 30_000)
})
