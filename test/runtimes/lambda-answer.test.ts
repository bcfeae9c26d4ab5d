import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApp } from '../../app/open-app.ts'
import type { Runtime } from '../../app/ports/runtime.ts'
import { createFetchTransport } from '../../runtimes/calling/fetch-transport.ts'
import { madeOnFirstRequest } from '../../runtimes/first-request.ts'
import { sendAnswer } from '../../runtimes/lambda/lambda-answer.ts'
import { webStreamOut } from '../../runtimes/serving/web-stream-out.ts'

/** As AWS's runtime has it: what stands before the content is written by the first write. */
const from = (stream: Writable, metadata: object) => {
  const write = stream.write.bind(stream)
  stream.write = (bytes: unknown) => {
    stream.write = write
    write(`${JSON.stringify(metadata)}|`)
    return write(bytes)
  }
  return stream
}

beforeAll(() => {
  Object.assign(globalThis, { awslambda: { HttpResponseStream: { from } } })
})
afterAll(() => {
  Reflect.deleteProperty(globalThis, 'awslambda')
})

function open() {
  const written: string[] = []
  const stream = new Writable({
    // So small that everybody has to wait.
    highWaterMark: 1,
    write(bytes: Buffer, _, done) {
      written.push(bytes.toString())
      setImmediate(done)
    },
  })
  return { stream, text: () => written.join('') }
}

const metadata = (headers: object, cookies: string[] = []) =>
  `${JSON.stringify({ statusCode: 200, headers, cookies })}|`

describe('an answer of Lambda', () => {
  it('has its status and headers before what is sent, cookies apart', async () => {
    const { stream, text } = open()
    const headers = new Headers([
      ['x-one', '1'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ])
    await sendAnswer(stream, new Response(new Blob(['hello', ' ', 'there']).stream(), { headers }))
    expect(text()).toBe(`${metadata({ 'x-one': '1' }, ['a=1', 'b=2'])}hello there`)
    expect(stream.writableEnded).toBe(true)
  })

  it.each([
    ['no content', null],
    ['content without bytes', new Blob([]).stream()],
  ])('has them also with %s', async (_, body) => {
    const { stream, text } = open()
    await sendAnswer(stream, new Response(body))
    expect(text()).toBe(metadata({}))
  })

  it('does not end as if it were whole when its content breaks off, nor takes the runtime with it', async () => {
    const { stream, text } = open()
    let pulls = 0
    const body = new ReadableStream({
      pull(controller) {
        if (pulls++ > 0) throw new Error('S3 has gone.')
        controller.enqueue(new TextEncoder().encode('half'))
      },
    })
    await expect(sendAnswer(stream, new Response(body))).rejects.toThrow('S3 has gone.')
    expect(text()).toBe(`${metadata({})}half`)
    expect([stream.writableEnded, stream.destroyed]).toEqual([false, false])
  })

  it.each([
    ['waits for a reader', 2],
    ['waits for its source', 0],
  ])('breaks off with its stream while it %s, and says so to its source', async (_, pieces) => {
    const stuck = new Writable({ highWaterMark: 1, write() {} })
    stuck.on('error', () => {})
    let left = pieces
    let why: unknown
    const body = new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new TextEncoder().encode('half'))
        else return new Promise<void>(() => {})
      },
      cancel(reason) {
        why = reason
      },
    })
    const sending = sendAnswer(stuck, new Response(body))
    setImmediate(() => stuck.destroy(new Error('Lambda has gone.')))
    await expect(sending).rejects.toThrow('Lambda has gone.')
    expect(why).toEqual(new Error('Lambda has gone.'))
  })
})

const inMemory: Runtime = {
  name: 'lambda',
  env: { AUTH: 'none', PROVIDER: 'embedded', LOG_LEVEL: 'silent' },
  public: true,
  transient: true,
  transport: createFetchTransport(),
  streamOut: webStreamOut,
  log: { write() {} },
}

describe('an app that is made with the first request', () => {
  it('is not done while anything goes on behind its answers, and then writes what is left', async () => {
    const told: string[] = []
    const app = madeOnFirstRequest(() =>
      Object.assign(openApp(inMemory), {
        async rest() {
          await new Promise(setImmediate)
          told.push('rested')
        },
        flush: async () => void told.push('flushed'),
      }),
    )
    await app.flush()
    await app.fetch(new Request('http://localhost/ping'), {})
    await app.flush()
    expect(told).toEqual(['rested', 'flushed'])
  })
})
