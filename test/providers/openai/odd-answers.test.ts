import { describe, expect, it } from 'vitest'
import { decodeBase64 } from '../../../app/codecs/bytes/base64.ts'
import { fileOf, toneWav } from '../../fakes/recordings-of-speech.ts'
import { type Answer, chunkOf, completionOf, framesOf } from './scripted-server.ts'
import { openStage } from './stage.ts'

type Stage = ReturnType<typeof openStage>

const PNG = 'iVBORw0KGgo='

const local = (more: object = {}) => ({
  OPENAI_API_KEY: '',
  OPENAI_UPSTREAMS: JSON.stringify([
    { name: 'local', base_url: 'http://127.0.0.1:8001/v1', models: ['*'], ...more },
  ]),
})

async function openaiWith(id: string, answer: Answer, env: Record<string, string> = {}) {
  const stage = openStage(env, [{ id }, { id: 'tts-1' }])
  stage.answer(answer)
  return stage
}

/** The fields of the form that was sent last, without its file. */
async function sentForm({ asked }: Stage): Promise<Record<string, string[]>> {
  const { body, headers } = asked.at(-1)!
  const form = await new Response(body as Uint8Array<ArrayBuffer>, { headers }).formData()
  const fields: Record<string, string[]> = {}
  for (const [name, value] of form) {
    if (typeof value === 'string') fields[name] = [...(fields[name] ?? []), value]
  }
  return fields
}

describe('pictures', () => {
  const draw = (stage: Stage, more: object = {}) =>
    stage.post('/v1/images/generations', { model: 'm', prompt: 'a cat', ...more })

  it.each<[string, unknown]>([
    ['base64 that is none', { b64_json: '!!!!' }],
    ['nothing', null],
    ['no bytes', { b64_json: '', url: null }],
    ['an address that is none', { url: 'http://' }],
    ['an address of no host', { url: '/files/a.png' }],
    ['a data URL that holds none', { url: 'data:image/png;base64,%%%' }],
  ])('that are %s are the server’s fault', async (_, picture) => {
    const stage = openStage(local())
    stage.answer({ body: { data: [picture] } })
    const response = await draw(stage)
    expect([response.status, await response.json()]).toEqual([
      502,
      { error: expect.objectContaining({ code: 'upstream_error', param: null }) },
    ])
  })

  it('come in data URLs too', async () => {
    const stage = openStage(local())
    const usage = { input_tokens: 5, output_tokens: 6, input_tokens_details: { image_tokens: 3 } }
    const data = [{ url: `data:image/png;base64,${PNG}` }]
    stage.answer({ body: { data, background: 'opaque', usage } })
    expect(await (await draw(stage)).json()).toMatchObject({
      data: [{ b64_json: PNG }],
      background: 'opaque',
      usage: { input_tokens_details: { text_tokens: 2, image_tokens: 3 } },
    })
  })

  it('that cannot be fetched are not there', async () => {
    const stage = openStage(local())
    stage.answer({ body: { data: [{ url: 'https://files.example/a.png' }] } }, { status: 403 })
    expect((await draw(stage)).status).toBe(502)
    expect(stage.cancelled()).toBe(1)
  })

  it.each<[string, Answer, string]>([
    ['one JSON', { body: { data: [{ b64_json: PNG }] } }, 'image_generation.completed'],
    ['a page', { headers: { 'content-type': 'text/html' }, body: '<p>' }, 'upstream_error'],
    ['no bytes', { reads: framesOf({ type: 'image_generation.completed' }) }, 'upstream_error'],
    ['words', { reads: ['data: {oops\n\n'] }, 'upstream_error'],
    ['numbers', { reads: framesOf('5') }, 'upstream_error'],
    [
      'a refusal',
      { reads: framesOf({ type: 'error', error: { message: 'No.', code: 'moderation_blocked' } }) },
      'moderation_blocked',
    ],
    [
      'half a picture',
      { reads: framesOf({ type: 'image_generation.partial_image', b64_json: PNG }) },
      'stream_incomplete',
    ],
  ])('asked for as a stream may come as %s', async (_, answer, told) => {
    const stage = await openaiWith('gpt-image-1', answer)
    const response = await draw(stage, { model: 'gpt-image-1', stream: true, partial_images: 1 })
    expect(await response.text()).toContain(told)
  })

  it('never repeat a key in their stream', async () => {
    const error = { code: 400, message: 'You sent sk-secret-of-ours.' }
    const stage = await openaiWith('gpt-image-1', { reads: framesOf({ error }) })
    const response = await draw(stage, { model: 'gpt-image-1', stream: true, partial_images: 1 })
    expect(await response.text()).toContain('You sent [secret].')
  })

  it('are drawn with what an alias brings, where the caller says nothing else', async () => {
    const alias = { model: 'gpt-image-1', extra_params: { quality: 'high' } }
    const env = { MODEL_ALIASES: JSON.stringify({ fine: alias }) }
    const stage = await openaiWith('gpt-image-1', { body: { data: [{ b64_json: PNG }] } }, env)
    await draw(stage, { model: 'fine' })
    await draw(stage, { model: 'fine', quality: 'low' })
    expect(stage.bodies().map(({ quality }) => quality)).toEqual(['high', 'low'])
    const form = new FormData()
    form.append('model', 'fine')
    form.append('prompt', 'a cat')
    form.append('quality', 'low')
    form.append('image', fileOf(decodeBase64(ONE_PIXEL), 'a.png', 'image/png'))
    await stage.app.request('/v1/images/edits', { method: 'POST', body: form })
    expect((await sentForm(stage))['quality']).toEqual(['low'])
  })
})

