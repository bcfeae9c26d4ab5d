import { parseSync } from 'subtitle'
import { describe, expect, it } from 'vitest'
// @ts-expect-error it has no types
import { WebVTTParser } from 'webvtt-parser'
import { fault, type ServiceAnswer } from '../../../fakes/fake-aws-service.ts'
import { fileOf, silentMp3, toneWav } from '../../../fakes/recordings-of-speech.ts'
import { errorOf, formOf, useListening } from './listening-stage.ts'
import { keysIn } from './stage.ts'

const listening = useListening()
const wav = () => fileOf(toneWav(), 'talk.wav')
const TEXT = 'Hello and welcome to the show. Thank you, glad to be here.'
const nothingIsLeft = async () => {
  expect(await keysIn(listening.speech.s3)).toEqual([])
  expect([...listening.transcribe.jobs.keys()]).toEqual([])
}

const transcribe = (
  app: ReturnType<typeof listening.open>['app'],
  fields: Record<string, string> = {},
) => app.request('/v1/audio/transcriptions', { method: 'POST', body: formOf(wav(), fields) })

describe('a recording is written down by a job', () => {
  it('by OpenAI’s own client, and nothing is left of it', async () => {
    const { openai } = listening.open()
    const answer = await openai.audio.transcriptions.create({ model: 'whisper-1', file: wav() })
    expect(answer).toEqual({ text: TEXT, usage: { type: 'duration', seconds: 4.15 } })
    const [job] = listening.transcribe.begun
    expect(job).toMatchObject({
      input: { IdentifyLanguage: true, MediaFormat: 'wav', OutputBucketName: 'outcrop-test' },
      size: toneWav().length,
    })
    await nothingIsLeft()
  })

  it('through a bucket of its own, in the region where it is asked', async () => {
    const { bucket } = listening.speech.s3
    const own = { AWS_S3_BUCKET: '', AWS_TRANSCRIBE_S3_BUCKET: bucket }
    for (const env of [own, { ...own, AWS_REGION: '', AWS_BEDROCK_REGIONS: 'eu-west-1' }]) {
      const { app } = listening.open(env)
      expect((await transcribe(app)).status).toBe(200)
      await nothingIsLeft()
    }
  })

  it('tagged with who asked', async () => {
    const { app } = listening.open()
    listening.speech.s3.tagged.length = 0
    await app.request('/v1/audio/transcriptions', {
      method: 'POST',
      body: formOf(wav(), { user: 'Zoë' }),
      headers: { 'x-request-id': 'req_1' },
    })
    const [job] = listening.transcribe.begun
    const tags = { request_id: 'req_1', server_id: 'here:1', user_id: 'Zo_' }
    expect(listening.speech.s3.tagged).toEqual([String(new URLSearchParams(tags))])
    expect(job!.input['Tags']).toEqual(Object.entries(tags).map(([Key, Value]) => ({ Key, Value })))
  })

  it('in the language the caller names, which AWS tells of the job alone', async () => {
    listening.transcribe.manners.lines = [{ start: 0, text: '今日は 元気です.' }]
    const { app } = listening.open()
    const asked = { language: 'ja', response_format: 'verbose_json' }
    const answer = (await (await transcribe(app, asked)).json()) as Record<string, unknown>
    expect(answer['language']).toBe('japanese')
    expect(answer['segments']).toMatchObject([{ text: '今日は元気です.' }])
  })

  it('as text', async () => {
    const { openai } = listening.open()
    const text = await openai.audio.transcriptions.create({
      model: 'gpt-4o-transcribe',
      file: wav(),
      response_format: 'text',
    })
    expect(text).toBe(`${TEXT}\n`)
  })

  it('with words and segments', async () => {
    const { openai } = listening.open()
    const answer = await openai.audio.transcriptions.create({
      model: 'whisper-1',
      file: wav(),
      response_format: 'verbose_json',
      timestamp_granularities: ['word', 'segment'],
    })
    expect(answer).toMatchObject({ task: 'transcribe', language: 'english', text: TEXT })
    expect(answer.segments?.map(({ start, end, text }) => [start, end, text])).toEqual([
      [0.04, 1.84, 'Hello and welcome to the show.'],
      [2.35, 4.15, 'Thank you, glad to be here.'],
    ])
    expect(answer.words?.slice(0, 2)).toEqual([
      { word: 'Hello', start: 0.04, end: 0.34 },
      { word: 'and', start: 0.34, end: 0.64 },
    ])
    expect(answer.words?.length).toBe(12)
  })

  it('by who says what', async () => {
    const { openai } = listening.open()
    const answer = await openai.audio.transcriptions.create({
      model: 'gpt-4o-transcribe-diarize',
      file: wav(),
      response_format: 'diarized_json',
      chunking_strategy: 'auto',
    })
    expect(answer).toMatchObject({
      task: 'transcribe',
      text: TEXT,
      segments: [
        { id: 'seg_001', type: 'transcript.text.segment', speaker: 'A', start: 0.04 },
        { id: 'seg_002', speaker: 'B', text: 'Thank you, glad to be here.' },
      ],
    })
    expect(listening.transcribe.begun[0]!.input['Settings']).toEqual({
      ShowSpeakerLabels: true,
      MaxSpeakerLabels: 10,
    })
  })

  it('as subtitles that parsers take', async () => {
    listening.transcribe.manners.lines = [
      { start: 0, text: 'Well.' },
      { start: 3725.5, text: 'Tea, & so on.' },
    ]
    const { openai } = listening.open()
    const ask = async (response_format: 'srt' | 'vtt') =>
      String(
        await openai.audio.transcriptions.create({
          model: 'whisper-1',
          file: wav(),
          response_format,
        }),
      )
    const cues = parseSync(await ask('srt')).map(({ data }) => data)
    expect(cues).toEqual([
      { start: 0, end: 300, text: 'Well.' },
      { start: 3_725_500, end: 3_726_400, text: 'Tea, so on.' },
    ])
    const vtt = new WebVTTParser().parse(await ask('vtt'), 'metadata')
    expect(vtt.errors).toEqual([])
    expect(
      vtt.cues.map(({ startTime, text }: { startTime: number; text: string }) => [startTime, text]),
    ).toEqual([
      [0, 'Well.'],
      [3725.5, 'Tea, so on.'],
    ])
  })

  it('where nothing is said', async () => {
    listening.transcribe.manners.lines = []
    const { openai } = listening.open()
    const ask = (response_format: 'verbose_json' | 'srt' | 'vtt' | 'json') =>
      openai.audio.transcriptions.create({ model: 'whisper-1', file: wav(), response_format })
    // As long as the recording is, whenever the last word ends.
    const usage = { type: 'duration', seconds: 0.5 }
    const whole = { text: '', duration: 0.5, segments: [], usage }
    expect(await ask('verbose_json')).toMatchObject(whole)
    expect(await ask('json')).toEqual({ text: '', usage })
    expect(String(await ask('srt'))).toBe('')
    expect(new WebVTTParser().parse(String(await ask('vtt')), 'metadata').errors).toEqual([])
  })

  it('with what Transcribe can do beyond OpenAI’s fields, by form and by JSON', async () => {
    const { app } = listening.open()
    const own = {
      VocabularyName: 'names',
      ShowAlternatives: 'true',
      MaxAlternatives: '2',
      ContentRedaction: '{"PiiEntityTypes":["NAME"]}',
      language: 'de',
      nonsense: '1',
    }
    const form = await app.request('/v1/audio/transcriptions', {
      method: 'POST',
      body: formOf(wav(), own),
    })
    expect(form.headers.get('x-outcrop-ignored-params')).toBe('nonsense')
    const json = await app.request('/v1/audio/transcriptions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'amazon.transcribe',
        file: Buffer.from(toneWav()).toString('base64'),
        languages: ['en', 'de'],
        IdentifyMultipleLanguages: true,
        ToxicityDetection: [{ ToxicityCategories: ['ALL'] }],
      }),
    })
    expect(json.status).toBe(200)
    expect(listening.transcribe.begun.map(({ input }) => input)).toMatchObject([
      {
        LanguageCode: 'de-DE',
        Settings: { VocabularyName: 'names', ShowAlternatives: true, MaxAlternatives: 2 },
        ContentRedaction: { RedactionType: 'PII', RedactionOutput: 'redacted' },
      },
      {
        IdentifyMultipleLanguages: true,
        LanguageOptions: ['en-US', 'de-DE'],
        ToxicityDetection: [{ ToxicityCategories: ['ALL'] }],
      },
    ])
    await nothingIsLeft()
  })

  it('with other readings, which take no member of OpenAI’s away', async () => {
    const { app } = listening.open()
    const ask = async (response_format: string, granularity?: string) => {
      const fields = {
        ShowAlternatives: 'true',
        MaxAlternatives: '2',
        response_format,
        ...(granularity && { 'timestamp_granularities[]': granularity }),
      }
      const body = formOf(wav(), fields)
      const answer = await app.request('/v1/audio/transcriptions', { method: 'POST', body })
      return (await answer.json()) as Record<string, unknown>
    }
    const readings = [
      { start_time: '0.04', alternatives: [{}, { transcript: 'hello and welcome to the show.' }] },
      { start_time: '2.35' },
    ]
    expect(await ask('json')).toMatchObject({ text: TEXT, segments: readings })
    const verbose = await ask('verbose_json')
    expect(verbose).toMatchObject({
      segments: [{ id: 0, text: 'Hello and welcome to the show.' }, { id: 1 }],
      alternatives: readings,
    })
    const words = await ask('verbose_json', 'word')
    expect(words).toMatchObject({ words: expect.any(Array), alternatives: readings })
    expect(words).not.toHaveProperty('segments')
  })

  it('by fields that hold others, as OpenAI’s own client writes them into a form', async () => {
    const { openai } = listening.open()
    const own = {
      ContentRedaction: { RedactionType: 'PII', PiiEntityTypes: ['NAME', 'PHONE'] },
      LanguageIdSettings: { 'en-US': { VocabularyName: 'names' } },
      ToxicityDetection: [{ ToxicityCategories: ['ALL'] }],
      timestamp_granularities: ['word'] as 'word'[],
      response_format: 'verbose_json' as const,
    }
    const { words } = (await openai.audio.transcriptions.create({
      model: 'whisper-1',
      file: wav(),
      ...own,
    })) as { words?: unknown[] }
    expect(words).toHaveLength(12)
    expect(listening.transcribe.begun[0]!.input).toMatchObject({
      ContentRedaction: { ...own.ContentRedaction, RedactionOutput: 'redacted' },
      LanguageIdSettings: own.LanguageIdSettings,
      ToxicityDetection: own.ToxicityDetection,
    })
  })

  it('told by content, whatever it is called', async () => {
    const { app } = listening.open()
    const ask = (file: File) =>
      app.request('/v1/audio/transcriptions', { method: 'POST', body: formOf(file, {}) })
    await ask(fileOf(silentMp3(), 'talk.wav', 'audio/wav'))
    await ask(fileOf(toneWav(), 'blob', 'application/octet-stream'))
    expect(listening.transcribe.begun.map(({ input }) => input['MediaFormat'])).toEqual([
      'mp3',
      'wav',
    ])
  })

  it('that is too large for memory, through S3 once', async () => {
    const { app } = listening.open()
    const large = fileOf(toneWav(300), 'long.wav')
    const response = await app.request('/v1/audio/transcriptions', {
      method: 'POST',
      body: formOf(large, {}),
    })
    expect(response.status).toBe(200)
    const [job] = listening.transcribe.begun
    expect(job!.size).toBe(large.size)
    const { MediaFileUri } = job!.input['Media'] as { MediaFileUri: string }
    const output = String(job!.input['OutputKey'])
    expect(MediaFileUri.startsWith(`s3://outcrop-test/${output.replace(/[^/]+$/, '')}`)).toBe(true)
    await nothingIsLeft()
  })

  it('and counted', async () => {
    const { app, log } = listening.open()
    await app.request('/v1/audio/transcriptions', { method: 'POST', body: formOf(wav(), {}) })
    expect(log().at(-1)).toMatchObject({
      operation: 'transcription',
      usage: { audio_seconds: 4.15 },
      served_model_id: 'amazon.transcribe',
      resolved_by: 'alias',
    })
  })
})

