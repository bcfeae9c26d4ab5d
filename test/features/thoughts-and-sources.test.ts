import { describe, expect, it } from 'vitest'
import type { FakeFrame } from '../fakes/fake-bedrock-frames.ts'
import { chunksOf, HELLO, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const USAGE = { inputTokens: 5, outputTokens: 2, totalTokens: 7 }
const delta = (contentBlockIndex: number, change: Json): FakeFrame => ({
  event: 'contentBlockDelta',
  payload: { contentBlockIndex, delta: change },
})
const stop = (contentBlockIndex: number): FakeFrame => ({
  event: 'contentBlockStop',
  payload: { contentBlockIndex },
})
const ending = (stopReason: string): FakeFrame[] => [
  { event: 'messageStop', payload: { stopReason } },
  { event: 'metadata', payload: { usage: USAGE } },
]

async function streamed(body: Json, frames: FakeFrame[], env: Record<string, string> = {}) {
  bedrock.fake.script({ frames })
  const response = await bedrock.open(env).ask({ ...body, stream: true })
  return chunksOf(await response.text()).map(
    (chunk) => (chunk['choices'] as { delta: Json }[])[0]!.delta,
  )
}

const PAGE = { web: { url: 'https://rome.example/', domain: 'rome.example' } }

describe('sources', () => {
  const CITED: FakeFrame[] = [
    delta(0, { text: 'I looked. ' }),
    delta(0, { text: 'It rains.' }),
    delta(0, { citation: { title: 'Rome today', location: PAGE } }),
    stop(0),
    delta(1, { text: ' Bye.' }),
    stop(1),
    ...ending('end_turn'),
  ]

  it('are annotations of a stream, in its last delta', async () => {
    const deltas = await streamed({ web_search_options: {} }, CITED)
    expect(deltas.at(-2)).toEqual({
      annotations: [
        {
          type: 'url_citation',
          url_citation: {
            url: 'https://rome.example/',
            title: 'Rome today',
            start_index: 0,
            end_index: 19,
          },
        },
      ],
    })
  })

  it('are annotations of a whole answer', async () => {
    const content = [
      { text: 'I looked. ' },
      {
        citationsContent: {
          content: [{ text: 'It rains.' }],
          citations: [{ title: 'Rome today', location: PAGE }],
        },
      },
    ]
    bedrock.fake.script({
      body: {
        output: { message: { role: 'assistant', content } },
        stopReason: 'end_turn',
        usage: USAGE,
      },
    })
    const response = await bedrock.open().ask({ web_search_options: {} })
    expect(await response.json()).toMatchObject({
      choices: [
        {
          message: {
            content: 'I looked. It rains.',
            annotations: [{ url_citation: { start_index: 10, end_index: 19 } }],
          },
        },
      ],
    })
  })
})

const THOUGHT: FakeFrame[] = [
  delta(0, { reasoningContent: { text: 'Rain ' } }),
  delta(0, { reasoningContent: { text: 'perhaps.' } }),
  delta(0, { reasoningContent: { signature: 'seal' } }),
  stop(0),
  {
    event: 'contentBlockStart',
    payload: { contentBlockIndex: 1, start: { toolUse: { toolUseId: 't1', name: 'look' } } },
  },
  delta(1, { toolUse: { input: '{"at":"door"}' } }),
  stop(1),
  ...ending('tool_use'),
]

const ASKED = {
  model: MODELS.claude,
  thinking: { type: 'enabled', budget_tokens: 1024 },
  tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }],
}

