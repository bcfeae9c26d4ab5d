import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../app/config.ts'
import type { Call } from '../../../app/ports/call.ts'
import type { FoundModel } from '../../../app/ports/models.ts'
import { createOpenaiProviders } from '../../../app/providers/openai/index.ts'
import { recordings, sharedRoot } from '../../fakes/shared.ts'
import { stagedRuntime } from '../../http/stage.ts'
import { type Answer, framesOf, scriptedServer } from './scripted-server.ts'

type Abilities = Required<Pick<FoundModel, 'embeddings' | 'images' | 'speech' | 'transcription'>>

const call: Call = { requestId: 'r', signal: new AbortController().signal }
const png = Uint8Array.from(atob('iVBORw0KGgo='), (letter) => letter.charCodeAt(0))

/** A model of OpenAI, or of another server, that answers as told. */
function open(
  id: string,
  answer: Answer,
  env: Record<string, string> = { OPENAI_API_KEY: 'sk-1' },
) {
  const { runtime } = stagedRuntime(env)
  const server = scriptedServer([{ id }])
  server.answer(answer)
  const config = readConfig(env)
  const [provider] = createOpenaiProviders({
    config,
    runtime: { ...runtime, transport: server.transport },
  })
  const model = async () => (await provider!.find(id)) as unknown as Abilities & FoundModel
  return { model, ...server }
}

const OTHER = {
  OPENAI_UPSTREAMS: JSON.stringify([{ name: 'other', base_url: 'http://h/v1', models: ['*'] }]),
}

/** The form of a request, files by their names and types. */
async function formOf({ headers, body }: { headers: Record<string, string>; body?: unknown }) {
  const form = await new Response(body as Uint8Array<ArrayBuffer>, { headers }).formData()
  const shown = (value: unknown) =>
    value instanceof File ? `${value.name} ${value.type} ${value.size}` : value
  return [...form].map(([name, value]) => [name, shown(value)])
}

describe('embeddings', () => {
  it('come as floats in the order of the inputs, whatever their form', async () => {
    const base64 = btoa(String.fromCharCode(...new Uint8Array(Float32Array.of(0.5, -2).buffer)))
    const answer = {
      data: [
        { index: 1, embedding: [1, 2] },
        { index: 0, embedding: base64 },
      ],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    }
    const { model, bodies, asked } = open('text-embedding-3-small', { body: answer })
    const { embeddings } = await model()
    const request = {
      model: 'mine',
      inputs: [
        { type: 'text' as const, text: 'a' },
        { type: 'text' as const, text: 'b' },
      ],
      dimensions: 2,
      purpose: 'search_query',
      extras: { user: 'u' },
    }
    expect(await embeddings.embed(request, call)).toEqual({
      embeddings: [{ vector: Float32Array.of(0.5, -2) }, { vector: [1, 2] }],
      usage: { input: 3, output: 0 },
      served: {
        provider: 'openai',
        model: 'text-embedding-3-small',
        attempts: 1,
        ignored: ['input_type'],
      },
    })
    expect(asked[0]!.path).toBe('/v1/embeddings')
    expect(bodies()).toEqual([
      {
        model: 'text-embedding-3-small',
        input: ['a', 'b'],
        dimensions: 2,
        encoding_format: 'base64',
        user: 'u',
      },
    ])
  })

  it('are of texts, and complete', async () => {
    const one = { type: 'text' as const, text: 'a' }
    const image = {
      type: 'image' as const,
      source: { kind: 'text' as const, text: '' },
      param: 'input[1]',
    }
    const { model } = open('nomic-embed-text', { body: { data: [] } }, OTHER)
    const { embeddings } = await model()
    await expect(
      embeddings.embed({ model: 'm', inputs: [one, image] }, call),
    ).rejects.toMatchObject({ status: 400, param: 'input[1]' })
    await expect(
      embeddings.embed({ model: 'm', inputs: [one], forms: ['int8'] }, call),
    ).rejects.toMatchObject({ status: 400 })
    await expect(embeddings.embed({ model: 'm', inputs: [one] }, call)).rejects.toMatchObject({
      status: 502,
    })
  })

  it.skipIf(!sharedRoot())('are those of the recordings', async () => {
    const good = recordings('openai/openai.embeddings').filter(
      ({ response }) => response.status === 200,
    )
    for (const { request, response } of good) {
      const { input } = request.body as { input: string[] }
      // The bytes of the vectors are kept beside the recordings.
      const body = JSON.stringify(response.body).replaceAll(
        /@media:[0-9a-f]+\.bin;bytes=6144/g,
        btoa('\0'.repeat(6144)),
      )
      const { model, bodies } = open('text-embedding-3-small', { body })
      const { embeddings } = await model()
      const inputs = input.map((text) => ({ type: 'text' as const, text }))
      const { embeddings: found } = await embeddings.embed({ model: 'm', inputs }, call)
      expect(found.map(({ vector }) => vector.length)).toEqual(inputs.map(() => 1536))
      expect(bodies()).toEqual([request.body])
    }
  })
})

