import { describe, expect, it } from 'vitest'
import { openaiCompletions } from '../../../app/dialects/openai-completions/index.ts'
import { completionRequest } from '../../../app/dialects/openai-completions/wire.ts'
import { validationError } from '../../../app/dialects/validation.ts'
import { GatewayError } from '../../../app/errors.ts'

const { decodeRequest } = openaiCompletions.server

const decode = (body: object) => decodeRequest(completionRequest.parse({ model: 'm', ...body }))

const text = (words: string) => ({ type: 'text', text: words })
const turn = (param: string, ...parts: object[]) => ({ role: 'user', parts, param })

function refusal(body: object): Pick<GatewayError, 'code' | 'param' | 'reason' | 'message'> {
  const read = completionRequest.safeParse({ model: 'm', ...body })
  if (!read.success) return validationError(read.error, { model: 'm', ...body })
  try {
    decodeRequest(read.data)
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown
  }
  throw new Error('nothing was refused')
}

describe('prompts', () => {
  it('takes one text as one turn of the user', () => {
    expect(decode({ prompt: 'Once upon' })).toEqual({
      model: 'm',
      system: [],
      turns: [turn('prompt', text('Once upon'))],
      tools: [],
      settings: {},
      stream: false,
    })
  })

  it('takes several texts as a batch', () => {
    const { turns, batch } = decode({ prompt: ['a', 'b', 'c'] })
    expect(turns).toEqual([turn('prompt[0]', text('a'))])
    expect(batch).toEqual([[turn('prompt[1]', text('b'))], [turn('prompt[2]', text('c'))]])
  })

  it('takes one text and files as one prompt in the order they were written', () => {
    const prompt = ['https://x.test/a.png', 'What is it?', 'file-id:file-1', 's3://b/k.mp4']
    const { turns, batch } = decode({ prompt })
    const asText = 'unless-read'
    expect(batch).toBeUndefined()
    expect(turns).toEqual([
      turn(
        'prompt',
        {
          type: 'document',
          source: { kind: 'url', url: 'https://x.test/a.png' },
          param: 'prompt[0]',
          asText,
        },
        text('What is it?'),
        { type: 'document', source: { kind: 'file', id: 'file-1' }, param: 'prompt[2]', asText },
        {
          type: 'video',
          source: { kind: 's3', uri: 's3://b/k.mp4' },
          mediaType: 'video/mp4',
          param: 'prompt[3]',
          asText,
        },
      ),
    ])
  })

  it('takes files without a text as a prompt each, whose own text counts', () => {
    const { turns, batch } = decode({ prompt: ['file-id:file-1', 'data:,Hi'] })
    expect([turns, ...(batch ?? [])]).toEqual([
      [
        turn('prompt[0]', {
          type: 'document',
          source: { kind: 'file', id: 'file-1' },
          param: 'prompt[0]',
          asText: 'always',
        }),
      ],
      [
        turn('prompt[1]', {
          type: 'document',
          source: { kind: 'base64', data: 'SGk=' },
          param: 'prompt[1]',
          asText: 'always',
        }),
      ],
    ])
  })

  it('takes two texts and a file as three prompts', () => {
    const { batch } = decode({ prompt: ['a', 'b', 'file-id:file-1'] })
    expect(batch).toHaveLength(2)
  })

  it.each([
    'https://example.com is down',
    'data: a story about numbers',
    'data:image/png',
    'see s3://bucket/key',
    'file-id: unknown',
    'HTTPS://',
    'javascript:alert(1)',
  ])('reads %s as words', (prompt) => {
    if (prompt === 'data:image/png') return expect(refusal({ prompt }).param).toBe('prompt')
    return expect(decode({ prompt }).turns).toEqual([turn('prompt', text(prompt))])
  })

  it.each([
    [[1, 2, 3], 'prompt'],
    [[[1, 2], [3]], 'prompt'],
    [['a', 5], 'prompt[1]'],
    [['a', [5]], 'prompt[1]'],
  ])('refuses the tokens in %j by name', (prompt, param) => {
    expect(refusal({ prompt })).toMatchObject({ code: 'unsupported-parameter', param })
  })

  it("takes null, which OpenAI's schema allows, as an empty text", () => {
    expect(decode({ prompt: null }).turns).toEqual([turn('prompt', text(''))])
  })

  it.each([
    [undefined, 'prompt', 'missing_required_parameter'],
    [5, 'prompt', 'invalid_type'],
    [{}, 'prompt', 'invalid_type'],
    [[], 'prompt', 'empty_array'],
    [['a', null], 'prompt[1]', 'invalid_type'],
    [['a', { url: 'b' }], 'prompt[1]', 'invalid_type'],
    [['a', ['b']], 'prompt[1][0]', 'invalid_type'],
    [Array.from({ length: 2049 }, () => 'a'), 'prompt', 'array_above_max_length'],
    ['data:image/png;base64,%%%', 'prompt', 'invalid_value'],
    ['s3://bucket/key ', undefined, undefined],
  ])('judges the odd prompt %#', (prompt, param, reason) => {
    if (!param) return expect(decode({ prompt }).turns[0]!.parts).toEqual([text(String(prompt))])
    return expect(refusal({ prompt })).toMatchObject({ code: 'invalid-request', param, reason })
  })

  it('refuses more answers than one request may ask for', () => {
    const prompt = Array.from({ length: 20 }, () => 'a')
    expect(refusal({ prompt, n: 128 })).toMatchObject({ code: 'invalid-request', param: 'n' })
  })
})

