import { expect, it } from 'vitest'
import { holdAudio } from '../../app/gateway/operations/held-audio.ts'
import type { AudioStaging } from '../../app/ports/audio-staging.ts'
import type { Services } from '../../app/ports/services.ts'

const PIECE = 3 * 1024 * 1024
const LIMIT = 6 * PIECE

/** The front of a WAV file that is longer than what is held in memory. */
function pieces(count: number): Uint8Array[] {
  const all = Array.from({ length: count }, (_, at) => new Uint8Array(PIECE).fill(at))
  all[0]!.set(Buffer.from('RIFF\xff\xff\xff\xffWAVEfmt ', 'latin1'))
  return all
}

/** What was laid in the store, or why it was not. */
function hold(count: number, stage: AudioStaging['stage']) {
  const waiting = pieces(count)
  let hasLeft = false
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = waiting.shift()
      if (next) controller.enqueue(next)
      else controller.close()
    },
    cancel: () => {
      hasLeft = true
    },
  })
  const services = { config: { MAX_AUDIO_BYTES: LIMIT }, staging: { stage } }
  const held = holdAudio({ body, name: 'a.wav', labels: {} }, services as unknown as Services)
  return { held, hasLeft: () => hasLeft }
}

const keep = async (audio: ReadableStream<Uint8Array>) => {
  const bytes = new Uint8Array(await new Response(audio).arrayBuffer())
  return {
    size: bytes.length,
    open: async () => new Response(bytes).body!,
    discard: async () => {},
  }
}

it('lays a long recording elsewhere, from its first byte to its last', async () => {
  const held = await hold(5, keep).held
  expect([held.size, held.mediaType, held.name]).toEqual([5 * PIECE, 'audio/wav', 'a.wav'])
  const bytes = Buffer.from(await new Response(await held.open()).arrayBuffer())
  expect(bytes.equals(Buffer.concat(pieces(5)))).toBe(true)
})

it('breaks off where a long recording turns out too long', async () => {
  await expect(hold(7, keep).held).rejects.toMatchObject({
    code: 'too-large',
    param: 'file',
    reason: 'file_too_large',
  })
})

it('lets go of what a store does not want', async () => {
  const { held, hasLeft } = hold(5, async (audio) => {
    await audio.cancel()
    throw new Error('no room')
  })
  await expect(held).rejects.toThrow('no room')
  expect(hasLeft()).toBe(true)
})
