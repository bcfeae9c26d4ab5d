import { describe, expect, it } from 'vitest'
import { readWavHeader } from '../../../../app/codecs/sound/wav.ts'
import { fault, type ServiceAnswer } from '../../../fakes/fake-aws-service.ts'
import { audioOf } from '../../../fakes/fake-polly.ts'
import { keysIn, useSpeech } from './stage.ts'

const speech = useSpeech()
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())
const errorOf = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as { error: { message: string; param: string } }).error,
})

describe('a text is spoken', () => {
  it('by OpenAI’s own client, in MP3 by default', async () => {
    speech.polly.manners.language = 'en'
    const { openai } = speech.open()
    const answer = await openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hi' })
    expect(answer.headers.get('content-type')).toBe('audio/mpeg')
    expect(await answer.text()).toBe('mp3 of Danielle: Hi')
    expect(speech.polly.spoken()).toEqual([
      { Engine: 'neural', VoiceId: 'Danielle', OutputFormat: 'mp3', Text: 'Hi', TextType: 'text' },
    ])
    const asked = speech.polly.requests.find(({ path }) => path === '/v1/speech')!
    expect(asked).toMatchObject({ service: 'polly', signature: 'valid' })
  })

  it.each([
    ['mp3', 'audio/mpeg', 'mp3'],
    ['opus', 'audio/ogg', 'ogg_opus'],
    ['ogg', 'audio/ogg', 'ogg_vorbis'],
    ['mulaw', 'audio/basic', 'mulaw'],
  ])('as Polly makes %s itself', async (response_format, type, output) => {
    const response = await speech.open().ask({ voice: 'joanna', response_format })
    expect(response.headers.get('content-type')).toBe(type)
    expect((await bytesOf(response)).toString()).toBe(`${output} of Joanna: Hello.`)
  })

  it('in samples of 24 kHz, a second of them for a second of Polly’s 16 kHz', async () => {
    const response = await speech.open().ask({ voice: 'Joanna', response_format: 'pcm' })
    expect((await bytesOf(response)).length).toBe(48_000)
    expect(speech.polly.spoken()[0]).toMatchObject({ OutputFormat: 'pcm', SampleRate: '16000' })
  })

  it('in WAV, header first', async () => {
    const wav = await bytesOf(await speech.open().ask({ voice: 'Amy', response_format: 'wav' }))
    expect(readWavHeader(wav)).toMatchObject({ sampleRate: 24_000, channels: 1, dataStart: 44 })
    const plain = { voice: 'Amy', response_format: 'wav', SampleRate: 16000 }
    const native = await bytesOf(await speech.open().ask(plain))
    expect(native.subarray(44)).toEqual(audioOf({ OutputFormat: 'pcm' }))
  })

  it.each([
    ['flac', 'fLaC'],
    ['aac', '\xff\xf1'],
  ])('encoded into %s here', async (response_format, magic) => {
    const response = await speech.open().ask({ voice: 'Amy', response_format })
    expect(response.headers.get('content-type')).toBe(`audio/${response_format}`)
    const { ALL_FORMATS, BufferSource, Input } = await import('mediabunny')
    const bytes = await bytesOf(response)
    expect(bytes.toString('latin1').startsWith(magic)).toBe(true)
    const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) })
    const track = await input.getPrimaryAudioTrack()
    expect(await track!.getCodec()).toBe(response_format)
    expect(await input.computeDuration()).toBeGreaterThan(0.99)
  })

  it('as events', async () => {
    const response = await speech.open().ask({ voice: 'Amy', stream_format: 'sse' })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events = (await response.text())
      .split('\n\n')
      .filter(Boolean)
      .map((frame) => JSON.parse(frame.slice(6)))
    const audio = events.filter(({ type }) => type === 'speech.audio.delta').map((one) => one.audio)
    expect(Buffer.from(audio.join(''), 'base64').toString()).toBe('mp3 of Amy: Hello.')
    expect(events.at(-1)).toEqual({
      type: 'speech.audio.done',
      usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0, characters: 6 },
    })
  })

  it('with speech marks', async () => {
    const { ask } = speech.open()
    const response = await ask({ voice: 'Amy', SpeechMarkTypes: ['sentence'] })
    expect(response.headers.get('content-type')).toBe('application/x-json-stream')
    expect(await response.json()).toMatchObject({ type: 'sentence', value: 'Hello.' })
    await ask({ voice: 'Amy', response_format: 'json' })
    expect(speech.polly.spoken()[1]).toMatchObject({ SpeechMarkTypes: ['sentence', 'word'] })
  })

  it('in the language of the text, by a voice that sounds alike', async () => {
    const { ask } = speech.open()
    speech.polly.manners.language = 'fr'
    await ask({ model: 'amazon.polly-generative', voice: 'onyx', input: 'Bonjour.' })
    speech.polly.manners.language = 'zh-TW'
    await ask({ model: 'amazon.polly-standard', input: '你好' })
    delete speech.polly.manners.language
    await ask({ input: 'Das ist nicht die Frage, und das weißt du.' })
    await ask({ input: 'Hi', language: 'es-MX', voice: 'echo' })
    await ask({ input: 'नमस्ते', language: 'hi', model: 'amazon.polly-standard' })
    expect(
      speech.polly.spoken().map(({ VoiceId, LanguageCode }) => [VoiceId, LanguageCode]),
    ).toEqual([
      ['Florian', undefined],
      ['Zhiyu', undefined],
      ['Vicki', undefined],
      ['Andres', undefined],
      ['Aditi', 'hi-IN'],
    ])
  })

  it('at another speed, as SSML, and by SSML of the caller’s', async () => {
    const { ask } = speech.open()
    await ask({ voice: 'Amy', input: 'A < B & C', speed: 1.5 })
    await ask({ voice: 'Amy', input: '<speak>Well<break/></speak>' })
    expect(speech.polly.spoken().map(({ Text, TextType }) => [Text, TextType])).toEqual([
      ['<speak><prosody rate="150%">A &lt; B &amp; C</prosody></speak>', 'ssml'],
      ['<speak>Well<break/></speak>', 'ssml'],
    ])
  })

  it('by SSML that begins as XML may, and without signs that XML cannot hold', async () => {
    const { ask } = speech.open()
    await ask({ voice: 'Amy', input: '<?xml version="1.0"?>\n<!-- Hm. --><speak>Well</speak>' })
    await ask({ voice: 'Amy', input: 'A page.\fAnother\u0000 one.\n', speed: 1.5 })
    expect(speech.polly.spoken().map(({ Text, TextType }) => [Text, TextType])).toEqual([
      ['<speak>Well</speak>', 'ssml'],
      ['<speak><prosody rate="150%">A page. Another  one.\n</prosody></speak>', 'ssml'],
    ])
  })

  it('and says what had no effect and what it cost', async () => {
    const { ask, log } = speech.open()
    const response = await ask({ voice: { id: 'Amy' }, instructions: 'Whisper.' })
    expect(response.headers.get('x-outcrop-ignored-params')).toBe('instructions')
    await response.arrayBuffer()
    const line = log().find(({ path }) => path === '/v1/audio/speech')
    expect(line).toMatchObject({ operation: 'speech', usage: { characters: 6 }, status_code: 200 })
  })
})