describe('images', () => {
  const drawn = {
    created: 1,
    data: [{ b64_json: btoa(String.fromCharCode(...png)), revised_prompt: 'a cat' }],
  }
  const wish = {
    model: 'mine',
    task: 'generate' as const,
    prompt: 'cat',
    images: [],
    count: 2,
    size: '1024x1024',
  }

  it('are drawn', async () => {
    const { model, bodies } = open('dall-e-3', { body: drawn })
    const { images } = await (await model()).images.draw(
      { ...wish, style: 'vivid', extras: { user: 'u' } },
      call,
    )
    expect(images).toEqual([{ bytes: png, mediaType: 'image/png', revisedPrompt: 'a cat' }])
    expect(bodies()).toEqual([
      {
        user: 'u',
        model: 'dall-e-3',
        prompt: 'cat',
        n: 2,
        size: '1024x1024',
        style: 'vivid',
        response_format: 'b64_json',
      },
    ])
  })

  it('that are only named are fetched without a key', async () => {
    const { model, answer, asked } = open('gpt-image-1-mini', {})
    answer(
      {
        body: {
          data: [{ url: 'https://files.example/a.png?sig=1' }],
          usage: { input_tokens: 4, output_tokens: 9 },
        },
      },
      { reads: [png.subarray(0, 3), png.subarray(3)] },
    )
    const { images, usage } = await (await model()).images.draw(wish, call)
    expect(images).toEqual([{ bytes: png, mediaType: 'image/png' }])
    expect(usage).toEqual({ input: 4, output: 9, images: 1 })
    expect(asked.map(({ json }) => json['response_format'])).toEqual([undefined, undefined])
    expect(asked[1]).toMatchObject({
      method: 'GET',
      origin: 'https://files.example',
      path: '/a.png?sig=1',
      headers: {},
    })
  })

  it('are shown while they are drawn', async () => {
    const base64 = drawn.data[0]!.b64_json
    const events = [
      { type: 'image_generation.partial_image', b64_json: base64, partial_image_index: 0 },
      {
        type: 'image_generation.completed',
        b64_json: base64,
        size: '1024x1024',
        quality: 'low',
        usage: { input_tokens: 1, output_tokens: 2 },
      },
    ]
    const { model, bodies } = open('gpt-image-1', { reads: framesOf(...events) })
    const seen: number[] = []
    const answer = await (await model()).images.draw({ ...wish, partials: 1 }, call, (_, index) =>
      seen.push(index),
    )
    expect(answer).toEqual({
      images: [{ bytes: png, mediaType: 'image/png' }],
      usage: { input: 1, output: 2, images: 1 },
      served: { provider: 'openai', model: 'gpt-image-1', attempts: 1, ignored: [] },
      size: '1024x1024',
      quality: 'low',
    })
    expect(seen).toEqual([0])
    expect(bodies()[0]).toMatchObject({ stream: true, partial_images: 1 })
  })

  it('are changed in forms', async () => {
    const picture = {
      mediaType: 'image/png',
      width: 1,
      height: 1,
      alpha: false,
      size: png.length,
      param: 'image',
      bytes: async () => png,
      stream: async () => new Blob([png]).stream(),
    }
    const { model, asked } = open('gpt-image-1', { body: drawn })
    const { images } = await model()
    await images.draw(
      {
        ...wish,
        task: 'edit',
        images: [picture, picture],
        mask: picture,
        extras: { input_fidelity: 'high' },
      },
      call,
    )
    expect(asked[0]!.path).toBe('/v1/images/edits')
    expect(await formOf(asked[0]!)).toEqual([
      ['input_fidelity', 'high'],
      ['model', 'gpt-image-1'],
      ['prompt', 'cat'],
      ['n', '2'],
      ['size', '1024x1024'],
      ['image[]', 'image-0.png image/png 8'],
      ['image[]', 'image-1.png image/png 8'],
      ['mask', 'mask.png image/png 8'],
    ])
    const { prompt: _, ...without } = wish
    await images.draw({ ...without, task: 'vary', images: [picture] }, call)
    expect(asked[1]!.path).toBe('/v1/images/variations')
  })

  it('that a server cannot draw are the caller’s to ask elsewhere', async () => {
    const { model } = open('llama3', { status: 404, body: '404 page not found' }, OTHER)
    await expect((await model()).images.draw(wish, call)).rejects.toMatchObject({
      status: 400,
      param: 'model',
    })
  })
})

