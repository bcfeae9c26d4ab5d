import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../../../app/app.ts'
import { readWavHeader } from '../../../../app/codecs/sound/wav.ts'
import { createMemoryObjectStore } from '../../../../app/providers/embedded/memory-object-store.ts'
import { audioEncoding } from '../../../../runtimes/audio-encoding.ts'
import { fileOf, toneWav } from '../../../fakes/recordings-of-speech.ts'
import { stagedRuntime } from '../../../http/stage.ts'
import { errorOf, eventsIn, formOf } from './listening-stage.ts'

function open(brings: object = { audioEncoding }, env: Record<string, string> = {}) {
  const staged = stagedRuntime({ PROVIDER: 'embedded', EMBEDDED_TOKENS_PER_SECOND: '0', ...env })
  const openObjects = async () => createMemoryObjectStore()
  const app = createApp({ ...staged.runtime, openObjects, ...brings })
  const openai = new OpenAI({
    apiKey: 'sk',
    baseURL: 'http://app/v1',
    maxRetries: 0,
    fetch: async (url, init) => app.request(String(url), init as RequestInit),
  })
  return { app, openai }
}

const INPUT = 'The meeting starts at nine thirty. See you there!'
const bytesOf = async (response: { arrayBuffer(): Promise<ArrayBuffer> }) =>
  new Uint8Array(await response.arrayBuffer())

/** How loud each tenth of a second is. */
function loudness(wav: Uint8Array): number[] {
  const { dataStart, sampleRate } = readWavHeader(wav)!
  const view = new DataView(wav.buffer, wav.byteOffset + dataStart)
  const size = sampleRate / 10
  return Array.from({ length: Math.floor(view.byteLength / 2 / size) }, (_, window) => {
    let sum = 0
    for (let at = 0; at < size; at += 1) sum += view.getInt16((window * size + at) * 2, true) ** 2
    return Math.sqrt(sum / size)
  })
}