const ONE_PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

describe('vectors', () => {
  it.each<[string, unknown]>([
    ['base64 that is none', [{ embedding: '!!' }]],
    ['nothing', [null]],
    ['no list', 'x'],
  ])('that are %s are the server’s fault', async (_, data) => {
    const stage = openStage(local())
    stage.answer({ body: { data } })
    const response = await stage.post('/v1/embeddings', { model: 'm', input: 'x' })
    expect(response.status).toBe(502)
  })
})

describe('speech', () => {
  const say = (stage: Stage, more: object = {}) =>
    stage.post('/v1/audio/speech', { model: 'm', voice: 'v', input: 'x', ...more })

  it.each(['application/json', 'text/html'])('is never %s', async (type) => {
    const stage = openStage(local())
    stage.answer({ headers: { 'content-type': type }, body: '{}' })
    expect((await say(stage)).status).toBe(502)
    expect(stage.cancelled()).toBe(1)
  })

  it('of no type is what was asked for', async () => {
    const stage = openStage(local())
    stage.answer({ headers: { 'content-type': 'application/octet-stream' }, body: 'abc' })
    const response = await say(stage, { response_format: 'flac' })
    expect([response.headers.get('content-type'), await response.text()]).toEqual([
      'audio/flac',
      'abc',
    ])
  })
})

