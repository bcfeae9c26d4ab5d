import { getEventListeners, once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GatewayError } from '../../app/errors.ts'
import type { Transport, UpstreamResponse } from '../../app/ports/transport.ts'
import { bodyOf, openScriptedUpstream, type ScriptedUpstream } from './scripted-upstream.ts'
import { standstill, turn } from './standstill.ts'

const MEGABYTE = 1024 * 1024

/** What every way to an upstream must do. */
export function transportContract(name: string, open: () => Transport) {
  describe(`${name} keeps the transport contract`, () => {
    let upstream: ScriptedUpstream
    const transport = open()
    const unending = () => new AbortController().signal
    const get = (signal = unending()): Promise<UpstreamResponse> =>
      transport.send({ method: 'GET', origin: upstream.origin, path: '/', headers: {} }, { signal })

    beforeAll(async () => {
      upstream = await openScriptedUpstream()
    })
    afterAll(() => upstream.close())

    it('sends what it was given, the path untouched', async () => {
      upstream.script(async (request, response) => {
        const { method, url, headers } = request
        const heard = { method, url, key: headers['x-key'], body: await bodyOf(request) }
        response.writeHead(201, { 'X-Answer': 'yes' }).end(JSON.stringify(heard))
      })
      const answer = await transport.send(
        {
          method: 'POST',
          origin: upstream.origin,
          path: '/model/a%3A0/converse?x=%2F',
          headers: { 'content-type': 'application/json', 'x-key': 'k' },
          body: '{"text":"żółw"}',
        },
        { signal: unending() },
      )
      expect({
        status: answer.status,
        known: answer.header('x-answer'),
        unknown: answer.header('x-none'),
        body: JSON.parse(await answer.text()),
      }).toEqual({
        status: 201,
        known: 'yes',
        unknown: undefined,
        body: {
          method: 'POST',
          url: '/model/a%3A0/converse?x=%2F',
          key: 'k',
          body: '{"text":"żółw"}',
        },
      })
    })

    it('sends bytes', async () => {
      upstream.script(async (request, response) => void response.end(await bodyOf(request)))
      const answer = await transport.send(
        {
          method: 'PUT',
          origin: upstream.origin,
          path: '/',
          headers: {},
          body: new TextEncoder().encode('__bytes__').subarray(2, 7),
        },
        { signal: unending() },
      )
      expect(await answer.text()).toBe('bytes')
    })

    it('joins a text whose characters were cut', async () => {
      const bytes = new TextEncoder().encode('grün 🐢'.repeat(50_000))
      upstream.script(async (_, response) => {
        response.write(bytes.subarray(0, 3))
        await turn()
        response.write(bytes.subarray(3, 7))
        await turn()
        response.end(bytes.subarray(7))
      })
      expect(await (await get()).text()).toBe('grün 🐢'.repeat(50_000))
    })

    it('hands each piece over as it arrives, and nothing after the last', async () => {
      const go: (() => void)[] = []
      upstream.script(async (_, response) => {
        for (const piece of ['one', 'two', 'three']) {
          response.write(piece)
          await new Promise<void>((resolve) => go.push(resolve))
        }
        response.end()
      })
      const { body } = await get()
      const heard: (string | undefined)[] = []
      for (let index = 0; index < 3; index++) {
        heard.push(textOf(await body.read()))
        go[index]!()
      }
      heard.push(textOf(await body.read()), textOf(await body.read()))
      expect(heard).toEqual(['one', 'two', 'three', undefined, undefined])
    })

    it('leaves bytes on the network while nobody reads', async () => {
      let sent = 0
      const total = 64 * MEGABYTE
      upstream.script(async (_, response) => {
        const block = Buffer.alloc(MEGABYTE, 'x')
        for (; sent < total; sent += block.length) {
          if (!response.write(block)) await once(response, 'drain')
        }
        response.end()
      })
      const { body } = await get()
      let received = (await body.read())!.length
      await standstill(() => sent)
      const before = sent
      for (let bytes = await body.read(); bytes; bytes = await body.read()) received += bytes.length
      expect({ stalled: before < total / 2, received }).toEqual({ stalled: true, received: total })
    })

    it('uses a connection again', async () => {
      upstream.script((_, response) => void response.end('x'.repeat(100_000)))
      await (await get()).text()
      const before = upstream.connections
      for (let round = 0; round < 5; round++) {
        await turn()
        await (await get()).text()
      }
      expect(upstream.connections - before).toBeLessThanOrEqual(1)
    })

    it('does not follow where it is sent to', async () => {
      upstream.script((_, response) => void response.writeHead(302, { location: '/other' }).end())
      const answer = await get()
      expect([answer.status, answer.header('location')]).toEqual([302, '/other'])
    })

    describe('cancelled', () => {
      it('closes the connection and wakes the reader', async () => {
        const closed = whenLeft(upstream)
        const { body } = await get()
        await body.read()
        const waiting = failureOf(body.read())
        body.cancel()
        body.cancel()
        expect([await waiting, await failureOf(body.read())]).toEqual([
          'caller-left',
          'caller-left',
        ])
        await closed
      })

      it('closes the connection of a body nobody began to read', async () => {
        const closed = whenLeft(upstream)
        const { body } = await get()
        body.cancel()
        await closed
      })

      it('does no harm after the end', async () => {
        upstream.script((_, response) => void response.end('all'))
        const { body } = await get()
        while (await body.read());
        body.cancel()
        expect(await body.read()).toBeUndefined()
      })
    })

    describe('with a signal', () => {
      it('does not call when it has already fired', async () => {
        const before = upstream.connections
        expect(await failureOf(get(AbortSignal.abort()))).toBe('caller-left')
        expect(upstream.connections).toBe(before)
      })

      it('gives up a call that has no answer yet', async () => {
        const controller = new AbortController()
        const closed = new Promise<void>((resolve) => {
          upstream.script((_, response) => {
            response.on('close', resolve)
            controller.abort()
          })
        })
        expect(await failureOf(get(controller.signal))).toBe('caller-left')
        await closed
      })

      it('breaks off a body, also while the reader waits', async () => {
        const controller = new AbortController()
        const closed = whenLeft(upstream)
        const { body } = await get(controller.signal)
        await body.read()
        const waiting = failureOf(body.read())
        controller.abort()
        expect([await waiting, await failureOf(body.read())]).toEqual([
          'caller-left',
          'caller-left',
        ])
        await closed
      })

      it('throws the reason when that is an error of ours', async () => {
        const controller = new AbortController()
        const closed = whenLeft(upstream)
        const { body } = await get(controller.signal)
        await body.read()
        controller.abort(new GatewayError('timeout', 'Too slow.'))
        expect(await failureOf(body.read())).toBe('timeout')
        await closed
      })

      it('forgets it when the call is over', async () => {
        const { signal } = new AbortController()
        upstream.script((_, response) => void response.end('all'))
        await (await get(signal)).text()
        const { body } = await get(signal)
        while (await body.read());
        whenLeft(upstream)
        const left = await get(signal)
        left.body.cancel()
        expect(getEventListeners(signal, 'abort').length).toBe(0)
      })
    })

    describe('in trouble', () => {
      it('says `overloaded` when nobody listens', async () => {
        const gone = await openScriptedUpstream()
        await gone.close()
        const call = transport.send(
          { method: 'GET', origin: gone.origin, path: '/', headers: {} },
          { signal: unending() },
        )
        expect(await failureOf(call)).toBe('overloaded')
      })

      it('says `overloaded` when the connection breaks before the answer', async () => {
        upstream.script((request) => void request.socket.destroy())
        expect(await failureOf(get())).toBe('overloaded')
      })

      it('says `upstream` when a body breaks off, after what had arrived', async () => {
        let cut = () => {}
        upstream.script((_, response) => {
          response.write('half')
          cut = () => response.destroy()
        })
        const { body } = await get()
        const first = textOf(await body.read())
        const next = failureOf(body.read())
        cut()
        expect([first, await next, await failureOf(body.read())]).toEqual([
          'half',
          'upstream',
          'upstream',
        ])
      })

      it('says `upstream` when a whole body breaks off', async () => {
        upstream.script(async (_, response) => {
          response.writeHead(200, { 'content-length': '100' }).write('half')
          await turn()
          response.destroy()
        })
        expect(await failureOf(get().then((answer) => answer.text()))).toBe('upstream')
      })
    })
  })
}

/** Answers with an unending stream; resolves when the other side has closed the connection. */
function whenLeft(upstream: ScriptedUpstream): Promise<void> {
  return new Promise((resolve) => {
    upstream.script((_, response) => {
      response.on('close', resolve)
      response.write('begun')
    })
  })
}

async function failureOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call
    return undefined
  } catch (thrown) {
    return thrown instanceof GatewayError ? thrown.code : `not ours: ${thrown}`
  }
}

const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes)
