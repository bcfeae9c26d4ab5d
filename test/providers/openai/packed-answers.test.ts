import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Answer, chunkOf, completionOf, framesOf } from './scripted-server.ts'
import { framesIn, openStage } from './stage.ts'

const ANSWER = JSON.stringify(completionOf({ content: 'Grüße' }))
const CHUNKS = [chunkOf({ role: 'assistant', content: 'Grüße' }), chunkOf({}, 'stop')]
const STREAM = framesOf(...CHUNKS, '[DONE]').join('')

async function chatOf({ headers, ...answer }: Answer, body: Record<string, unknown> = {}) {
  const stage = openStage()
  stage.answer({ ...answer, headers: { 'content-encoding': 'gzip', ...headers } })
  const response = await stage.chat(body)
  return { status: response.status, text: await response.text(), stage }
}

/** In two reads of the network, the first a single byte. */
const inTwo = (bytes: Uint8Array) => [bytes.slice(0, 1), bytes.slice(1)]

describe('an answer that comes packed although nobody asked for it', () => {
  const json = { headers: { 'content-type': 'application/json' } }

  it('is unpacked', async () => {
    const { text } = await chatOf({ ...json, reads: inTwo(gzipSync(ANSWER)) })
    expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { content: 'Grüße' } }] })
  })

  it('is unpacked as it streams', async () => {
    const { text } = await chatOf({ reads: inTwo(gzipSync(STREAM)) }, { stream: true })
    expect(framesIn(text).map(({ choices }) => choices)).toEqual(
      CHUNKS.map(({ choices }) => choices),
    )
  })

  it('is left as it is where the platform has unpacked it', async () => {
    expect((await chatOf({ body: ANSWER })).text).toContain('Grüße')
    expect((await chatOf({ reads: [STREAM] }, { stream: true })).text).toContain('Grüße')
  })

  it('is read where it is a refusal', async () => {
    const refusal = JSON.stringify({ error: { message: 'No such thing.' } })
    const { status, text } = await chatOf({ ...json, status: 400, reads: [gzipSync(refusal)] })
    expect([status, text]).toEqual([400, expect.stringContaining('No such thing.')])
  })

  it('is an error of the server where it cannot be unpacked', async () => {
    const headers = { 'content-encoding': 'br' }
    const whole = { ...json.headers, ...headers }
    expect((await chatOf({ headers: whole, reads: [brotliCompressSync(ANSWER)] })).status).toBe(502)
    const reads = [brotliCompressSync(STREAM)]
    expect((await chatOf({ headers, reads }, { stream: true })).status).toBe(502)
  })

  it('is an error of the server where it is damaged or breaks off', async () => {
    const packed = gzipSync(ANSWER)
    packed.fill(0xff, 12)
    expect((await chatOf({ ...json, reads: [packed] })).status).toBe(502)
    const half = gzipSync(STREAM).subarray(0, 40)
    const broken = await chatOf({ reads: [half, new Error('gone')] }, { stream: true })
    expect(broken.text).toContain('"error":{')
  })
})