describe('thoughts', () => {
  it.each([
    [{}, 'reasoning_content'],
    [{ CHAT_COMPLETIONS_REASONING_FIELD: 'reasoning' }, 'reasoning'],
  ])('are told in the field %j names', async (env, field) => {
    const deltas = await streamed(ASKED, THOUGHT, env)
    expect(deltas.map((one) => one[field] ?? '').join('')).toBe('Rain perhaps.')
  })

  it('are told in no field where the server is to name none, plain and streamed', async () => {
    const env = { CHAT_COMPLETIONS_REASONING_FIELD: 'none' }
    const deltas = await streamed(ASKED, THOUGHT, env)
    expect(deltas.flatMap(Object.keys).filter((name) => name.startsWith('reasoning'))).toEqual([])
    bedrock.fake.forget()
    const content = [
      { reasoningContent: { reasoningText: { text: 'Rain perhaps.', signature: 's' } } },
      { text: 'Wet.' },
    ]
    const output = { message: { role: 'assistant', content } }
    bedrock.fake.script({ body: { output, stopReason: 'end_turn', usage: USAGE } })
    const response = await bedrock.open(env).ask(ASKED)
    const { choices } = (await response.json()) as { choices: { message: Json }[] }
    expect(choices[0]?.message).toEqual({
      role: 'assistant',
      content: 'Wet.',
      refusal: null,
      annotations: [],
    })
  })

  it('go back to the model as they came, with its signature, so that it thinks on with tools', async () => {
    const deltas = await streamed(ASKED, THOUGHT)
    const details = deltas.flatMap((one) => (one['reasoning_details'] as Json[]) ?? [])
    bedrock.fake.forget()
    bedrock.fake.script({ body: bedrock.reply('Wet.') })
    const call = {
      id: 't1',
      type: 'function',
      function: { name: 'look', arguments: '{"at":"door"}' },
    }
    await bedrock.open().ask({
      ...ASKED,
      messages: [
        ...HELLO,
        { role: 'assistant', content: null, reasoning_details: details, tool_calls: [call] },
        { role: 'tool', tool_call_id: 't1', content: 'rain' },
      ],
    })
    expect(bedrock.sent()[1]).toMatchObject({
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } },
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Rain perhaps.', signature: 'seal' } } },
            { toolUse: { toolUseId: 't1', name: 'look', input: { at: 'door' } } },
          ],
        },
        { role: 'user', content: [{ toolResult: { toolUseId: 't1' } }] },
      ],
    })
  })

  describe('between words and calls', () => {
    const thought = (text: string, signature: string) => ({
      reasoningContent: { reasoningText: { text, signature } },
    })
    const use = (toolUseId: string) => ({ toolUse: { toolUseId, name: 'look', input: {} } })
    const MIXED = [
      thought('One.', 'seal1'),
      { text: 'First 🙂 ' },
      thought('Two.', 'seal2'),
      { reasoningContent: { redactedContent: 'AAAA' } },
      { text: 'then' },
      use('t1'),
      thought('Three.', 'seal3'),
      use('t2'),
    ]
    const frames = MIXED.flatMap((block, index): FakeFrame[] => {
      const whole = block as Record<string, Json>
      const { text, signature, redactedContent } = Object(
        whole['reasoningContent']?.['reasoningText'] ?? whole['reasoningContent'],
      ) as Json
      const at = { contentBlockIndex: index }
      if (whole['toolUse']) {
        const { toolUseId, name } = whole['toolUse']
        const start = { ...at, start: { toolUse: { toolUseId, name } } }
        return [{ event: 'contentBlockStart', payload: start }, stop(index)]
      }
      if (redactedContent)
        return [delta(index, { reasoningContent: { redactedContent } }), stop(index)]
      if (!signature) return [delta(index, whole), stop(index)]
      const said = [{ text }, { signature }].map((reasoningContent) =>
        delta(index, { reasoningContent }),
      )
      return [...said, stop(index)]
    })
    const DETAILS = [
      { type: 'reasoning.text', text: 'One.', signature: 'seal1', index: 0 },
      { type: 'reasoning.text', text: 'Two.', signature: 'seal2', index: 1, at: 9 },
      { type: 'reasoning.encrypted', data: 'AAAA', index: 2, at: 9 },
      { type: 'reasoning.text', text: 'Three.', signature: 'seal3', index: 3, at: 13, calls: 1 },
    ]

    it('tell where they stood, whole and streamed', async () => {
      const message = { role: 'assistant', content: MIXED }
      bedrock.fake.script({ body: { output: { message }, stopReason: 'tool_use', usage: USAGE } })
      const whole = (await (await bedrock.open().ask(ASKED)).json()) as Json
      expect(whole).toMatchObject({ choices: [{ message: { reasoning_details: DETAILS } }] })
      bedrock.fake.forget()
      const deltas = await streamed(ASKED, [...frames, ...ending('tool_use')])
      expect(deltas.flatMap((one) => one['reasoning_details'] ?? [])).toEqual(DETAILS)
    })

    it('go back to where they stood, for Claude refuses them elsewhere', async () => {
      const call = (id: string) => ({ id, function: { name: 'look', arguments: '{}' } })
      await bedrock.open().ask({
        ...ASKED,
        messages: [
          ...HELLO,
          {
            role: 'assistant',
            content: 'First 🙂 then',
            reasoning_details: DETAILS,
            tool_calls: [call('t1'), call('t2')],
          },
          { role: 'tool', tool_call_id: 't1', content: 'rain' },
          { role: 'tool', tool_call_id: 't2', content: 'sun' },
        ],
      })
      expect(bedrock.sent()[0]).toMatchObject({
        messages: [{}, { role: 'assistant', content: MIXED }, {}],
      })
    })

    // Opus 4.6 opens with two line feeds (recorded), and many a client strips what it shows.
    it('stand first behind blank text, whole and streamed', async () => {
      const content = [{ text: '\n\n' }, thought('One.', 'seal1'), { text: 'First.' }]
      const message = { role: 'assistant', content }
      bedrock.fake.script({ body: { output: { message }, stopReason: 'end_turn', usage: USAGE } })
      const whole = (await (await bedrock.open().ask(ASKED)).json()) as Json
      const details = DETAILS.slice(0, 1)
      expect(whole).toMatchObject({ choices: [{ message: { reasoning_details: details } }] })
      bedrock.fake.forget()
      const blocks = [
        delta(0, { text: '\n' }),
        delta(0, { text: '\n' }),
        stop(0),
        delta(1, { reasoningContent: { text: 'One.' } }),
        delta(1, { reasoningContent: { signature: 'seal1' } }),
        stop(1),
      ]
      const deltas = await streamed(ASKED, [...blocks, ...ending('end_turn')])
      expect(deltas.flatMap((one) => one['reasoning_details'] ?? [])).toEqual(details)
    })

    it.each([
      ['Well.', [{ text: 'Well.' }]],
      [null, []],
    ])(
      'stay before their call where the client has shortened the words: %j',
      async (content, words) => {
        const details = [DETAILS[0], { ...DETAILS[1], index: 1, at: 8 }]
        const call = { id: 't1', function: { name: 'look', arguments: '{}' } }
        await bedrock.open().ask({
          ...ASKED,
          messages: [
            ...HELLO,
            { role: 'assistant', content, reasoning_details: details, tool_calls: [call] },
            { role: 'tool', tool_call_id: 't1', content: 'rain' },
          ],
        })
        expect(bedrock.sent()[0]).toMatchObject({
          messages: [
            {},
            { content: [thought('One.', 'seal1'), ...words, thought('Two.', 'seal2'), use('t1')] },
            {},
          ],
        })
      },
    )
  })

  it('are hidden where the caller does not want to see them', async () => {
    const deltas = await streamed({ ...ASKED, include_reasoning: false }, THOUGHT)
    expect(JSON.stringify(deltas)).not.toContain('Rain')
  })
})

describe('a system prompt for a model that knows none', () => {
  const body = {
    model: 'mistral.mistral-7b-instruct-v0:2',
    messages: [{ role: 'system', content: 'Be brief.' }, ...HELLO],
  }

  it('is read at the head of the first message', async () => {
    expect((await bedrock.open().ask(body)).status).toBe(200)
    expect(bedrock.sent()).toEqual([
      { messages: [{ role: 'user', content: [{ text: 'Be brief.' }, { text: 'Hi' }] }] },
    ])
  })

  it('is refused where the operator says so', async () => {
    const { ask } = bedrock.open({ DROP_UNSUPPORTED_SYSTEM_PROMPT: 'false' })
    const response = await ask(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { code: 'unsupported_parameter', param: 'messages' },
    })
    expect((await ask({ ...body, messages: HELLO })).status).toBe(200)
  })
})
