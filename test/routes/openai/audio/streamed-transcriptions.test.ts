import { describe, expect, it } from 'vitest'
import { readWavHeader } from '../../../../app/codecs/sound/wav.ts'
import { fileOf, silentMp3, toneWav } from '../../../fakes/recordings-of-speech.ts'
import { errorOf, eventsIn, formOf, useListening } from './listening-stage.ts'
import { keysIn } from './stage.ts'

const listening = useListening()
const wav = () => fileOf(toneWav(), 'talk.wav')
const TEXT = 'Hello and welcome to the show. Thank you, glad to be here.'
const bucket = () => listening.speech.s3.bucket

/** The head of a FLAC file of 16 kHz, and so many bytes. */
function flac(more = 5000): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(42 + more).fill(7)
  bytes.set([0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, 34])
  bytes.set([16_000 >> 12, (16_000 >> 4) & 0xff, (16_000 & 0xf) << 4], 18)
  return bytes
}

/** A first page of Ogg with the head of Opus, and some bytes. */
function opus(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(6000).fill(1)
  bytes.set(new TextEncoder().encode('OggS\0\x02'))
  bytes.set([1, 19], 26)
  bytes.set(new TextEncoder().encode('OpusHead'), 28)
  return bytes
}

type App = ReturnType<typeof listening.open>['app']
const post = (app: App, fields: Record<string, string>, file = wav()) =>
  app.request('/v1/audio/transcriptions', {
    method: 'POST',
    body: formOf(file, { stream: 'true', ...fields }),
  })

describe('a transcript is streamed', () => {
  it('word by word over HTTP/2, signed event by event, and needs no bucket', async () => {
    const { app, log } = listening.open({ AWS_S3_BUCKET: '' })
    const response = await post(app, { language: 'en' })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events = eventsIn(await response.text())
    const deltas = events.filter(({ type }) => type === 'transcript.text.delta')
    expect(deltas.length).toBeGreaterThan(8)
    expect(deltas.map(({ delta }) => delta).join('')).toBe(TEXT)
    // What is billed by the second has no place in the event (specification: TranscriptTextUsageTokens).
    expect(events.at(-1)).toEqual({ type: 'transcript.text.done', text: TEXT })
    expect(listening.streams.faults).toEqual([])
    const samples = toneWav().subarray(readWavHeader(toneWav())!.dataStart)
    expect(Buffer.from(listening.streams.heard[0]!)).toEqual(Buffer.from(samples))
    expect(listening.streams.opened[0]).toMatchObject({
      ':path': '/stream-transcription',
      'x-amzn-transcribe-language-code': 'en-US',
      'x-amzn-transcribe-sample-rate': '16000',
      'x-amzn-transcribe-media-encoding': 'pcm',
    })
    expect(log().at(-1)).toMatchObject({ stream: true, usage: { audio_seconds: 4.15 } })
  })

  it('by OpenAI’s own client, with who speaks', async () => {
    const { openai } = listening.open()
    const stream = await openai.audio.transcriptions.create({
      model: 'gpt-4o-transcribe-diarize',
      file: wav(),
      language: 'en',
      response_format: 'diarized_json',
      stream: true,
    })
    const events = []
    for await (const event of stream) events.push(event)
    const segments = events.filter(({ type }) => type === 'transcript.text.segment')
    expect(segments).toMatchObject([
      { speaker: 'A', text: 'Hello and welcome to the show.', start: 0.04 },
      { speaker: 'B', text: 'Thank you, glad to be here.', end: 4.15 },
    ])
    expect(listening.streams.opened[0]).toMatchObject({
      'x-amzn-transcribe-show-speaker-label': 'true',
    })
  })

  it('telling languages apart where some are configured, both channels as one', async () => {
    const { app } = listening.open({ AWS_TRANSCRIBE_STREAM_LANGUAGES: 'en-US,de-DE' })
    const stereo = fileOf(toneWav(0.5, 8000, 2), 'talk.wav')
    expect(await (await post(app, {}, stereo)).text()).toContain('transcript.text.done')
    expect(listening.streams.opened[0]).toMatchObject({
      'x-amzn-transcribe-identify-language': 'true',
      'x-amzn-transcribe-language-options': 'en-US,de-DE',
    })
    expect(listening.streams.heard[0]!.length).toBe(8000)
  })

  it.each([
    ['FLAC', () => flac(), 'flac', '16000'],
    ['Ogg Opus', () => opus(), 'ogg-opus', '48000'],
  ])('of %s as it is', async (_, made, encoding, rate) => {
    const { app } = listening.open({ AWS_S3_BUCKET: '' })
    const response = await post(app, { language: 'en' }, fileOf(made(), 'talk'))
    expect(await response.text()).toContain('transcript.text.done')
    expect(listening.streams.opened[0]).toMatchObject({
      'x-amzn-transcribe-sample-rate': rate,
      'x-amzn-transcribe-media-encoding': encoding,
    })
    expect(Buffer.from(listening.streams.heard[0]!)).toEqual(Buffer.from(made()))
  })

  it('with fields of Transcribe’s own that streams know', async () => {
    const { app } = listening.open()
    const fields = {
      language: 'en',
      VocabularyName: 'names',
      ContentRedaction: '{"PiiEntityTypes":["NAME","EMAIL"]}',
      ModelSettings: '{"LanguageModelName":"mine"}',
    }
    expect(await (await post(app, fields)).text()).toContain('transcript.text.done')
    expect(listening.streams.opened[0]).toMatchObject({
      'x-amzn-transcribe-vocabulary-name': 'names',
      'x-amzn-transcribe-content-redaction-type': 'PII',
      'x-amzn-transcribe-pii-entity-types': 'NAME,EMAIL',
      'x-amzn-transcribe-language-model-name': 'mine',
    })
    await (await post(app, { IdentifyMultipleLanguages: 'true', LanguageOptions: 'en, de' })).text()
    expect(listening.streams.opened[1]).toMatchObject({
      'x-amzn-transcribe-identify-multiple-languages': 'true',
      'x-amzn-transcribe-language-options': 'en-US,de-DE',
    })
  })

  it('of whole segments where something is to be taken out, which AWS does at their end', async () => {
    listening.streams.manners.finish = (words) => words.replaceAll('welcome', '[NAME]')
    const { app } = listening.open()
    const fields = { language: 'en', ContentRedaction: '{}' }
    const text = await (await post(app, fields)).text()
    expect(text).not.toContain('welcome')
    expect(eventsIn(text).map(({ type, delta, text }) => delta ?? text ?? type)).toEqual([
      'Hello and [NAME] to the show.',
      ' Thank you, glad to be here.',
      TEXT.replace('welcome', '[NAME]'),
    ])
  })

  it('to the end where AWS has changed after all what was told', async () => {
    listening.streams.manners.finish = (words) => words.replaceAll('Hello', 'Hallo')
    const { app } = listening.open()
    const events = eventsIn(await (await post(app, { language: 'en' })).text())
    const told = events.map(({ delta = '' }) => delta).join('')
    expect([told, events.at(-1)!['text']]).toEqual([TEXT, TEXT])
  })

  it.each<[string, () => File, Record<string, string>]>([
    ['encoded and too long to be paced', () => fileOf(flac(5_000_000), 'talk'), {}],
    ['to be told in several ways', wav, { ShowAlternatives: 'true', MaxAlternatives: '2' }],
    ['to be looked through for toxic speech', wav, { ToxicityDetection: '[{}]' }],
  ])('of a job, all of it, where it is %s', async (_, file, fields) => {
    const { app } = listening.open({ AWS_S3_BUCKET: '', AWS_TRANSCRIBE_S3_BUCKET: bucket() })
    const response = await post(app, { language: 'en', ...fields }, file())
    expect(await response.text()).toContain('transcript.text.done')
    expect(listening.streams.opened).toEqual([])
    expect(listening.transcribe.begun[0]).toMatchObject({ size: file().size })
    const none = listening.open({ AWS_S3_BUCKET: '' }).app
    const refused = await errorOf(await post(none, { language: 'en', ...fields }, file()))
    expect(refused.status).toBe(503)
    expect(refused.message).toMatch(/of up to 4 MiB.*what only jobs do/)
  })

  it('of a job where no stream can be had: MP3, a language nobody named', async () => {
    const { app } = listening.open()
    const mp3 = await post(app, { language: 'en' }, fileOf(silentMp3(), 'a.mp3'))
    const events = eventsIn(await mp3.text())
    expect(events.map(({ type, delta }) => delta ?? type)).toEqual([
      '',
      'Hello and welcome to the show.',
      ' Thank you, glad to be here.',
      'transcript.text.done',
    ])
    const nameless = eventsIn(await (await post(app, { response_format: 'diarized_json' })).text())
    expect(nameless.filter(({ type }) => type === 'transcript.text.segment').length).toBe(2)
    expect(listening.streams.opened).toEqual([])
    expect(listening.transcribe.begun.length).toBe(2)
    await expect.poll(() => keysIn(listening.speech.s3)).toEqual([])
    expect(listening.transcribe.jobs.size).toBe(0)
  })

  it('whole as well, where there is no bucket', async () => {
    const { openai } = listening.open({ AWS_S3_BUCKET: '' })
    const answer = await openai.audio.transcriptions.create({
      model: 'whisper-1',
      file: wav(),
      language: 'en',
      response_format: 'verbose_json',
      timestamp_granularities: ['word'],
    })
    expect(answer).toMatchObject({ text: TEXT, duration: 4.15 })
    expect(answer.words?.length).toBe(12)
  })
})

