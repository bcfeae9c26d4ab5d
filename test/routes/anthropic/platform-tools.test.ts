import { describe, expect, it } from 'vitest'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { recordings, sharedRoot } from '../../fakes/shared.ts'
import { eventsOf, jsonOf, lastAsked, stageAws } from './stage.ts'

type Json = Record<string, unknown>

const MODEL = 'us.amazon.nova-2-lite-v1:0'
const TOOLS = [
  { name: 'final_result', input_schema: { type: 'object', properties: {} } },
  { type: 'code_execution_20250522', name: 'code_execution' },
]
const QUESTION = { role: 'user', content: 'What is 1234 * 5678?' }
const NO_SEARCHES = { web_search_requests: 0, web_fetch_requests: 0 }
const FOLLOW_UP = 'Now multiply that by 2'

const ran = (id: string) => [
  {
    type: 'server_tool_use',
    id,
    name: 'code_execution',
    input: { snippet: '1234 * 5678' },
  },
  {
    type: 'code_execution_tool_result',
    tool_use_id: id,
    content: {
      type: 'code_execution_result',
      stdout: '7006652',
      stderr: '',
      return_code: 0,
      content: [],
    },
  },
]

const fake = await bedrockOfFile()

const askNova = (messages: unknown[], more: Json = {}) =>
  stageAws(fake).ask({ model: MODEL, messages, tools: TOOLS, ...more })

describe.skipIf(!sharedRoot())('code run by Nova’s platform (recorded)', () => {
  const find = (folder: string, name: string) =>
    recordings(folder).find(({ file }) => file.includes(name))!

  it('is told in Anthropic’s blocks, which bring it back in the next turn', async () => {
    const name = 'nova-2-lite-v1-0__bedrock-model-with-code-execution-tool-'
    const [first, second] = [0, 1].map((turn) => find('aws/Converse', `${name}${turn}-`))
    fake.respond(first!)
    const answer = await jsonOf(await askNova([QUESTION], { tool_choice: { type: 'any' } }))
    const [run, result, call] = answer['content'] as [Json, Json, Json]
    expect([run, result]).toEqual(ran('tooluse_dV5ehBNfl1hUE-UTM9cIww'))
    expect(answer['stop_reason']).toBe('tool_use')
    expect(answer['usage']).toMatchObject({ server_tool_use: NO_SEARCHES })

    fake.respond(second!)
    const reply = {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: call['id'],
          content: 'Final result processed.',
        },
        { type: 'text', text: FOLLOW_UP },
      ],
    }
    const next = await askNova([QUESTION, { role: 'assistant', content: answer['content'] }, reply])
    expect([next.status, next.headers.get('x-outcrop-ignored-params')]).toEqual([200, null])
    const recorded = second!.request.body as { messages: unknown; toolConfig: { tools: unknown[] } }
    const { body } = lastAsked(fake)
    expect(body['messages']).toEqual(recorded.messages)
    expect((body['toolConfig'] as { tools: unknown[] }).tools[1]).toEqual(
      recorded.toolConfig.tools[1],
    )
  })

  it('streams, each result whole at the start of its block', async () => {
    fake.respond(find('aws/ConverseStream', 'bedrock-model-code-execution-tool-stream-0-'))
    const events = (await eventsOf(await askNova([QUESTION], { stream: true }))).map(
      ({ data }) => data,
    )
    const [run, result] = ran('tooluse_VQNZJRUFMoqZzszVsRd4og')
    const input = '{"snippet":"1234 * 5678"}'
    expect(events.slice(1, 7)).toEqual([
      { type: 'content_block_start', index: 0, content_block: { ...run, input: {} } },
      ...['', input].map((partial_json) => ({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json },
      })),
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: result },
      { type: 'content_block_stop', index: 1 },
    ])
    expect(events.at(-2)).toMatchObject({
      type: 'message_delta',
      usage: { server_tool_use: NO_SEARCHES },
    })
    expect(events.at(-1)).toEqual({ type: 'message_stop' })
  })
})

describe('searches of Nova’s platform', () => {
  const tools = [{ type: 'web_search_20250305', name: 'web_search' }]
  const search = (id: string) => ({
    toolUseId: id,
    name: 'nova_grounding',
    type: 'server_tool_use',
  })
  const found = (id: string) => ({
    toolUseId: id,
    type: 'nova_grounding_result',
    content: [{ json: { results: [{ url: 'https://a.example', title: 'A' }] } }],
    status: 'success',
  })
  const usage = { inputTokens: 9, outputTokens: 4, totalTokens: 13 }
  const counted = { web_search_requests: 2, web_fetch_requests: 0 }

  it('are counted', async () => {
    const content = ['t1', 't2'].flatMap((id) => [
      { toolUse: { ...search(id), input: { query: id } } },
      { toolResult: found(id) },
    ])
    fake.script({
      body: {
        output: { message: { role: 'assistant', content: [...content, { text: 'So.' }] } },
        stopReason: 'end_turn',
        usage,
      },
    })
    const answer = await jsonOf(await askNova([QUESTION], { tools }))
    expect(answer['content']).toMatchObject([
      { type: 'server_tool_use', name: 'web_search' },
      { type: 'web_search_tool_result' },
      { type: 'server_tool_use', name: 'web_search' },
      { type: 'web_search_tool_result' },
      { type: 'text' },
    ])
    expect(answer['usage']).toMatchObject({ server_tool_use: counted })
  })

  it('are counted at the end of a stream', async () => {
    const block = (contentBlockIndex: number, id: string) => [
      {
        event: 'contentBlockStart',
        payload: { contentBlockIndex, start: { toolUse: search(id) } },
      },
      {
        event: 'contentBlockDelta',
        payload: { contentBlockIndex, delta: { toolUse: { input: '{"query":"q"}' } } },
      },
      { event: 'contentBlockStop', payload: { contentBlockIndex } },
    ]
    fake.script({
      frames: [
        { event: 'messageStart', payload: { role: 'assistant' } },
        ...block(0, 't1'),
        ...block(1, 't2'),
        { event: 'messageStop', payload: { stopReason: 'end_turn' } },
        { event: 'metadata', payload: { usage } },
      ],
    })
    const events = await eventsOf(await askNova([QUESTION], { tools, stream: true }))
    expect(events.at(-2)!.data).toMatchObject({ usage: { server_tool_use: counted } })
  })

  it('are not mentioned where nothing was searched', async () => {
    fake.script({
      body: {
        output: { message: { role: 'assistant', content: [{ text: 'So.' }] } },
        stopReason: 'end_turn',
        usage,
      },
    })
    const answer = await jsonOf(await askNova([QUESTION], { tools }))
    expect(answer['usage']).not.toHaveProperty('server_tool_use')
  })
})

it('tells which restriction of a search it cannot keep, and asks nobody', async () => {
  const before = fake.requests.length
  const tools = [
    { type: 'web_search_20250305', name: 'web_search', allowed_domains: ['a.example'] },
  ]
  const answer = await askNova([QUESTION], { tools })
  expect([answer.status, await jsonOf(answer)]).toMatchObject([
    400,
    {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: expect.stringContaining('tools.0.web_search_20250305.allowed_domains: '),
      },
    },
  ])
  expect(fake.requests).toHaveLength(before)
})