describe('parameters', () => {
  it('are settings where a model may know them', () => {
    const body = {
      prompt: 'a',
      n: 3,
      max_tokens: 7,
      temperature: 0.5,
      top_p: 0.4,
      top_k: 9,
      frequency_penalty: 1,
      presence_penalty: -1,
      stop: ['x', ' '],
      seed: 5,
      logit_bias: { 50256: -100 },
      service_tier: 'flex',
      performanceConfig: { latency: 'optimized' },
      user: 'old',
      safety_identifier: 'new',
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: true },
      'amazon-bedrock-guardrailConfig': { guardrailIdentifier: 'g', guardrailVersion: '1' },
      bedrock_model: 'other',
      model_provider: 'amazon',
      top_a: 0.2,
    }
    expect(decode(body)).toEqual({
      model: 'm',
      upstreamModel: 'other',
      modelProvider: 'amazon',
      system: [],
      turns: [turn('prompt', text('a'))],
      tools: [],
      settings: {
        maxTokens: 7,
        temperature: 0.5,
        topP: 0.4,
        topK: 9,
        frequencyPenalty: 1,
        presencePenalty: -1,
        stop: ['x'],
        seed: 5,
        logitBias: { 50256: -100 },
        serviceTier: 'flex',
        latency: 'optimized',
      },
      choices: 3,
      extras: { 'openai-completions': { stop: ['x', ' '] } },
      guardrail: { id: 'g', version: '1' },
      user: 'new',
      stream: true,
      streamUsage: true,
      extraFields: { top_a: 0.2 },
      dialectOnly: ['stop'],
      ignored: ['stream_options.include_obfuscation'],
    })
  })

  it('ride along where only a server of this dialect knows them', () => {
    const body = { prompt: 'a', n: 2, best_of: 3, suffix: 'z', echo: true }
    expect(decode(body)).toMatchObject({
      extras: { 'openai-completions': { echo: true, fields: { best_of: 3, suffix: 'z' } } },
      dialectOnly: ['best_of', 'suffix'],
    })
  })

  it('ask for the tokens with one number, as chat does with two', () => {
    const { settings, dialectOnly } = decode({ prompt: 'a', logprobs: 0 })
    expect({ settings, dialectOnly }).toEqual({ settings: { logprobs: true, topLogprobs: 0 } })
  })

  it('name nothing where nothing special is asked for', () => {
    const body = { prompt: 'a', n: 2, best_of: 2, suffix: '', echo: false, logit_bias: null }
    const { extras, dialectOnly } = decode(body)
    expect({ extras, dialectOnly }).toEqual({})
  })

  it('ask for one token where none is wanted', () => {
    const { settings, extras } = decode({ prompt: 'a', max_tokens: 0 })
    expect(settings).toEqual({ maxTokens: 1 })
    expect(extras).toEqual({ 'openai-completions': { silent: true } })
  })

  it.each([
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ n: 0 }, 'n'],
    [{ n: 129 }, 'n'],
    [{ logprobs: 6 }, 'logprobs'],
    [{ best_of: 21 }, 'best_of'],
    [{ temperature: 3 }, 'temperature'],
    [{ stop: ['1', '2', '3', '4', '5'] }, 'stop'],
    [{ echo: 'yes' }, 'echo'],
    [{ suffix: 5 }, 'suffix'],
    [{ stream_options: 1 }, 'stream_options'],
    [{ service_tier: 'gold' }, 'service_tier'],
  ])('are refused out of range: %j', (member, param) => {
    expect(refusal({ prompt: 'a', ...member })).toMatchObject({ code: 'invalid-request', param })
  })
})
