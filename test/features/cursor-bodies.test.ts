import { describe, expect, it } from 'vitest'
import { toolCallFrames } from '../fakes/fake-bedrock-frames.ts'
import { chunksOf, ignoredBy, type Json, MODELS, spokenIn, useFakeBedrock } from './stage.ts'

/**
 * Cursor, with a base URL of its own, asks `/chat/completions` in the words of other APIs and reads chunks of chat
 * (forum.cursor.com/t/153019, 159298 and 145588; BerriAI/litellm#34029, icebear0828/codex-proxy#707 and #708).
 */
const bedrock = useFakeBedrock()

const PATH = {
  type: 'object',
  properties: { path: { type: 'string' } },
  required: ['path'],
}
const FLAT = { type: 'function', name: 'Read', description: 'Reads', parameters: PATH }
const PATCH_TOOL = {
  type: 'custom',
  name: 'ApplyPatch',
  description: 'Edits files.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "p"' },
}
const CLAUDE_TOOL = { name: 'Read', description: 'Reads', input_schema: PATH }
const PATCH = '*** Begin Patch\n*** Delete File: "a"\n*** End Patch'
const SPEC = { name: 'Read', description: 'Reads', inputSchema: { json: PATH } }
const STREAMED = { stream: true, stream_options: { include_usage: true } }

async function asked(body: Json, env: Record<string, string> = {}) {
  const { app } = bedrock.open(env)
  const response = await app.request('/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify({ model: MODELS.claude, ...body }),
    headers: { 'content-type': 'application/json' },
  })
  return { response, text: await response.text(), sent: bedrock.sent().at(-1) ?? {} }
}

const specsOf = (sent: Json) =>
  (sent['toolConfig'] as { tools: { toolSpec: Json }[] }).tools.map(({ toolSpec }) => toolSpec)

describe('a body of the Responses API at chat completions', () => {
  const AGENT = {
    input: [
      { role: 'system', content: 'You are an agent.' },
      { role: 'user', content: [{ type: 'input_text', text: 'Edit it.' }] },
    ],
    tools: [FLAT, PATCH_TOOL],
    tool_choice: 'auto',
    store: false,
    include: ['reasoning.encrypted_content'],
    text: { verbosity: 'low' },
    truncation: 'auto',
  }

  it('is answered in chunks of chat, with usage where it is asked for', async () => {
    const { response, text, sent } = await asked({ ...AGENT, ...STREAMED })
    expect(response.status).toBe(200)
    expect(sent).toMatchObject({
      system: [{ text: 'You are an agent.' }],
      messages: [{ role: 'user', content: [{ text: 'Edit it.' }] }],
    })
    expect(specsOf(sent)[0]).toEqual(SPEC)
    expect(sent['additionalModelRequestFields']).toBeUndefined()
    const chunks = chunksOf(text)
    expect(chunks.every(({ object }) => object === 'chat.completion.chunk')).toBe(true)
    expect(spokenIn(chunks)).toEqual({ content: 'Hello there.', finish: 'stop' })
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 9 } })
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it.each([{ input: 'Hi' }, { input: 'Hi', messages: [], ...STREAMED }])(
    'is known by its input: %j',
    async (body) => {
      const { response, sent } = await asked(body)
      expect(response.status).toBe(200)
      expect(sent['messages']).toEqual([{ role: 'user', content: [{ text: 'Hi' }] }])
      expect(ignoredBy(response)).toEqual([])
    },
  )

  it('is answered whole as a chat completion', async () => {
    const { text } = await asked({ input: 'Hi' })
    expect(JSON.parse(text)).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'Hello there.' }, finish_reason: 'stop' }],
    })
  })

  it('is called back for a tool of free text by a function that has the text for arguments', async () => {
    const written = JSON.stringify({ input: PATCH })
    bedrock.fake.script({
      frames: toolCallFrames('t1', 'ApplyPatch', [written.slice(0, 9), written.slice(9)]),
    })
    const { text } = await asked({ ...AGENT, ...STREAMED })
    const calls = chunksOf(text).flatMap((chunk) =>
      (chunk['choices'] as { delta: { tool_calls?: Json[] } }[]).flatMap(
        ({ delta }) => delta.tool_calls ?? [],
      ),
    )
    expect(calls).toEqual([
      { index: 0, id: 't1', type: 'function', function: { name: 'ApplyPatch', arguments: '' } },
      { index: 0, function: { arguments: PATCH } },
    ])
  })

  it.each([
    { type: 'function_call', call_id: 'c1', name: 'ApplyPatch', arguments: PATCH },
    { type: 'custom_tool_call', call_id: 'c1', name: 'ApplyPatch', input: PATCH },
  ])('may tell of such a call in either form: $type', async (call) => {
    const output = { type: `${call.type}_output`, call_id: 'c1', output: 'Done.' }
    const { response, sent } = await asked({
      ...AGENT,
      input: [{ role: 'user', content: 'Edit it.' }, call, output],
    })
    expect(response.status).toBe(200)
    expect(sent['messages']).toMatchObject([
      { role: 'user' },
      { content: [{ toolUse: { toolUseId: 'c1', name: 'ApplyPatch', input: { input: PATCH } } }] },
      { content: [{ toolResult: { toolUseId: 'c1', content: [{ text: 'Done.' }] } }] },
    ])
  })

  it.each([{ previous_response_id: 'resp_1' }, { conversation: 'conv_1' }, { background: true }])(
    'is refused what only /v1/responses has: %j',
    async (more) => {
      const { response, text } = await asked({ input: 'Hi', ...more })
      expect(response.status).toBe(400)
      expect(JSON.parse(text)).toMatchObject({
        error: { code: 'unsupported_parameter', param: Object.keys(more)[0] },
      })
    },
  )

  it('is not kept, for nothing could be asked for it', async () => {
    const { response } = await asked({ input: 'Hi', store: true })
    expect(ignoredBy(response)).toEqual(['store'])
  })

  it('with messages stays one of chat', async () => {
    const { sent } = await asked({ input: 'In', messages: [{ role: 'user', content: 'Hi' }] })
    expect(sent['messages']).toEqual([{ role: 'user', content: [{ text: 'Hi' }] }])
  })
})