describe('what Transcribe would not take is refused by name', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a language nobody knows', { LanguageCode: 'xx-YY' }, 'LanguageCode'],
    ['languages that are no texts', { LanguageOptions: '[1,2]' }, 'LanguageOptions'],
    ['half a list', { LanguageOptions: '["en' }, 'LanguageOptions'],
    ['an object for a list', { LanguageOptions: '{"a":1}' }, 'LanguageOptions'],
    ['a list for an object', { LanguageIdSettings: '[1]' }, 'LanguageIdSettings'],
    ['neither true nor false', { ChannelIdentification: 'maybe' }, 'ChannelIdentification'],
    ['no number', { MaxAlternatives: '' }, 'MaxAlternatives'],
    [
      'channels beside speakers',
      { ChannelIdentification: 'true', response_format: 'diarized_json' },
      'ChannelIdentification',
    ],
  ])('%s', async (_, fields, param) => {
    const { app } = listening.open()
    expect(await errorOf(await transcribe(app, fields))).toMatchObject({ status: 400, param })
    expect(listening.transcribe.begun).toEqual([])
  })

  it('but not one language to choose from, or what is written as a word', async () => {
    const { app } = listening.open()
    const fields = { LanguageOptions: 'de', ChannelIdentification: 'false' }
    expect((await transcribe(app, fields)).status).toBe(200)
    expect(listening.transcribe.begun[0]!.input).toMatchObject({
      LanguageCode: 'de-DE',
      Settings: { ChannelIdentification: false },
    })
  })
})