describe('transcripts', () => {
  const hear = (stage: Stage, fields: Record<string, string>) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', fileOf(toneWav(0.5), 'a.wav', 'audio/wav'))
    return stage.app.request('/v1/audio/transcriptions', { method: 'POST', body: form })
  }

  it.each<[string, unknown]>([
    ['without a text', { error: 'failed to read audio' }],
    ['in a list', ['x']],
  ])('%s are none', async (_, body) => {
    const stage = openStage(local())
    stage.answer({ body })
    expect((await hear(stage, { model: 'm' })).status).toBe(502)
  })

  it('hold what Whisper tells of its own workings, and times whatever comes', async () => {
    const own = { seek: 0, tokens: [1, 2], temperature: 0.2, avg_logprob: -0.3 }
    const more = { compression_ratio: 1.1, no_speech_prob: 0.01 }
    const segment = { id: 0, start: 0, end: 0.5, text: 'Hi', ...own, ...more }
    const stage = openStage(local())
    stage.answer({ body: { text: 'Hi', segments: [segment, null, { text: 'x', start: 'a' }] } })
    const response = await hear(stage, { model: 'm', response_format: 'verbose_json' })
    const { segments, usage } = (await response.json()) as { segments: object[]; usage: object }
    expect(segments).toEqual([segment, expect.objectContaining({ id: 1, start: 0, end: 0 })])
    // Nobody has counted anything, and the recording lasts that long.
    expect(usage).toEqual({ type: 'duration', seconds: 0.5 })
  })

  it('of the GPT models are texts, with what they tell beside', async () => {
    const logprobs = [{ token: 'Hi', logprob: -0.1, bytes: [72, 105] }]
    const stage = await openaiWith('gpt-4o-transcribe', { body: { text: 'Hi', logprobs } })
    const model = 'gpt-4o-transcribe'
    const response = await hear(stage, {
      model,
      'include[]': 'logprobs',
      chunking_strategy: 'auto',
    })
    expect(await response.json()).toMatchObject({ text: 'Hi', logprobs })
    expect(await sentForm(stage)).toEqual({
      'include[]': ['logprobs'],
      chunking_strategy: ['auto'],
      model: [model],
      response_format: ['json'],
    })
    for (const response_format of ['srt', 'vtt', 'verbose_json', 'diarized_json']) {
      expect((await hear(stage, { model, response_format })).status).toBe(400)
    }
    expect(stage.asked).toHaveLength(1)
  })

  it.each([
    ['gpt-transcribe', { 'languages[]': ['de'] }, null],
    ['whisper-1', {}, 'languages'],
  ])('of %s are of some languages', async (model, sent, ignored) => {
    const stage = await openaiWith(model, { body: { text: 'Hallo', languages: [{ code: 'de' }] } })
    const response = await hear(stage, { model, 'languages[]': 'de' })
    expect(response.headers.get('x-outcrop-ignored-params')).toBe(ignored)
    expect(await sentForm(stage)).toMatchObject(sent)
    expect(await response.json()).toMatchObject({ languages: [{ code: 'de' }] })
  })

  const SEGMENT = { type: 'transcript.text.segment', start: 0, end: 1, text: 'Hi', speaker: 'B' }

  it('by who says what are subtitles too', async () => {
    const model = 'gpt-4o-transcribe-diarize'
    const stage = await openaiWith(model, { body: { text: 'Hi', segments: [SEGMENT] } })
    const response = await hear(stage, { model, response_format: 'srt' })
    expect(await response.text()).toBe('1\n00:00:00,000 --> 00:00:01,000\nB: Hi\n')
    expect(await sentForm(stage)).toEqual({
      chunking_strategy: ['auto'],
      model: [model],
      response_format: ['diarized_json'],
    })
  })

  const events = (...of: object[]): Answer => ({
    reads: framesOf(...of, {
      type: 'transcript.text.done',
      text: 'Hi',
    }),
  })
  const data = (...of: object[]) => of.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
  const delta = { type: 'transcript.text.delta', delta: 'Hi' }
  const done = { type: 'transcript.text.done', text: 'Hi' }
  const logprobs = [{ token: 'Hi', logprob: -0.1, bytes: [72] }]

  it.each<[string, string, Answer, string]>([
    ['pieces', 'json', events({ ...delta, logprobs }), data({ ...delta, logprobs }, done)],
    ['one JSON', 'json', { body: { text: 'Hi' } }, data(delta, done)],
    [
      'segments',
      'diarized_json',
      events({ ...SEGMENT, id: 's' }, { type: 'keepalive' }),
      data({ ...delta, delta: '' }, { id: 'seg_001', ...SEGMENT }, done),
    ],
  ])('asked for as a stream may come as %s', async (_, response_format, answer, told) => {
    const model = 'gpt-4o-transcribe-diarize'
    const stage = await openaiWith(model, answer)
    const response = await hear(stage, { model, stream: 'true', response_format })
    expect(dataIn(await response.text())).toEqual(dataIn(told))
  })

  it('that break off tell of it', async () => {
    const model = 'gpt-4o-transcribe'
    const page: Answer = { headers: { 'content-type': 'text/html' }, body: '<p>' }
    const stage = await openaiWith(model, page)
    expect((await hear(stage, { model, stream: 'true' })).status).toBe(502)
    stage.answer({ reads: [...framesOf(delta), new Error('cut')] })
    const text = await (await hear(stage, { model, stream: 'true' })).text()
    expect(text).toContain('"code":"upstream_error"')
  })
})