describe('a chat completion whose tools are written as in other APIs', () => {
  const messages = [{ role: 'user', content: 'Edit it.' }]
  const NESTED = { type: 'function', function: { name: 'List', parameters: PATH } }

  it('has all of them offered', async () => {
    const { response, sent } = await asked({
      messages,
      tools: [NESTED, FLAT, PATCH_TOOL],
      tool_choice: { type: 'function', name: 'Read' },
      ...STREAMED,
    })
    expect(response.status).toBe(200)
    expect(specsOf(sent).map(({ name }) => name)).toEqual(['List', 'Read', 'ApplyPatch'])
    expect(specsOf(sent)[1]).toEqual(SPEC)
    expect(sent['toolConfig']).toMatchObject({ toolChoice: { tool: { name: 'Read' } } })
  })

  it('is called back for flat free text by a function, and may tell of it so', async () => {
    bedrock.fake.script({
      body: {
        output: {
          message: {
            role: 'assistant',
            content: [
              { toolUse: { toolUseId: 't2', name: 'ApplyPatch', input: { input: PATCH } } },
            ],
          },
        },
        stopReason: 'tool_use',
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      },
    })
    const call = {
      id: 't1',
      type: 'function',
      function: { name: 'ApplyPatch', arguments: PATCH },
    }
    const { text, sent } = await asked({
      messages: [
        ...messages,
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 't1', content: 'Done.' },
      ],
      tools: [PATCH_TOOL],
    })
    expect(sent['messages']).toMatchObject([
      {},
      { content: [{ toolUse: { name: 'ApplyPatch', input: { input: PATCH } } }] },
      {},
    ])
    expect(JSON.parse(text).choices[0].message.tool_calls).toEqual([{ ...call, id: 't2' }])
  })

  it('names what is wrong where that is something else', async () => {
    const { response, text } = await asked({ messages, tools: [{ type: 'function' }] })
    expect(response.status).toBe(400)
    expect(JSON.parse(text).error.param).toBe('tools[0].function')
  })
})

describe("a chat completion with Claude's tools", () => {
  const system = [{ type: 'text', text: 'You are an agent.', cache_control: { type: 'ephemeral' } }]
  const spoken = [
    { role: 'user', content: [{ type: 'text', text: 'Read it.' }] },
    {
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a' } }],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'A' }] },
      ],
    },
  ]
  const around = { tools: [CLAUDE_TOOL], tool_choice: { type: 'auto' }, user: 'u1', ...STREAMED }

  it.each([
    ['a first turn', { messages: spoken.slice(0, 1), system, max_tokens: 100 }],
    ['a first turn without a limit', { messages: spoken.slice(0, 1), system }],
    ['results', { messages: spoken, system, max_tokens: 100 }],
    ['a system message', { messages: [{ role: 'system', content: system }, ...spoken] }],
  ])('is heard as Claude’s and answered in chunks of chat: %s', async (_, body) => {
    const { response, text, sent } = await asked({ ...around, ...body })
    expect(response.status).toBe(200)
    expect(sent['system']).toEqual([
      { text: 'You are an agent.' },
      { cachePoint: { type: 'default' } },
    ])
    expect(specsOf(sent)).toEqual([SPEC])
    expect(sent['additionalModelRequestFields']).toBeUndefined()
    expect(chunksOf(text).at(-1)).toMatchObject({ usage: { prompt_tokens: 9 } })
    expect(ignoredBy(response)).toEqual([])
  })
})