describe('a stream that goes wrong', () => {
  it('before its head is an HTTP error', async () => {
    listening.streams.manners.refusal = {
      status: 429,
      type: 'LimitExceededException',
      message: 'You have exceeded the number of concurrent streams.',
    }
    const { app } = listening.open()
    expect((await post(app, { language: 'en' })).status).toBe(429)
    listening.streams.manners.refusal = {
      status: 400,
      type: 'BadRequestException',
      message: 'Sorry',
    }
    expect(await errorOf(await post(app, { language: 'en' }))).toMatchObject({
      status: 400,
      param: 'file',
    })
  })

  it('behind it is an event', async () => {
    listening.streams.manners.exception = {
      type: 'InternalFailureException',
      message: 'A problem occurred while processing the audio.',
    }
    const { app, log } = listening.open()
    const events = eventsIn(await (await post(app, { language: 'en' })).text())
    expect(events.at(-1)).toMatchObject({ error: { type: 'server_error' } })
    expect(log().at(-1)).toMatchObject({ outcome: 'failed', status_code: 200 })
  })

  it('ends at once when its reader leaves', async () => {
    const { app } = listening.open()
    const before = listening.streams.reset()
    const response = await post(app, { language: 'en' }, fileOf(toneWav(200), 'long.wav'))
    await response.body!.cancel()
    await expect
      .poll(() => listening.streams.reset() > before || listening.streams.heard.length > 0)
      .toBe(true)
    await expect.poll(() => keysIn(listening.speech.s3)).toEqual([])
  })

  it('says what the runtime lacks', async () => {
    const { app } = listening.open({ AWS_S3_BUCKET: '' }, { duplex: undefined })
    const error = await errorOf(await post(app, { language: 'en' }))
    expect(error).toMatchObject({ status: 503, code: 'feature_unavailable' })
    expect(error.message).toContain('HTTP/2')
  })
})