describe('a long text', () => {
  const sentence = 'This is one of many sentences in a row. '

  it('of OpenAI’s length is spoken by a few calls, and nothing is lost', async () => {
    const input = sentence.repeat(100)
    const response = await speech.open().ask({ voice: 'Amy', input })
    const heard = (await bytesOf(response)).toString().replaceAll('mp3 of Amy: ', '')
    expect(heard).toBe(input)
    expect(speech.polly.spoken().length).toBe(2)
  })

  it('is spoken as fast in every call', async () => {
    const input = sentence.repeat(100)
    await bytesOf(await speech.open().ask({ voice: 'Amy', input, speed: 1.5 }))
    const said = speech.polly.spoken().map(({ Text }) => String(Text).split('%">')[1])
    expect(said.join('').replaceAll('</prosody></speak>', '')).toBe(input)
    expect(said).toHaveLength(2)
  })

  it('is not spoken on for a reader who leaves', async () => {
    const { ask } = speech.open()
    const response = await ask({ voice: 'Amy', input: sentence.repeat(100) })
    await response.body!.cancel()
    await bytesOf(await ask({ voice: 'Amy', input: 'Bye.' }))
    const [first, ...others] = speech.polly.spoken().map(({ Text }) => String(Text))
    expect(first!.startsWith(sentence)).toBe(true)
    expect(others).toEqual(['Bye.'])
  })

  it('goes on where Polly is busy or breaks off between two calls', async () => {
    const broken: ServiceAnswer = { write: (response) => void response.destroy() }
    const later = [fault(400, 'ThrottlingException', 'Rate exceeded'), broken]
    const input = sentence.repeat(100)
    const { ask } = speech.open()
    speech.polly.manners.refusals.push(undefined, ...later)
    const response = await ask({ voice: 'Amy', input })
    const heard = (await bytesOf(response)).toString().replaceAll('mp3 of Amy: ', '')
    expect(heard).toBe(input)
  })

  it('goes through S3 by a task, and leaves nothing there', async () => {
    const input = sentence.repeat(200)
    const { ask } = speech.open({ AWS_S3_BUCKET: speech.s3.bucket })
    const response = await ask({ voice: 'Amy', input })
    expect((await bytesOf(response)).toString()).toBe(`mp3 of Amy: ${input}`)
    expect(speech.polly.spoken()).toEqual([])
    expect(await keysIn(speech.s3)).toEqual([])
  })

  it('whose task fails leaves nothing either', async () => {
    speech.polly.manners.taskFails = 'The key is gone.'
    const { ask } = speech.open({ AWS_S3_BUCKET: speech.s3.bucket })
    const error = await errorOf(await ask({ voice: 'Amy', input: sentence.repeat(200) }))
    expect(error).toMatchObject({ status: 502, message: expect.stringContaining('key is gone') })
    expect(await keysIn(speech.s3)).toEqual([])
  })

  it('is spoken though Polly cannot be looked at for a moment', async () => {
    const broken: ServiceAnswer = { write: (response) => void response.destroy() }
    speech.polly.manners.lookFaults.push(broken, fault(400, 'ThrottlingException', 'Slow down.'))
    const { ask } = speech.open({ AWS_S3_BUCKET: speech.s3.bucket })
    const response = await ask({ voice: 'Amy', input: sentence.repeat(200) })
    expect(response.status).toBe(200)
    await response.arrayBuffer()
    expect(await keysIn(speech.s3)).toEqual([])
  })

  it.each(['on the way', 'by the caller'])(
    'whose start breaks off %s leaves nothing',
    async (how) => {
      const leaving: (() => void)[] = []
      speech.polly.manners.taken = () => {
        for (const told of leaving) told()
        throw new Error('The line broke.')
      }
      const { ask } = speech.open(
        { AWS_S3_BUCKET: speech.s3.bucket },
        how === 'by the caller'
          ? { onCallerLeft: (_: unknown, __: Request, told: () => void) => void leaving.push(told) }
          : {},
      )
      const response = await ask({ voice: 'Amy', input: sentence.repeat(200) })
      expect(response.status).toBe(how === 'by the caller' ? 499 : 503)
      const late = speech.polly.late.splice(0)
      expect(late).toHaveLength(1)
      await late[0]!()
      await expect.poll(() => keysIn(speech.s3)).toEqual([])
    },
  )

  it('of SSML or Ogg is refused without a bucket', async () => {
    const { ask } = speech.open()
    const input = sentence.repeat(100)
    for (const more of [{ input: `<speak>${input}</speak>` }, { input, response_format: 'opus' }]) {
      const error = await errorOf(await ask({ voice: 'Amy', ...more }))
      expect(error).toMatchObject({ status: 400, param: 'input' })
      expect(error.message).toContain('AWS_S3_BUCKET')
    }
  })
})