describe('what goes wrong leaves nothing behind', () => {
  it.each([
    ['nothing', '', 'nowhere to be found'],
    ['no JSON', '{"results":', 'could not be read'],
    ['no transcript', '{"results":{}}', 'could not be read'],
  ])('a job that wrote %s is a 502', async (_, result, words) => {
    listening.transcribe.manners.result = result
    const { app } = listening.open()
    const error = await errorOf(await transcribe(app))
    expect(error.status).toBe(502)
    expect(error.message).toContain(words)
    await nothingIsLeft()
  })

  it.each([
    'Unsupported audio format. Check the format.',
    'The input media file length is too small. Check the length of the file.',
    'Invalid file size: file size too large.',
    'Invalid number of channels: number of channels too large. Refer to Service quotas.',
  ])('a job that fails over the recording is a 400: %s', async (reason) => {
    listening.transcribe.manners.fails = reason
    const { app } = listening.open()
    const body = formOf(wav(), {})
    const error = await errorOf(
      await app.request('/v1/audio/transcriptions', { method: 'POST', body }),
    )
    expect(error).toMatchObject({ status: 400, param: 'file', code: 'invalid_audio' })
    await nothingIsLeft()
  })

  it('a job that fails over there is a 502, one that cannot begin what AWS said', async () => {
    const { app } = listening.open()
    const ask = () =>
      app.request('/v1/audio/transcriptions', { method: 'POST', body: formOf(wav(), {}) })
    listening.transcribe.manners.fails = 'Internal failure. Try again.'
    expect((await ask()).status).toBe(502)
    delete listening.transcribe.manners.fails
    const { refusals } = listening.transcribe.manners
    refusals.push(fault(400, 'LimitExceededException', 'Too many jobs.'))
    expect((await ask()).status).toBe(429)
    await nothingIsLeft()
  })

  it.each([
    ['while a job runs', 20],
    ['while AWS takes the job', 0],
  ])('a caller who leaves %s', async (_, looks) => {
    listening.transcribe.manners.looks = looks
    const leaving: (() => void)[] = []
    const leave = () => {
      for (const told of leaving) told()
    }
    const { app } = listening.open(
      {},
      { onCallerLeft: (_: unknown, __: Request, told: () => void) => void leaving.push(told) },
    )
    const isTold = looks > 0
    if (!isTold) listening.transcribe.manners.taken = leave
    const asking = app.request('/v1/audio/transcriptions', {
      method: 'POST',
      body: formOf(wav(), {}),
    })
    // It has been looked at, so that its start was told.
    if (isTold) {
      await expect.poll(() => [...listening.transcribe.jobs.values()][0]?.looks).toBeLessThan(looks)
      leave()
    }
    expect((await asking).status).toBe(499)
    await expect.poll(() => keysIn(listening.speech.s3)).toEqual([])
    await expect.poll(() => listening.transcribe.jobs.size).toBe(0)
  })

  const broken: ServiceAnswer = { write: (response) => void response.destroy() }
  it('a start whose answer is lost, though the job was taken', async () => {
    listening.transcribe.manners.looks = 3
    listening.transcribe.manners.taken = () => Promise.reject(new Error('The line broke.'))
    const { app, log } = listening.open()
    expect((await transcribe(app)).status).toBe(503)
    expect(listening.transcribe.begun.length).toBe(1)
    await expect.poll(() => listening.transcribe.jobs.size).toBe(0)
    await expect.poll(() => keysIn(listening.speech.s3)).toEqual([])
    expect(log().filter(({ level }) => level === 'warning')).toEqual([])
  })

  it('a start that was lost before it was heard, and nothing is said of a job that never was', async () => {
    listening.transcribe.manners.refusals.push(broken)
    const { app, log } = listening.open()
    expect((await transcribe(app)).status).toBe(503)
    await expect.poll(() => keysIn(listening.speech.s3)).toEqual([])
    expect(log().filter(({ level }) => level === 'warning')).toEqual([])
  })

  it('a job that cannot be looked at for a moment is waited for', async () => {
    const { lookFaults } = listening.transcribe.manners
    lookFaults.push(broken, fault(500, 'InternalFailureException', 'Oops.'), broken)
    lookFaults.push(fault(400, 'LimitExceededException', 'Slow down.'))
    const { app } = listening.open()
    expect((await transcribe(app)).status).toBe(200)
    await nothingIsLeft()
  })

  it('a job that cannot be looked at any more is watched when nobody waits for it', async () => {
    const { manners } = listening.transcribe
    manners.looks = 2
    for (let times = 0; times < 12; times += 1) manners.lookFaults.push(broken)
    const { app } = listening.open()
    expect((await transcribe(app)).status).toBe(503)
    await expect.poll(() => listening.transcribe.jobs.size).toBe(0)
    await expect.poll(() => keysIn(listening.speech.s3)).toEqual([])
  })
})
