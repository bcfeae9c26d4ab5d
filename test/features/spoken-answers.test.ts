import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../app/errors.ts'
import type { Speech } from '../../app/ports/speech.ts'
import { toolCallFrames } from '../fakes/fake-bedrock-frames.ts'
import { chunksOf, HELLO, ignoredBy, type Json, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const SPOKEN = { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'mp3' } }

/** Says the text as its own bytes, in two pieces. */
function speaker() {
  const asked: Json[] = []
  const speech: Speech = {
    speak: async (text, { voice, format }) => {
      asked.push({ text, voice, format })
      const bytes = new TextEncoder().encode(text)
      const audio = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.subarray(0, 3))
          controller.enqueue(bytes.subarray(3))
          controller.close()
        },
      })
      return { audio, mediaType: 'audio/mpeg' }
    },
  }
  return { speech, asked }
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('a spoken answer', () => {
  it('is the model’s text, spoken', async () => {
    const { speech, asked } = speaker()
    const response = await bedrock.open({}, { speech }).ask(SPOKEN)
    expect(asked).toEqual([{ text: 'Hello there.', voice: 'alloy', format: 'mp3' }])
    expect(ignoredBy(response)).toEqual([])
    expect(await response.json()).toMatchObject({
      choices: [
        {
          message: {
            content: null,
            audio: {
              id: expect.stringMatching(/^audio_/),
              data: base64('Hello there.'),
              transcript: 'Hello there.',
              expires_at: expect.any(Number),
            },
          },
          finish_reason: 'stop',
        },
      ],
    })
  })

  it('has its words read again when it is sent back', async () => {
    const { speech } = speaker()
    const { ask } = bedrock.open({}, { speech })
    const first = (await (await ask(SPOKEN)).json()) as { choices: [{ message: Json }] }
    const { message } = first.choices[0]
    const again = (spoken: Json) =>
      ask({ messages: [...HELLO, spoken, { role: 'user', content: 'And?' }] })
    const said = (text: string) => [
      { role: 'user', content: [{ text: 'Hi' }] },
      { role: 'assistant', content: [{ text }] },
      { role: 'user', content: [{ text: 'And?' }] },
    ]
    expect(ignoredBy(await again(message))).toEqual([])
    expect(bedrock.sent().at(-1)).toMatchObject({ messages: said('Hello there.') })
    // As OpenAI's SDK puts a stream together.
    await again({ ...message, content: 'Hello you.' })
    expect(bedrock.sent().at(-1)).toMatchObject({ messages: said('Hello you.') })
    // Somebody else's.
    await again({ role: 'assistant', audio: { id: 'audio_abc', transcript: 'Bonjour.' } })
    expect(bedrock.sent().at(-1)).toMatchObject({ messages: said('Bonjour.') })
    // Without its words nobody can tell what was said.
    const unheard = await again({ role: 'assistant', content: 'Hm.', audio: { id: 'audio_abc' } })
    expect(ignoredBy(unheard)).toEqual(['audio'])
  })

  it('has an id of its own in every choice', async () => {
    const { speech } = speaker()
    const { ask } = bedrock.open({}, { speech })
    const whole = (await (await ask({ ...SPOKEN, n: 2 })).json()) as {
      choices: { message: { audio: Json } }[]
    }
    expect(new Set(whole.choices.map(({ message }) => message.audio['id'])).size).toBe(2)
    const chunks = chunksOf(await (await ask({ ...SPOKEN, n: 2, stream: true })).text())
    const spoken = chunks.flatMap((chunk) => chunk['choices'] as { delta: { audio?: Json } }[])
    expect(new Set(spoken.flatMap(({ delta }) => delta.audio?.['id'] ?? [])).size).toBe(2)
  })

  it('comes behind its words in a stream, which are its transcript and no content', async () => {
    const { speech } = speaker()
    const response = await bedrock.open({}, { speech }).ask({ ...SPOKEN, stream: true })
    const text = await response.text()
    const deltas = chunksOf(text).flatMap((chunk) => chunk['choices'] as { delta: Json }[])
    expect(deltas[0]?.delta).toEqual({ role: 'assistant', content: null, refusal: null })
    expect(deltas.flatMap(({ delta }) => delta['content'] ?? [])).toEqual([])
    const audio = deltas.flatMap(({ delta }) => (delta['audio'] ? [delta['audio'] as Json] : []))
    expect(audio.map(({ transcript }) => transcript ?? '').join('')).toBe('Hello there.')
    expect(audio[0]).toEqual({ id: expect.stringMatching(/^audio_/), transcript: 'Hello' })
    const said = audio.flatMap(({ data }) => data ?? [])
    expect(said).toEqual([base64('Hel'), base64('lo there.')])
    // As OpenAI tells it: with the first words, and with the first sound.
    expect(audio.map(({ id }) => id !== undefined)).toEqual([true, false, false, true, false])
    expect(audio[3]?.['id']).toBe(audio[0]?.['id'])
    expect(deltas.at(-1)).toMatchObject({ finish_reason: 'stop' })
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('is silent where the model calls a tool', async () => {
    const { speech, asked } = speaker()
    bedrock.fake.script({ frames: toolCallFrames('t', 'look', ['{}']) })
    const tools = [{ type: 'function', function: { name: 'look' } }]
    const response = await bedrock.open({}, { speech }).ask({ ...SPOKEN, tools, stream: true })
    expect(await response.text()).toContain('tool_calls')
    expect(asked).toEqual([])
  })

  it('fails as its speaker fails', async () => {
    const speech: Speech = {
      speak: async () => {
        throw new GatewayError('invalid-request', 'No such voice.', { param: 'audio.voice' })
      },
    }
    const whole = await bedrock.open({}, { speech }).ask(SPOKEN)
    expect(whole.status).toBe(400)
    expect(await whole.json()).toMatchObject({ error: { param: 'audio.voice' } })
    const stream = await bedrock.open({}, { speech }).ask({ ...SPOKEN, stream: true })
    expect(chunksOf(await stream.text()).at(-1)).toMatchObject({ error: { param: 'audio.voice' } })
  })

  it('is a 503 before any model is asked where nobody can speak', async () => {
    const response = await bedrock.open().ask(SPOKEN)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      error: { code: 'feature_unavailable', param: 'modalities' },
    })
    expect(bedrock.sent()).toEqual([])
  })

  it('needs a voice and a format', async () => {
    const response = await bedrock.open().ask({ modalities: ['audio', 'text'] })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param: 'audio' } })
  })
})