const dataIn = (text: string): unknown[] =>
  text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: '))
    .map((frame) => JSON.parse(frame.slice('data: '.length)))

describe('chats', () => {
  const SPOKEN = { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }
  const sound: Answer = { headers: { 'content-type': 'audio/wav' }, body: 'RIF' }

  it.each([false, true])('of models that do not speak are of words (stream %s)', async (stream) => {
    const words: Answer = stream
      ? { reads: framesOf(chunkOf({ content: 'Hi.' }), chunkOf({}, 'stop'), '[DONE]') }
      : { body: completionOf({ content: 'Hi.' }) }
    const stage = openStage({}, [{ id: 'gpt-4o' }, { id: 'gpt-audio' }, { id: 'tts-1' }])
    stage.answer(words, sound)
    const text = await (await stage.chat({ stream, ...SPOKEN })).text()
    expect(text).toContain(`"data":"${btoa('RIF')}"`)
    expect(stage.bodies()[0]).not.toHaveProperty('modalities')
    expect(stage.bodies()[0]).not.toHaveProperty('audio')
    stage.answer(words)
    await (await stage.chat({ model: 'gpt-audio', stream, ...SPOKEN })).text()
    expect(stage.bodies().at(-1)).toMatchObject(SPOKEN)
  })

  it('are asked to speak by who sells OpenAI’s models too (OpenRouter, Azure)', async () => {
    for (const model of ['openai/gpt-audio-mini', 'gpt-4o-audio-preview']) {
      const stage = openStage(local(), [{ id: model }])
      stage.answer({ body: completionOf({}) })
      await stage.chat({ model, ...SPOKEN })
      expect(stage.bodies()).toEqual([expect.objectContaining(SPOKEN)])
    }
  })

  it('are read where they are, by a server that may', async () => {
    const stage = openStage(local({ fetches_urls: true }))
    stage.answer({ body: completionOf({}) })
    const content = [
      { type: 'image_url', image_url: { url: 'https://h.example/a.png' } },
      { type: 'video_url', video_url: { url: 'https://h.example/a.mp4' } },
    ]
    await stage.chat({ model: 'm', messages: [{ role: 'user', content }] })
    expect(stage.bodies()[0]!['messages']).toEqual([{ role: 'user', content }])
  })

  it.each<[string, Answer, number, string]>([
    [
      'in a list, as Google’s',
      { status: 404, body: [{ error: { code: 404, message: 'models/m is not found for v1.' } }] },
      404,
      'models/m is not found for v1.',
    ],
    [
      'with a key of ours in it',
      { status: 422, body: { detail: 'Neither hdr-secret-1 nor abcdef12.' } },
      400,
      'Neither [secret] nor [secret].',
    ],
  ])('are refused %s', async (_, answer, status, message) => {
    const headers = { 'api-key': 'hdr-secret-1', Authorization: 'Token abcdef12' }
    const stage = openStage(local({ headers }))
    stage.answer(answer)
    const response = await stage.chat({ model: 'm' })
    const { error } = (await response.json()) as { error: { message: string } }
    expect([response.status, error.message]).toEqual([status, message])
  })

  it('are had without their usage of who refuses to tell it, with all else that was wished', async () => {
    const stage = openStage(local())
    const refusal: Answer = { status: 400, body: { error: { message: 'Unknown: include_usage' } } }
    stage.answer(refusal, { reads: framesOf(chunkOf({ content: 'x' }), chunkOf({}, 'stop')) })
    const wish = { include_obfuscation: false }
    await stage.chat({ model: 'm', stream: true, stream_options: wish })
    expect(stage.bodies().at(-1)!['stream_options']).toEqual(wish)
  })
})
