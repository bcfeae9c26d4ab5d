import { describe, expect, it } from 'vitest'
import { chunkOf, completionOf, framesOf } from './scripted-server.ts'
import { framesIn, openStage, unnamed } from './stage.ts'

const DONE = '[DONE]'
const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }
const usageChunk = { ...chunkOf({}), choices: [], usage }

describe('a chat on a hop that speaks its own dialect', () => {
  it('is asked as it was asked here', async () => {
    const stage = openStage()
    stage.answer({ body: completionOf({}) })
    const body = {
      model: 'gpt-4o',
      messages: [
        { role: 'developer', content: 'Be brief.', odd: { of: 'a message' } },
        {
          role: 'user',
          name: 'ann',
          content: [
            { type: 'text', text: 'a', odd: 1 },
            { type: 'text', text: 'b' },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'call_1',
              type: 'function',
              function: { name: 'f', arguments: '{"a":1}' },
              extra_content: { google: { thought_signature: 's' } },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'done' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'f', parameters: { type: 'object', properties: {} }, odd: true },
          odd: 2,
        },
      ],
      tool_choice: 'auto',
      max_completion_tokens: 9,
      reasoning_effort: 'low',
      prompt_cache_key: 'k',
      prompt_cache_options: { mode: 'explicit' },
      metadata: { a: 'b' },
      store: false,
      odd_field: { kept: [1, null, 'x'] },
    }
    const response = await stage.chat(body)
    expect(response.status).toBe(200)
    expect(stage.bodies()).toEqual([body])
    expect(stage.asked[0]).toMatchObject({
      method: 'POST',
      origin: 'https://api.openai.com',
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer sk-secret-of-ours' },
    })
    expect(response.headers.get('x-outcrop-ignored-params')).toBeNull()
  })

  it('is answered as it was answered there', async () => {
    const stage = openStage()
    const answer = {
      ...completionOf(
        {
          content: null,
          reasoning: 'hm',
          odd: { of: 'a message' },
          tool_calls: [
            {
              id: 'call_1',
              type: 'function',
              function: { name: 'f', arguments: '{}' },
              extra_content: { google: { thought_signature: 's' } },
            },
          ],
        },
        { system_fingerprint: null, service_tier: 'default', odd: [1] },
      ),
    }
    Object.assign(answer.choices[0]!, { finish_reason: 'eos', content_filter_results: {} })
    stage.answer({ body: answer })
    const response = await stage.chat({})
    const body = await response.json()
    expect(unnamed(body)).toEqual(unnamed(answer))
    expect(body).toMatchObject({ model: 'gpt-4o', id: expect.stringMatching(/^chatcmpl-/) })
    expect(response.headers.get('x-outcrop-provider') ?? 'openai').toBe('openai')
  })

  it('streams what was streamed there', async () => {
    const stage = openStage()
    const chunks = [
      chunkOf({ role: 'assistant', content: '', refusal: null }, null, {
        obfuscation: 'a',
        usage: null,
      }),
      chunkOf({ content: 'H\ni' }, null, { obfuscation: 'bc', usage: null }),
      chunkOf({ content: '"choices":', odd: { of: 'a delta' } }, null, { usage: null }),
      { ...chunkOf({}, 'stop'), usage: null, service_tier: 'flex' },
      usageChunk,
    ]
    stage.answer({ reads: framesOf(...chunks, DONE) })
    const response = await stage.chat({
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: true },
    })
    const text = await response.text()
    expect(framesIn(text).map(unnamed)).toEqual(chunks.map(unnamed))
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(
      new Set(framesIn(text).map(({ id, created, model }) => `${id} ${created} ${model}`)).size,
    ).toBe(1)
    expect(stage.bodies()[0]).toMatchObject({
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: true },
    })
  })

  it('hides a usage report that only we have asked for', async () => {
    const stage = openStage()
    const chunks = [chunkOf({ role: 'assistant', content: 'Hi' }), chunkOf({}, 'stop')]
    const counted = chunks.map((chunk) => ({ ...chunk, usage: null, obfuscation: 'x' }))
    const late = { ...chunkOf({}, null), usage }
    stage.answer({ reads: framesOf(...counted, late, usageChunk, DONE) })
    const text = await (await stage.chat({ stream: true })).text()
    expect(framesIn(text).map(unnamed)).toEqual(
      [...chunks.map((chunk) => ({ ...chunk, obfuscation: 'x' })), chunkOf({})].map(unnamed),
    )
    const [entry] = stage.log().filter(({ type }) => type !== 'provider')
    expect(JSON.stringify(entry)).toMatch(/"output[^0-9]*2/)
  })

  it('counts for a server that does not', async () => {
    const stage = openStage()
    stage.answer({ reads: framesOf(chunkOf({ content: 'Hi' }), chunkOf({}, 'stop'), DONE) })
    const asked = { stream: true, stream_options: { include_usage: true } }
    const frames = framesIn(await (await stage.chat(asked)).text())
    expect(frames.at(-1)).toMatchObject({
      choices: [],
      usage: { total_tokens: expect.any(Number) },
    })
  })

  it('asks as often as answers are wanted, and numbers them', async () => {
    const stage = openStage()
    stage.answer({
      reads: framesOf(chunkOf({ content: 'Hi' }), chunkOf({}, 'stop'), usageChunk, DONE),
    })
    const text = await (await stage.chat({ stream: true, n: 2 })).text()
    const spoken = framesIn(text).flatMap(
      ({ choices }) => choices as { index: number; delta: { content?: string } }[],
    )
    expect(
      spoken
        .filter(({ delta }) => delta.content)
        .map(({ index }) => index)
        .sort(),
    ).toEqual([0, 1])
    expect(stage.asked).toHaveLength(2)
  })
})

