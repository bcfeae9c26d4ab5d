import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createUndiciTransport } from '../../runtimes/calling/undici-transport.ts'
import { bodyOf, openScriptedUpstream } from './scripted-upstream.ts'
import { transportContract } from './transport-contract.ts'

transportContract('undici', () => createUndiciTransport())

const { signal } = new AbortController()

describe('undici', () => {
  it('hands over together what arrived together', async () => {
    const upstream = await openScriptedUpstream()
    upstream.script((_, response) => {
      response.flushHeaders()
      setImmediate(() => {
        response.cork()
        for (let index = 0; index < 8; index++) response.write(`frame ${index};`)
        response.uncork()
        response.end()
      })
    })
    const { body } = await createUndiciTransport().send(
      { method: 'GET', origin: upstream.origin, path: '/', headers: {} },
      { signal },
    )
    expect(Buffer.from((await body.read())!).toString()).toBe(
      'frame 0;frame 1;frame 2;frame 3;frame 4;frame 5;frame 6;frame 7;',
    )
    await upstream.close()
  })

  it('says `timeout` when a connection does not stand in time', async () => {
    // A TCP listener that never answers the TLS greeting.
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    await expect(
      createUndiciTransport().send(
        { method: 'GET', origin: `https://127.0.0.1:${port}`, path: '/', headers: {} },
        { signal, connectTimeout: 50 },
      ),
    ).rejects.toMatchObject({ code: 'timeout' })
    silent.close()
  })

  it('goes through a proxy where one is named', async () => {
    const proxy = await openScriptedUpstream()
    proxy.script(async (request, response) => {
      response.end(`${request.method} ${request.url} ${await bodyOf(request)}`)
    })
    const transport = createUndiciTransport({ HTTP_PROXY: proxy.origin })
    const answer = await transport.send(
      { method: 'POST', origin: 'http://bedrock.test', path: '/x', headers: {}, body: 'hi' },
      { signal },
    )
    expect(await answer.text()).toBe('POST http://bedrock.test/x hi')
    await proxy.close()
  })
})
