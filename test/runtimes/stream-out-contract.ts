import { once } from 'node:events'
import { type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sink, StreamOut } from '../../app/ports/stream-out.ts'
import { standstill, turn } from './standstill.ts'

const MEGABYTE = 'x'.repeat(1024 * 1024)

/** What every way out must do, seen by a reader behind a real connection. */
export function streamOutContract(name: string, streamOut: StreamOut) {
  describe(`${name} keeps the stream-out contract`, () => {
    let server: Server
    let port: number
    let run: (sink: Sink) => Promise<void>
    let beforeOpening: () => Promise<void> | void = () => {}
    let left: string[] = []
    let onLeave = () => {}

    beforeAll(async () => {
      const app = new Hono().get('/', async (c) => {
        await beforeOpening()
        return streamOut(
          {
            status: 202,
            headers: { 'content-type': 'text/event-stream', 'x-id': '7' },
            env: c.env,
            onLeave() {
              left.push('left')
              onLeave()
            },
          },
          (sink) => run(sink),
        )
      })
      server = createAdaptorServer({ fetch: app.fetch }) as Server
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      port = (server.address() as AddressInfo).port
    })
    afterAll(async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    })

    function begin(): Promise<IncomingMessage> {
      left = []
      return new Promise((resolve, reject) => {
        request({ host: '127.0.0.1', port, agent: false })
          .on('response', resolve)
          .on('error', reject)
          .end()
      })
    }

    it('gives the reader head, text and end', async () => {
      run = async (sink) => {
        await sink.write('data: żółw\n\n')
        await sink.write('data: [DONE]\n\n')
        sink.end()
      }
      const response = await begin()
      expect({
        status: response.statusCode,
        type: response.headers['content-type'],
        id: response.headers['x-id'],
        text: await wholeText(response),
        left,
      }).toEqual({
        status: 202,
        type: 'text/event-stream',
        id: '7',
        text: 'data: żółw\n\ndata: [DONE]\n\n',
        left: [],
      })
    })

    it('sends the head before there is any text, and each text when it is written', async () => {
      const gates = [deferred(), deferred()]
      run = async (sink) => {
        await gates[0]!.promise
        await sink.write('one')
        await gates[1]!.promise
        await sink.write('two')
        sink.end()
      }
      const response = await begin()
      const heard: string[] = []
      response.setEncoding('utf8').on('data', (text) => heard.push(text))
      gates[0]!.resolve()
      await once(response, 'data')
      expect(heard).toEqual(['one'])
      gates[1]!.resolve()
      await once(response, 'end')
      expect(heard).toEqual(['one', 'two'])
    })

    it('makes the writer wait for a slow reader', async () => {
      let written = 0
      run = async (sink) => {
        for (; written < 64; written++) await sink.write(MEGABYTE)
        sink.end()
      }
      const response = await begin()
      await standstill(() => written)
      const before = written
      expect(before).toBeLessThan(48)
      expect((await wholeText(response)).length).toBe(64 * MEGABYTE.length)
    })

    it('tells once that the reader left, and wakes the writer', async () => {
      const finished = deferred()
      run = async (sink) => {
        let gone = false
        onLeave = () => {
          gone = true
        }
        while (!gone) await (sink.write(MEGABYTE) ?? turn())
        await sink.write('nobody hears this')
        sink.end()
        finished.resolve()
      }
      const response = await begin()
      await once(response, 'readable')
      response.destroy()
      await finished.promise
      await turn()
      expect(left).toEqual(['left'])
    })

    it('tells so also when the reader left before the head', async () => {
      const entered = deferred()
      const gone = deferred()
      const finished = deferred()
      beforeOpening = () => {
        entered.resolve()
        return gone.promise
      }
      onLeave = finished.resolve
      run = async (sink) => {
        await finished.promise
        sink.end()
      }
      left = []
      server.once('request', (_, response) => response.on('close', gone.resolve))
      const asking = request({ host: '127.0.0.1', port, agent: false }).on('error', () => {})
      asking.end()
      await entered.promise
      asking.destroy()
      await finished.promise
      beforeOpening = () => {}
      expect(left).toEqual(['left'])
    })

    for (const [trouble, fail] of [
      ['the stream is aborted', async (sink: Sink) => sink.abort()],
      ['the writer throws', () => Promise.reject(new Error('writer trouble'))],
    ] as const) {
      it(`breaks the transfer when ${trouble}`, async () => {
        const heard = deferred()
        run = async (sink) => {
          sink.write('half')
          await heard.promise
          return fail(sink)
        }
        const response = await begin()
        response.once('data', heard.resolve)
        const [error] = await once(response, 'error')
        expect([error.code, left]).toEqual(['ECONNRESET', []])
      })
    }
  })
}

async function wholeText(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return text
}

function deferred() {
  return Promise.withResolvers<void>()
}
