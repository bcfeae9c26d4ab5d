import { parseSync } from 'subtitle'
import { describe, expect, it } from 'vitest'
// @ts-expect-error it has no types
import { WebVTTParser } from 'webvtt-parser'
import { fault } from '../../../fakes/fake-aws-service.ts'
import { fileOf, toneWav } from '../../../fakes/recordings-of-speech.ts'
import { errorOf, formOf, useListening } from './listening-stage.ts'
import { keysIn } from './stage.ts'

const listening = useListening()
const wav = () => fileOf(toneWav(), 'rede.wav')
const german = () => {
  listening.transcribe.manners.language = 'de-DE'
  listening.transcribe.manners.lines = [
    { start: 0.5, text: 'Guten Tag.' },
    { start: 2, text: 'Der Zug kommt.' },
  ]
}
const translations = () =>
  listening.transcribe.requests.filter(
    ({ headers }) => headers['x-amz-target'] === 'AWSShineFrontendService_20170701.TranslateText',
  )

describe('a recording is translated', () => {
  it('by OpenAI’s own client in every format, with the times of the original', async () => {
    german()
    const { openai } = listening.open()
    const ask = (response_format: 'json' | 'text' | 'verbose_json' | 'srt' | 'vtt') =>
      openai.audio.translations.create({ model: 'whisper-1', file: wav(), response_format })
    expect(await ask('json')).toMatchObject({ text: 'GUTEN TAG. DER ZUG KOMMT.' })
    expect(await ask('text')).toBe('GUTEN TAG. DER ZUG KOMMT.\n')
    expect(await ask('verbose_json')).toMatchObject({
      task: 'translate',
      language: 'english',
      segments: [
        { start: 0.5, text: 'GUTEN TAG.' },
        { start: 2, text: 'DER ZUG KOMMT.' },
      ],
    })
    expect(parseSync(String(await ask('srt'))).map(({ data }) => data)).toEqual([
      { start: 500, end: 1100, text: 'GUTEN TAG.' },
      { start: 2000, end: 2900, text: 'DER ZUG KOMMT.' },
    ])
    expect(new WebVTTParser().parse(String(await ask('vtt')), 'metadata').errors).toEqual([])
    expect(translations()[0]).toMatchObject({
      service: 'translate',
      signature: 'valid',
      json: {
        Text: 'Guten Tag.\nDer Zug kommt.',
        SourceLanguageCode: 'de',
        TargetLanguageCode: 'en',
      },
    })
    expect(await keysIn(listening.speech.s3)).toEqual([])
  })

  it('a few thousand characters at a time', async () => {
    german()
    const line = `${'Wörter und noch mehr Wörter '.repeat(20)}.`
    listening.transcribe.manners.lines = Array.from({ length: 40 }, (_, at) => ({
      start: at * 60,
      text: line,
    }))
    const { app, log } = listening.open()
    const body = formOf(wav(), { response_format: 'verbose_json', Formality: 'FORMAL' })
    const response = await app.request('/v1/audio/translations', { method: 'POST', body })
    const { segments } = (await response.json()) as { segments: { text: string }[] }
    expect(segments.every(({ text }) => text === text.toUpperCase() && text.length > 0)).toBe(true)
    const texts = translations().map(({ json }) => String(json['Text']))
    expect(texts.length).toBeGreaterThan(2)
    expect(Math.max(...texts.map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(10_000)
    expect(translations()[0]!.json['Settings']).toEqual({ Formality: 'FORMAL' })
    expect(log().at(-1).usage.characters).toBeGreaterThan(10_000)
  })

  it('though Translate is busy for a moment: what was heard is not lost', async () => {
    german()
    listening.transcribe.manners.translateFaults = [fault(400, 'ThrottlingException', 'Slow.')]
    const { openai } = listening.open()
    const { text } = await openai.audio.translations.create({ model: 'whisper-1', file: wav() })
    expect(text).toBe('GUTEN TAG. DER ZUG KOMMT.')
    expect(listening.transcribe.begun).toHaveLength(1)
  })

  it('sentence by sentence where no words have times, however long', async () => {
    german()
    const long = `${'Ein langer Satz ohne Ende '.repeat(500)}.`
    const transcripts = [{ transcript: `Guten Tag! ${long}` }]
    const results = { transcripts, items: [], language_code: 'de-DE' }
    listening.transcribe.manners.result = JSON.stringify({ results })
    const { openai } = listening.open()
    const { text } = await openai.audio.translations.create({ model: 'whisper-1', file: wav() })
    expect(text).toBe(`Guten Tag! ${long}`.toUpperCase())
    expect(translations().every(({ json }) => String(json['Text']).length <= 9500)).toBe(true)
  })

  it('or it has failed: without words', async () => {
    german()
    listening.transcribe.manners.translate = () => undefined
    const { app } = listening.open()
    const body = formOf(wav(), {})
    const error = await errorOf(
      await app.request('/v1/audio/translations', { method: 'POST', body }),
    )
    expect(error).toMatchObject({
      status: 502,
      message: 'The translation came back without words.',
    })
  })

  it('line by line where a translation loses its lines', async () => {
    german()
    listening.transcribe.manners.translate = (text) => text.replaceAll('\n', ' ').toUpperCase()
    const { openai } = listening.open()
    const answer: unknown = await openai.audio.translations.create({
      model: 'whisper-1',
      file: wav(),
      response_format: 'verbose_json',
    })
    const { segments } = answer as { segments: { text: string }[] }
    expect(segments.map(({ text }) => text)).toEqual(['GUTEN TAG.', 'DER ZUG KOMMT.'])
  })

  it('not where it is English already', async () => {
    const { openai } = listening.open()
    const answer = await openai.audio.translations.create({ model: 'whisper-1', file: wav() })
    expect(answer.text).toContain('Hello and welcome')
    expect(translations()).toEqual([])
  })

  it('or refused: streams, speakers', async () => {
    const { app } = listening.open()
    const ask = (fields: Record<string, string>) =>
      app.request('/v1/audio/translations', { method: 'POST', body: formOf(wav(), fields) })
    expect(await errorOf(await ask({ stream: 'true' }))).toMatchObject({
      status: 400,
      param: 'stream',
    })
    expect(await errorOf(await ask({ response_format: 'diarized_json' }))).toMatchObject({
      status: 400,
      param: 'response_format',
    })
  })
})
