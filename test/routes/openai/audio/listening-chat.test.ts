import { describe, expect, it } from 'vitest'
import { textFrames } from '../../../fakes/fake-bedrock-frames.ts'
import { fileOf, silentMp3, toneWav } from '../../../fakes/recordings-of-speech.ts'
import { errorOf, eventsIn, formOf, useListening } from './listening-stage.ts'

const listening = useListening()
const VOXTRAL = 'mistral.voxtral-small-24b-2507'
const mp3 = () => fileOf(silentMp3(), 'a.mp3')
const asked = () => listening.speech.bedrock.requests.at(-1)!

describe('a chat model that hears', () => {
  it('writes down a recording by Converse', async () => {
    const { openai } = listening.open()
    const answer = await openai.audio.transcriptions.create({
      model: VOXTRAL,
      file: mp3(),
      language: 'fr',
      prompt: 'Gare de Lyon',
    })
    expect(answer).toMatchObject({ text: 'Hello there.', usage: { type: 'tokens' } })
    const { path, json } = asked()
    expect(path).toContain(`/model/${VOXTRAL}/converse`)
    const [{ content }] = (
      json as { messages: [{ content: { audio?: { format: string }; text?: string }[] }] }
    ).messages
    expect(content[0]!.audio!.format).toBe('mp3')
    expect(content[1]!.text).toMatch(/word for word.*French.*Gare de Lyon/s)
  })

  it('streams it, and translates', async () => {
    const { app, openai } = listening.open()
    listening.speech.bedrock.script({ frames: textFrames(['Bon', 'jour.']) })
    const body = formOf(mp3(), { model: VOXTRAL, stream: 'true' })
    const events = eventsIn(
      await (await app.request('/v1/audio/transcriptions', { method: 'POST', body })).text(),
    )
    expect(
      events
        .filter(({ delta }) => delta)
        .map(({ delta }) => delta)
        .join(''),
    ).toBe('Bonjour.')
    expect(events.at(-1)).toMatchObject({ type: 'transcript.text.done', text: 'Bonjour.' })
    listening.speech.bedrock.forget()
    await openai.audio.translations.create({ model: VOXTRAL, file: mp3() })
    expect(JSON.stringify(asked().json)).toContain(
      'Translate what is said in this recording into English',
    )
  })

  it('says that a setting has no effect only where it was sent', async () => {
    const staged = listening.open({ PROVIDER: 'embedded' })
    for (const [fields, ignored] of [
      [{}, null],
      [{ temperature: '0.5' }, 'temperature'],
    ] as const) {
      const body = formOf(mp3(), { model: 'embedded-chat', ...fields })
      const answer = await staged.app.request('/v1/audio/transcriptions', { method: 'POST', body })
      expect([answer.status, answer.headers.get('x-outcrop-ignored-params')]).toEqual([
        200,
        ignored,
      ])
    }
  })

  it('knows no times, and says so before it is asked', async () => {
    const { app } = listening.open()
    const before = listening.speech.bedrock.requests.length
    for (const response_format of ['srt', 'verbose_json', 'diarized_json']) {
      const body = formOf(fileOf(toneWav(), 'a.wav'), { model: VOXTRAL, response_format })
      const error = await errorOf(
        await app.request('/v1/audio/transcriptions', { method: 'POST', body }),
      )
      expect(error).toMatchObject({ status: 400, param: 'response_format' })
    }
    expect(listening.speech.bedrock.requests.length).toBe(before)
  })
})