describe('the embedded models speak and hear what they have spoken', () => {
  it('in MP3, which nobody has to ask for', async () => {
    const { openai } = open()
    const spoken = await openai.audio.speech.create({
      model: 'tts-1',
      voice: 'alloy',
      input: INPUT,
    })
    expect(spoken.headers.get('content-type')).toBe('audio/mpeg')
    const file = fileOf(await bytesOf(spoken), 'speech.mp3')
    const heard = await openai.audio.transcriptions.create({ model: 'whisper-1', file })
    expect(heard.text).toBe(INPUT)
  })

  it('in WAV, loud while it speaks and as long as words take', async () => {
    const { openai } = open()
    const spoken = await openai.audio.speech.create({
      model: 'gpt-4o-mini-tts',
      voice: 'onyx',
      input: INPUT,
      response_format: 'wav',
    })
    const wav = await bytesOf(spoken)
    const windows = loudness(wav)
    expect(windows.length).toBeGreaterThan(25)
    expect(windows.length).toBeLessThan(60)
    expect(windows.filter((level) => level > 500).length).toBeGreaterThan(windows.length / 2)
    const heard = await openai.audio.transcriptions.create({
      model: 'whisper-1',
      file: fileOf(wav, 'speech.wav'),
      response_format: 'verbose_json',
    })
    expect(heard.segments?.map(({ text }) => text)).toEqual([
      'The meeting starts at nine thirty.',
      'See you there!',
    ])
    expect(heard.duration).toBeCloseTo(windows.length / 10, 0)
  })

  it('by voices that differ, at speeds that differ, always the same', async () => {
    const { openai } = open()
    const say = async (voice: string, speed?: number) =>
      bytesOf(
        await openai.audio.speech.create({
          model: 'tts-1',
          voice,
          input: INPUT,
          response_format: 'pcm',
          ...(speed && { speed }),
        }),
      )
    const [alloy, again, onyx, fast] = await Promise.all([
      say('alloy'),
      say('alloy'),
      say('onyx'),
      say('alloy', 2),
    ])
    expect(alloy).toEqual(again)
    expect(alloy).not.toEqual(onyx)
    expect(fast.length / alloy.length).toBeCloseTo(0.5, 1)
  })

  it('where nothing can be encoded in WAV, unless another format was asked for', async () => {
    const { app, openai } = open({})
    const spoken = await openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hi' })
    expect(spoken.headers.get('content-type')).toBe('audio/wav')
    const refused = await app.request('/v1/audio/speech', {
      method: 'POST',
      body: JSON.stringify({
        model: 'tts-1',
        voice: 'alloy',
        input: 'Hi',
        response_format: 'opus',
      }),
    })
    const error = await errorOf(refused)
    expect(error).toMatchObject({ status: 400, param: 'response_format' })
    expect(error.message).toContain('wav, pcm')
  })

  it.each(['你好，世界', '<speak>Привет</speak>', '😀', '...'])(
    'unless there is no English in it: %s',
    async (input) => {
      const { app } = open()
      for (const response_format of ['mp3', 'wav', 'pcm', 'flac', 'aac']) {
        const body = JSON.stringify({ model: 'tts-1', voice: 'alloy', input, response_format })
        const error = await errorOf(await app.request('/v1/audio/speech', { method: 'POST', body }))
        expect(error).toMatchObject({ status: 400, code: 'invalid_value', param: 'input' })
        expect(error.message).toContain('English')
      }
    },
  )

  it('as events both ways', async () => {
    const { app } = open()
    const spoken = await app.request('/v1/audio/speech', {
      method: 'POST',
      body: JSON.stringify({
        model: 'tts-1',
        voice: 'alloy',
        input: INPUT,
        response_format: 'wav',
        stream_format: 'sse',
      }),
    })
    const audio = eventsIn(await spoken.text()).map(({ audio: one }) => one ?? '')
    const file = fileOf(new Uint8Array(Buffer.from(audio.join(''), 'base64')), 'speech.wav')
    const response = await app.request('/v1/audio/transcriptions', {
      method: 'POST',
      body: formOf(file, { stream: 'true', response_format: 'diarized_json' }),
    })
    const events = eventsIn(await response.text())
    expect(events.map(({ type }) => type)).toEqual([
      'transcript.text.delta',
      'transcript.text.segment',
      'transcript.text.delta',
      'transcript.text.segment',
      'transcript.text.done',
    ])
  })

  it('and say in a 503 what would hear anything else', async () => {
    const { app } = open()
    const body = formOf(fileOf(toneWav(), 'a.wav'), {})
    const error = await errorOf(
      await app.request('/v1/audio/transcriptions', { method: 'POST', body }),
    )
    expect(error).toMatchObject({ status: 503, code: 'feature_unavailable', param: 'file' })
    expect(error.message).toMatch(/AWS_S3_BUCKET.*OPENAI_API_KEY/)
  })
})

describe('chat with the embedded models', () => {
  const SPOKEN = {
    model: 'gpt-4o-audio-preview',
    modalities: ['text', 'audio'] as ('text' | 'audio')[],
    messages: [{ role: 'user' as const, content: 'Say hello to everybody.' }],
  }

  it('speaks its answers for real', async () => {
    const { openai } = open()
    const answer = await openai.chat.completions.create({
      ...SPOKEN,
      audio: { voice: 'alloy', format: 'wav' },
    })
    const { audio } = answer.choices[0]!.message
    const wav = new Uint8Array(Buffer.from(audio!.data, 'base64'))
    expect(readWavHeader(wav)).toMatchObject({ sampleRate: 24_000, channels: 1 })
    const file = fileOf(wav, 'answer.wav')
    const heard = await openai.audio.transcriptions.create({ model: 'whisper-1', file })
    expect(heard.text).toBe(audio!.transcript.replace(/\s+/g, ' ').trim())
  })

  it('refuses a voice nobody has by its name in chat', async () => {
    const { app } = open()
    const headers = { 'content-type': 'application/json' }
    for (const stream of [false, true]) {
      const body = JSON.stringify({ ...SPOKEN, stream, audio: { voice: 'nobody', format: 'wav' } })
      const asked = await app.request('/v1/chat/completions', { method: 'POST', headers, body })
      expect(await errorOf(asked)).toMatchObject({ status: 400, param: 'audio.voice' })
    }
  })

  it('streams them as they are spoken', async () => {
    const { openai } = open()
    const stream = await openai.chat.completions.create({
      ...SPOKEN,
      messages: [{ role: 'user', content: 'Tell me about rivers. They are long. They are wet.' }],
      audio: { voice: 'alloy', format: 'pcm16' },
      stream: true,
    })
    const pieces: string[] = []
    for await (const { choices } of stream) {
      const delta = choices[0]?.delta as { audio?: { data?: string } } | undefined
      if (delta?.audio?.data) pieces.push(delta.audio.data)
    }
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.slice(0, -1).every((piece) => !piece.includes('='))).toBe(true)
    expect(Buffer.from(pieces.join(''), 'base64').length).toBeGreaterThan(24_000)
  })
})