describe('the voices', () => {
  const amy = { Id: 'Newcomer', Gender: 'Female', LanguageCode: 'en-GB' }
  const voices = [{ ...amy, SupportedEngines: ['neural'] }, { Id: 5 }, null]

  it('are those that AWS lists on all of its pages, for whoever asks for one nobody knows', async () => {
    speech.polly.manners.voicePages = [[], voices]
    const { ask } = speech.open()
    const error = await errorOf(await ask({ voice: 'Newcomer' }))
    // The fake speaks by its own list alone.
    expect(error).toMatchObject({
      status: 400,
      message: expect.stringContaining('voiceId Newcomer'),
    })
    expect(speech.polly.spoken()).toMatchObject([{ VoiceId: 'Newcomer' }])
  })

  it('are those we know where AWS lists none, or may not be asked', async () => {
    for (const pages of [[[]], []]) {
      speech.polly.manners.voicePages = pages
      const { ask } = speech.open()
      expect((await ask({ voice: 'Amy' })).status).toBe(200)
      const error = await errorOf(await ask({ voice: 'nobody' }))
      expect(error.message).toContain('There is no voice "nobody". By neural there are Adriano')
    }
  })

  it('speak their other languages where one is named', async () => {
    const { ask } = speech.open()
    const [model, voice] = ['amazon.polly-standard', 'Aditi']
    for (const language of ['hi', 'en-IN']) await ask({ model, voice, language })
    expect(speech.polly.spoken().map(({ LanguageCode }) => LanguageCode)).toEqual([
      'hi-IN',
      undefined,
    ])
  })
})