describe('speech', () => {
  it('is passed on as it is spoken', async () => {
    const reads = [Uint8Array.of(1, 2), Uint8Array.of(3)]
    const { model, bodies } = open('tts-1', { reads, headers: { 'content-type': 'audio/mpeg' } })
    const spoken = await (await model()).speech.speak(
      {
        model: 'mine',
        text: 'Hello',
        voice: 'alloy',
        format: 'mp3',
        speed: 1.5,
        language: 'de',
        extras: { instructions: 'softly' },
      },
      call,
    )
    expect(new Uint8Array(await new Response(spoken.audio).arrayBuffer())).toEqual(
      Uint8Array.of(1, 2, 3),
    )
    expect(spoken).toMatchObject({
      mediaType: 'audio/mpeg',
      usage: { characters: 5 },
      served: { ignored: ['language'] },
    })
    expect(bodies()).toEqual([
      {
        instructions: 'softly',
        model: 'tts-1',
        input: 'Hello',
        voice: 'alloy',
        response_format: 'mp3',
        speed: 1.5,
      },
    ])
  })

  it('is stopped when nobody listens', async () => {
    const { model, cancelled } = open('tts-1', {
      reads: [Uint8Array.of(1), Uint8Array.of(2)],
      headers: { 'content-type': 'audio/wav' },
    })
    const { audio } = await (await model()).speech.speak(
      { model: 'm', text: 'x', voice: 'v', format: 'wav' },
      call,
    )
    await audio.cancel()
    expect(cancelled()).toBe(1)
  })
})

describe('transcription', () => {
  const request = () => ({
    model: 'mine',
    audio: new Response(Uint8Array.of(1, 2, 3)).body!,
    mediaType: 'audio/mpeg',
    fileName: 'talk',
  })

  it('by Whisper tells language, times and words', async () => {
    const answer = {
      text: 'Guten Tag',
      language: 'german',
      duration: 1.5,
      words: [{ word: 'Guten', start: 0, end: 0.5 }],
      segments: [{ id: 0, text: 'Guten Tag', start: 0, end: 1.5 }],
      usage: { type: 'duration', seconds: 2 },
    }
    const { model, asked } = open('whisper-1', { body: answer })
    const { transcription } = await model()
    expect(transcription.stream).toBeUndefined()
    const heard = await transcription.transcribe(
      {
        ...request(),
        language: 'de-DE',
        prompt: 'p',
        temperature: 0,
        timestamps: ['word', 'segment'],
        speakers: true,
      },
      call,
    )
    expect(heard).toEqual({
      transcript: {
        text: 'Guten Tag',
        language: 'de',
        duration: 1.5,
        words: [{ word: 'Guten', start: 0, end: 0.5 }],
        segments: [{ text: 'Guten Tag', start: 0, end: 1.5 }],
      },
      usage: { input: 0, output: 0, audioSeconds: 2 },
      served: { provider: 'openai', model: 'whisper-1', attempts: 1, ignored: ['speakers'] },
    })
    expect(await formOf(asked[0]!)).toEqual([
      ['model', 'whisper-1'],
      ['response_format', 'verbose_json'],
      ['language', 'de'],
      ['prompt', 'p'],
      ['temperature', '0'],
      ['timestamp_granularities[]', 'word'],
      ['timestamp_granularities[]', 'segment'],
      ['file', 'audio.mp3 audio/mpeg 3'],
    ])
  })

  it('translates into English', async () => {
    const { model, asked } = open('whisper-1', { body: { text: 'Good day' } })
    const { transcription } = await model()
    await transcription.transcribe({ ...request(), translateTo: 'en' }, call)
    expect(asked[0]!.path).toBe('/v1/audio/translations')
  })

  it('by the GPT models comes piece by piece', async () => {
    const events = [
      { type: 'transcript.text.delta', delta: 'Hello ' },
      { type: 'transcript.text.delta', delta: 'friend.' },
      {
        type: 'transcript.text.done',
        text: 'Hello friend.',
        usage: { type: 'tokens', input_tokens: 26, output_tokens: 4 },
      },
    ]
    const { model, asked } = open('gpt-4o-mini-transcribe', { reads: framesOf(...events) })
    const { events: stream } = await (await model()).transcription.stream!(request(), call)
    const deltas: string[] = []
    for (let next = await stream.read(); next; next = await stream.read()) deltas.push(next.delta)
    expect(deltas).toEqual(['Hello ', 'friend.'])
    expect(stream.transcript()).toEqual({
      transcript: { text: 'Hello friend.' },
      usage: { input: 26, output: 4 },
    })
    expect(await formOf(asked[0]!)).toContainEqual(['stream', 'true'])
    expect(await formOf(asked[0]!)).toContainEqual(['response_format', 'json'])
  })

  it('that breaks off says so', async () => {
    const reads = framesOf({ type: 'transcript.text.delta', delta: 'Hel' })
    const { model } = open('gpt-4o-transcribe', { reads })
    const { events } = await (await model()).transcription.stream!(request(), call)
    await events.read()
    await expect(events.read()).rejects.toMatchObject({ code: 'stream-incomplete' })
  })

  it.skipIf(!sharedRoot())('reads what was recorded', async () => {
    for (const { response } of recordings('openai/openai.audio.transcriptions')) {
      const { model } = open('gpt-4o-mini-transcribe', { body: response.body })
      const { transcript } = await (await model()).transcription.transcribe(request(), call)
      expect(transcript.text).toMatch(/^Hello,? friend\.$/)
    }
  })
})