it('nothing is written down past the guardrail of the server', async () => {
  const { app } = open(undefined, {
    AWS_BEDROCK_GUARDRAIL_IDENTIFIER: 'house',
    AWS_BEDROCK_GUARDRAIL_VERSION: '3',
  })
  const body = formOf(fileOf(toneWav(), 'a.wav'), {})
  const refused = await app.request('/v1/audio/transcriptions', { method: 'POST', body })
  expect(await errorOf(refused)).toMatchObject({ status: 400, code: 'unsupported_parameter' })
})

describe('a recording by name in a JSON body', () => {
  it('is a stored file, a data URL, or refused with where it stands', async () => {
    const { app, openai } = open()
    const spoken = await openai.audio.speech.create({
      model: 'tts-1',
      voice: 'alloy',
      input: INPUT,
      response_format: 'wav',
    })
    const wav = await bytesOf(spoken)
    const stored = await openai.files.create({ file: fileOf(wav, 's.wav'), purpose: 'user_data' })
    const ask = (file: string) =>
      app.request('/v1/audio/transcriptions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'whisper-1', file }),
      })
    const data = `data:audio/wav;base64,${Buffer.from(wav).toString('base64')}`
    for (const file of [`file-id:${stored.id}`, data]) {
      expect(await (await ask(file)).json()).toMatchObject({ text: INPUT })
    }
    expect(await errorOf(await ask('file-id:file-nobody'))).toMatchObject({
      status: 404,
      param: 'file',
    })
    expect(await errorOf(await ask('§'))).toMatchObject({ status: 400, param: 'file' })
  })
})

describe('a language', () => {
  it('that makes no difference is named', async () => {
    const { app } = open()
    const speak = (body: object) =>
      app.request('/v1/audio/speech', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'tts-1', voice: 'alloy', input: INPUT, ...body }),
      })
    const ignoredBy = ({ headers }: Response) => headers.get('x-outcrop-ignored-params')
    expect(ignoredBy(await speak({ language: 'de-DE' }))).toBe('language')
    const spoken = await speak({ language: 'en-GB', response_format: 'wav' })
    expect(ignoredBy(spoken)).toBeNull()
    const file = fileOf(await bytesOf(spoken), 's.wav')
    for (const [route, fields] of [
      ['transcriptions', { language: 'de' }],
      ['translations', { language: 'en' }],
    ] as const) {
      const body = formOf(file, fields)
      const heard = await app.request(`/v1/audio/${route}`, { method: 'POST', body })
      expect([heard.status, ignoredBy(heard)]).toEqual([200, 'language'])
    }
  })
})

describe('a field of the wrong type', () => {
  it.each([
    ['transcriptions', { temperature: true }],
    ['transcriptions', { temperature: [] }],
    ['translations', { temperature: [0.5] }],
    ['translations', { language: 5 }],
    ['translations', { language: 'English!' }],
  ])('is refused: %s %j', async (route, fields) => {
    const { app } = open()
    const answer = await app.request(`/v1/audio/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'whisper-1', file: 'aGVsbG8=', ...fields }),
    })
    const [param] = Object.keys(fields)
    expect(await errorOf(answer)).toMatchObject({ status: 400, param })
  })
})