describe('what cannot be spoken is refused by name', () => {
  it.each([
    [{ voice: 'nobody' }, 'voice', 'Joanna'],
    [{ voice: 'Zeina' }, 'voice', 'standard'],
    [{ response_format: 'wma' }, 'response_format', 'mp3, opus, ogg, pcm, wav, flac, aac'],
    [{ input: '  ' }, 'input', 'nothing to say'],
    [{ input: '' }, 'input', ''],
    [{ voice: 'Amy', speed: 3 }, 'speed', '2 times'],
    [{ voice: 'Amy', speed: 9 }, 'speed', ''],
    [{ voice: 'Amy', input: '<speak>a</speak>', speed: 2 }, 'speed', 'prosody'],
    [{ language: 'tlh' }, 'language', 'de-DE'],
    [{ voice: 'Amy', SampleRate: 11 }, 'SampleRate', '22050'],
    [{ voice: 'Amy', SampleRate: 'fast' }, 'SampleRate', 'a number'],
    [{ voice: 'Amy', SampleRate: 48_000, response_format: 'wav' }, 'SampleRate', '16000, 24000'],
    [{ voice: 'Amy', LexiconNames: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'LexiconNames', 'five'],
    [{ voice: 'Amy', language: 'de' }, 'language', 'speaks en-GB, not de'],
    [{ voice: 'Amy', input: 'a'.repeat(100_001) }, 'input', '100000'],
    [{ voice: 'Amy', SpeechMarkTypes: ['noise'] }, 'SpeechMarkTypes', 'viseme'],
    [{ voice: 'Amy', SpeechMarkTypes: ['word'], stream_format: 'sse' }, 'stream_format', ''],
    [{ voice: 'Amy', input: '<speak>a' }, 'input', 'SSML'],
    [{ model: 'amazon.titan-embed-text-v2:0' }, 'model', 'not a speech model'],
  ])('%j', async (body, param, told) => {
    const error = await errorOf(await speech.open().ask(body))
    expect(error).toMatchObject({ status: 400, param })
    expect(error.message).toContain(told)
  })

  it.each([
    ['voice', { voice: 'nobody', format: 'mp3' }, {}],
    ['format', { voice: 'Joanna', format: 'aac' }, { audioEncoding: undefined }],
  ])('in chat before a model is asked: %s', async (name, audio, brings) => {
    const { app } = speech.open({}, brings)
    const before = speech.bedrock.requests.length
    for (const stream of [false, true]) {
      const response = await app.request('/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'us.amazon.nova-2-lite-v1:0',
          messages: [{ role: 'user', content: 'Hi' }],
          modalities: ['text', 'audio'],
          audio,
          stream,
        }),
      })
      expect(await errorOf(response)).toMatchObject({ status: 400, param: `audio.${name}` })
    }
    expect(speech.bedrock.requests.length).toBe(before)
  })

  it('where the runtime cannot encode', async () => {
    const { ask } = speech.open({}, { audioEncoding: undefined })
    const error = await errorOf(await ask({ response_format: 'aac' }))
    expect(error.message).toMatch(
      /cannot be encoded on this runtime.*mp3, opus, ogg, pcm, wav, mulaw/,
    )
  })

  it('where the engine does not speak in the region', async () => {
    const { ask } = speech.open({ AWS_REGION: 'eu-north-1' })
    const error = await errorOf(await ask({ model: 'amazon.polly-generative' }))
    expect(error).toMatchObject({ status: 400, param: 'model' })
    expect(error.message).toContain('us-west-2')
  })

  it('where the guardrail steps in', async () => {
    const { ask } = speech.open({ AWS_BEDROCK_GUARDRAIL_IDENTIFIER: 'gr1' })
    const outputs = [{ text: 'Not this.' }]
    const verdict = { action: 'GUARDRAIL_INTERVENED', outputs, assessments: [] }
    speech.bedrock.script({ body: verdict })
    expect(await errorOf(await ask({ voice: 'Amy' }))).toMatchObject({
      status: 400,
      code: 'content_filter',
      message: 'Not this.',
    })
    speech.bedrock.forget()
    speech.bedrock.script({ status: 503, body: {} })
    expect((await ask({ voice: 'Amy' })).status).toBe(503)
    expect(speech.polly.requests.map(({ path }) => path)).toEqual([])
  })

  it('unless it only hides something', async () => {
    const { ask } = speech.open({ AWS_BEDROCK_GUARDRAIL_IDENTIFIER: 'gr1' })
    const regexes = [{ name: 'name', action: 'ANONYMIZED' }]
    const assessments = [{ sensitiveInformationPolicy: { piiEntities: [], regexes } }]
    const outputs = [{ text: 'Hi {NAME}' }]
    speech.bedrock.script({ body: { action: 'GUARDRAIL_INTERVENED', outputs, assessments } })
    const response = await ask({ voice: 'Amy', input: 'Hi Ann' })
    await response.arrayBuffer()
    expect([response.status, speech.polly.spoken().map(({ Text }) => Text)]).toEqual([
      200,
      ['Hi {NAME}'],
    ])
  })

  it('and trouble of Polly’s is told as what it is', async () => {
    const { ask } = speech.open()
    speech.polly.manners.refusals.push(fault(400, 'ThrottlingException', 'Rate exceeded'))
    expect((await ask({ voice: 'Amy' })).status).toBe(429)
    speech.polly.manners.refusals.push(fault(404, 'LexiconNotFoundException', 'No lexicon.'))
    expect(await errorOf(await ask({ voice: 'Amy', LexiconNames: ['x'] }))).toMatchObject({
      status: 400,
      param: 'LexiconNames',
    })
    speech.polly.manners.refusals.push(fault(500, 'ServiceFailureException', 'Oh'))
    expect((await ask({ voice: 'Amy' })).status).toBe(502)
  })

  it('and a body that breaks off is in the log', async () => {
    const { ask, log } = speech.open()
    speech.polly.manners.speak = (response) => {
      response.write('some', () => response.destroy())
    }
    const response = await ask({ voice: 'Amy' })
    await expect(response.arrayBuffer()).rejects.toThrow()
    expect(log().at(-1)).toMatchObject({ status_code: 200, outcome: 'failed' })
  })
})