describe('a stream of another make', () => {
  const streamed = async (reads: (string | Uint8Array | Error)[]) => {
    const stage = openStage()
    stage.answer({ reads })
    const response = await stage.chat({ stream: true })
    return { status: response.status, text: await response.text() }
  }
  const calls = (text: string) =>
    framesIn(text).flatMap(({ choices }) =>
      (choices as { delta: { tool_calls?: unknown[] } }[]).flatMap(
        ({ delta }) => delta.tool_calls ?? [],
      ),
    )

  it('may hold comments, CRLF, several data lines and named events', async () => {
    const chunks = [chunkOf({ role: 'assistant', content: 'Hi' }), chunkOf({}, 'stop')]
    const [content, end] = chunks.map((chunk) => JSON.stringify(chunk))
    const { text } = await streamed([
      ': OPENROUTER PROCESSING\r\n\r\n',
      `event: message\r\ndata: ${content!.replace(',"choices"', '\r\ndata: ,"choices"')}\r\n\r\n`,
      `data:${end}\r\n\r\ndata: [DONE]\r\n\r\n`,
    ])
    expect(framesIn(text).map(unnamed)).toEqual(chunks.map(unnamed))
  })

  it('may be cut anywhere, within a letter too', async () => {
    const bytes = new TextEncoder().encode(
      framesOf(chunkOf({ content: 'Grüße 🎈' }), chunkOf({}, 'stop'), DONE).join(''),
    )
    const whole = await streamed([bytes])
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte))
    const cut = await streamed(pieces)
    expect(framesIn(cut.text).map(unnamed)).toEqual(framesIn(whole.text).map(unnamed))
    expect(cut.text).toContain('Grüße 🎈')
  })

  it('may lack [DONE], and a blank line at its end', async () => {
    const reads = framesOf(chunkOf({ content: 'Hi' }), chunkOf({}, 'stop'))
    const { text } = await streamed([...reads.slice(0, -1), reads.at(-1)!.trimEnd()])
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(text.match(/finish_reason":"stop"/g)).toHaveLength(1)
  })

  it('gets the indexes and ids that its calls lack (Ollama)', async () => {
    const call = (name: string) => ({ function: { name, arguments: '{"a":1}' } })
    const { text } = await streamed(
      framesOf(
        chunkOf({ tool_calls: [{ ...call('f'), id: 'x' }] }),
        chunkOf({ tool_calls: [{ ...call('g'), id: 'y', type: 'function' }] }),
        chunkOf({}, 'tool_calls'),
        DONE,
      ),
    )
    expect(calls(text)).toEqual([
      { index: 0, id: 'x', type: 'function', ...call('f') },
      { index: 1, id: 'y', type: 'function', ...call('g') },
    ])
    const named = await streamed(
      framesOf(chunkOf({ tool_calls: [{ index: 0, ...call('f') }] }), chunkOf({}, 'stop'), DONE),
    )
    expect(calls(named.text)).toEqual([
      { index: 0, id: expect.stringMatching(/^call_/), type: 'function', ...call('f') },
    ])
  })

  it('gets an index of its own for each call where all have the same', async () => {
    const { text } = await streamed(
      framesOf(
        chunkOf({
          tool_calls: [
            { index: 0, id: 'x', type: 'function', function: { name: 'f', arguments: '' } },
          ],
        }),
        chunkOf({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }),
        chunkOf({
          tool_calls: [
            { index: 0, id: 'y', type: 'function', function: { name: 'g', arguments: { b: 1 } } },
          ],
        }),
        chunkOf({}, 'tool_calls'),
        DONE,
      ),
    )
    expect(calls(text)).toEqual([
      { index: 0, id: 'x', type: 'function', function: { name: 'f', arguments: '' } },
      { index: 0, function: { arguments: '{}' } },
      { index: 1, id: 'y', type: 'function', function: { name: 'g', arguments: '{"b":1}' } },
    ])
  })

  it('keeps the name it has for thoughts', async () => {
    for (const field of ['reasoning', 'reasoning_content']) {
      const deltas = [{ role: 'assistant', [field]: 'hm' }, { content: 'Hi' }]
      const chunks = deltas.map((delta) => chunkOf(delta))
      const { text } = await streamed(framesOf(...chunks, chunkOf({}, 'stop'), DONE))
      expect(
        framesIn(text).map(({ choices }) => (choices as { delta: object }[])[0]!.delta),
      ).toEqual([...deltas, {}])
    }
  })

  it('may come as one JSON', async () => {
    const stage = openStage()
    stage.answer({ body: completionOf({ content: 'Whole' }) })
    const text = await (await stage.chat({ stream: true })).text()
    expect(text).toContain('"content":"Whole"')
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('that breaks off, ends early or holds an error tells so, and has no end', async () => {
    const begun = framesOf(chunkOf({ content: 'Hi' }))
    const cases: [(string | Error)[], string][] = [
      [[...begun, new Error('reset')], 'upstream_error'],
      [begun, 'stream_incomplete'],
      [
        [...begun, ...framesOf({ error: { message: 'no more', code: 'rate_limit_exceeded' } })],
        'rate_limit_exceeded',
      ],
      [
        [begun.concat(framesOf({ error: { message: 'x', type: 'server_error' } })).join('')],
        'upstream_error',
      ],
      [[...begun, ...framesOf(chunkOf({}, 'error'))], 'upstream_error'],
    ]
    for (const [reads, code] of cases) {
      const { status, text } = await streamed(reads)
      expect(status).toBe(200)
      expect(text).toContain('"content":"Hi"')
      expect(framesIn(text).at(-1)).toMatchObject({ error: { code } })
      expect(text).not.toContain('[DONE]')
    }
  })

  it('that begins with an error is an error of HTTP', async () => {
    const { status, text } = await streamed(
      framesOf({ error: { message: 'slow down', code: 'rate_limit_exceeded' } }),
    )
    expect(status).toBe(429)
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
  })
})

describe('callers of another dialect', () => {
  it('are answered in it', async () => {
    const stage = openStage()
    stage.answer({
      reads: framesOf(chunkOf({ content: 'Hi' }), chunkOf({}, 'stop'), usageChunk, DONE),
    })
    const response = await stage.post('/v1/messages', {
      model: 'gpt-4o',
      max_tokens: 10,
      top_k: 3,
      stream: true,
      messages: [{ role: 'user', content: 'Hi' }],
    })
    const text = await response.text()
    expect(text).toContain('event: message_stop')
    expect(text).toContain('"text":"Hi"')
    expect(stage.bodies()).toEqual([
      {
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 10,
        stream: true,
        stream_options: { include_usage: true },
      },
    ])
    expect(response.headers.get('x-outcrop-ignored-params')).toBe('top_k')
  })
})

describe('names behind the choices, as Azure and llama.cpp write them', () => {
  /** In the order of the alphabet. */
  const sorted = (chunk: object) =>
    Object.fromEntries(Object.entries(chunk).toSorted(([a], [b]) => (a < b ? -1 : 1)))

  it.each([
    { stream_options: undefined, ends: 0 },
    { stream_options: { include_usage: true }, ends: 1 },
  ])('are ours, and stand once: $stream_options', async ({ stream_options, ends }) => {
    const stage = openStage()
    const said = [chunkOf({ role: 'assistant', content: '' }), chunkOf({ content: 'Hi' })]
    const chunks = [...said, chunkOf({}, 'stop'), usageChunk]
    stage.answer({ reads: framesOf(...chunks.map(sorted), DONE) })
    const text = await (await stage.chat({ stream: true, stream_options })).text()
    const frames = framesIn(text)
    expect(frames.map(unnamed)).toEqual(chunks.slice(0, said.length + 1 + ends).map(unnamed))
    for (const { id, model, object } of frames) {
      expect({ model, object }).toEqual({ model: 'gpt-4o', object: 'chat.completion.chunk' })
      expect(id).toMatch(/^chatcmpl-01/)
    }
    for (const name of ['"id":', '"model":', '"object":', '"created":']) {
      expect(text.split(name)).toHaveLength(frames.length + 1)
    }
  })
})
