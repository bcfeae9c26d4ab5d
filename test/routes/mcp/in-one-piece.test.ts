import { expect, it } from 'vitest'
import { inOnePiece } from '../../../app/routes/mcp/in-one-piece.ts'

const ALIVE = ': keepalive\n\n'
const answer = (id: number) => `event: message\ndata: {"id":${id}}\n\n`

const streamOf = (pieces: readonly string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
      controller.close()
    },
  })

const joined = async (isList: boolean, ...pieces: string[]) => {
  const piece = await inOnePiece(streamOf(pieces), isList)
  return typeof piece === 'string' ? [piece] : ['streamed', await new Response(piece).text()]
}

it('has the answer of a stream as JSON', async () => {
  expect(await joined(false, answer(1))).toEqual(['{"id":1}'])
  expect(await joined(true, answer(1), answer(2))).toEqual(['[{"id":1},{"id":2}]'])
})

it('tells the signs of life of a stream as blanks before its JSON', async () => {
  expect(await joined(false, ALIVE, ALIVE, answer(1))).toEqual(['streamed', '\n\n{"id":1}'])
})

it('tells them as they come, and its source when nobody reads on', async () => {
  let why: unknown
  const events = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(ALIVE)),
    cancel(reason) {
      why = reason
    },
  })
  const piece = (await inOnePiece(events, false)) as ReadableStream<Uint8Array>
  const reader = piece.getReader()
  expect((await reader.read()).value).toEqual(new TextEncoder().encode('\n'))
  await reader.cancel('gone')
  expect(why).toBe('gone')
})