describe('the models that speak', () => {
  it('are listed where their engines speak', async () => {
    const ids = async (more: object) => {
      const { openai } = speech.open(more as Record<string, string>)
      const all = (await openai.models.list()).data.map(({ id }) => id)
      return all.filter((id) => id.startsWith('amazon.polly'))
    }
    expect(await ids({})).toEqual([
      'amazon.polly-standard',
      'amazon.polly-neural',
      'amazon.polly-long-form',
      'amazon.polly-generative',
    ])
    expect(await ids({ AWS_REGION: 'eu-north-1' })).toEqual(['amazon.polly-standard'])
  })

  it('are found by their route, and those that hear by theirs', async () => {
    const { app } = speech.open()
    const ids = async (route: string) => {
      const found = await (await app.request(`/search_models?route=${route}`)).json()
      return (found as { id: string }[]).map(({ id }) => id)
    }
    expect(await ids('/v1/audio/speech')).toContain('amazon.polly-neural')
    expect(await ids('/v1/audio/speech')).not.toContain('amazon.transcribe')
    expect(await ids('/v1/audio/transcriptions')).toContain('amazon.transcribe')
  })

  it('ask the next region where one is busy', async () => {
    speech.polly.manners.refusals.push(fault(400, 'ThrottlingException', 'Rate exceeded'))
    const { ask } = speech.open({ AWS_BEDROCK_REGIONS: 'us-east-1,us-west-2' })
    const response = await ask({ voice: 'Amy' })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-outcrop-region')).toBe('us-west-2')
    expect(response.headers.get('x-outcrop-attempts')).toBe('2')
  })
})
