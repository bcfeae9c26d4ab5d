import { describe, expect, it } from 'vitest'
import type { FakeFrame } from '../fakes/fake-bedrock-frames.ts'
import { chunksOf, HELLO, ignoredBy, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const USAGE = { inputTokens: 5, outputTokens: 2, totalTokens: 7 }
const PAGE = { web: { url: 'https://rome.example/', domain: 'rome.example' } }
const GROUNDING = [{ type: 'function', function: { name: 'nova_grounding' } }]

const SEARCH = {
  toolUse: {
    toolUseId: 's1',
    name: 'nova_grounding',
    input: { query: 'Rome' },
    type: 'server_tool_use',
  },
}
const FOUND = {
  toolResult: {
    toolUseId: 's1',
    content: [{ json: { results: [{ url: 'https://rome.example/', title: 'Rome' }] } }],
    status: 'success',
    type: 'nova_grounding_result',
  },
}

/** Sources stand in a block of their own, behind the words they support (AWS's web grounding guide). */
const GROUNDED = [
  { text: 'Let me see. ' },
  SEARCH,
  FOUND,
  { text: 'It rains.' },
  { citationsContent: { citations: [{ location: PAGE }] } },
]

const ANNOTATION = {
  type: 'url_citation',
  url_citation: {
    url: 'https://rome.example/',
    title: 'https://rome.example/',
    start_index: 12,
    end_index: 21,
  },
}

function answered(content: object[]) {
  return {
    body: {
      output: { message: { role: 'assistant', content } },
      stopReason: 'end_turn',
      usage: USAGE,
    },
  }
}

type Message = Json & { content: string; annotations: unknown[] }

async function messageOf(response: Response): Promise<Message> {
  const { choices } = (await response.json()) as { choices: { message: Message }[] }
  return choices[0]!.message
}

/** The second question, with what was answered to the first one. */
const andThen = (message: Json) => ({
  tools: GROUNDING,
  messages: [...HELLO, message, { role: 'user', content: 'And tomorrow?' }],
})

/** What the model gets back of its first answer: its words and its work, in their order. */
const HISTORY = [{ text: 'Let me see. ' }, SEARCH, FOUND, { text: 'It rains.' }]

describe('a search of the web by Nova, over two turns', () => {
  it('is had by the tool as Claude’s callers write it, of a model that searches', async () => {
    const { ask } = bedrock.open()
    const tools = [{ type: 'web_search_20250305', name: 'web_search', max_uses: 2 }]
    bedrock.fake.script(answered(GROUNDED))
    const response = await ask({ tools, tool_choice: 'auto' })
    expect(ignoredBy(response)).toEqual(['tools.max_uses'])
    bedrock.fake.script(answered(GROUNDED))
    await ask({ ...andThen(await messageOf(response)), tools })
    const toolConfig = { tools: [{ systemTool: { name: 'nova_grounding' } }] }
    expect(bedrock.sent()).toMatchObject([
      { toolConfig },
      { toolConfig, messages: [{}, { content: HISTORY }, {}] },
    ])
    const narrowed = [{ ...tools[0], allowed_domains: ['a.example'] }]
    const refused = await ask({ tools: narrowed })
    expect([refused.status, ((await refused.json()) as { error: Json }).error['param']]).toEqual([
      400,
      'tools.allowed_domains',
    ])
    expect((await ask({ model: MODELS.claude, tools })).status).toBe(400)
  })

  it('cites in both, and the model finds its search again', async () => {
    const { ask } = bedrock.open()
    bedrock.fake.script(answered(GROUNDED))
    const first = await messageOf(await ask({ tools: GROUNDING }))
    expect(first).toMatchObject({
      content: 'Let me see. It rains.',
      annotations: [ANNOTATION],
      server_tool_runs: [{ id: 's1', name: 'nova_grounding', at: 12 }],
    })
    bedrock.fake.forget()
    bedrock.fake.script(answered(GROUNDED))
    const second = await ask(andThen(first))
    expect(ignoredBy(second)).toEqual([])
    expect((await messageOf(second)).annotations).toEqual([ANNOTATION])
    expect(bedrock.sent()[1]).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant', content: HISTORY }, { role: 'user' }],
    })
  })

  it('does so in streams', async () => {
    const frame = (event: string, payload: Json): FakeFrame => ({ event, payload })
    const delta = (contentBlockIndex: number, change: Json) =>
      frame('contentBlockDelta', { contentBlockIndex, delta: change })
    const block = (contentBlockIndex: number, start: Json, change: Json) => [
      frame('contentBlockStart', { contentBlockIndex, start }),
      delta(contentBlockIndex, change),
      frame('contentBlockStop', { contentBlockIndex }),
    ]
    const { input, ...use } = SEARCH.toolUse
    const { content, ...result } = FOUND.toolResult
    const frames = [
      delta(0, { text: 'Let me see. ' }),
      frame('contentBlockStop', { contentBlockIndex: 0 }),
      ...block(1, { toolUse: use }, { toolUse: { input: JSON.stringify(input) } }),
      ...block(2, { toolResult: result }, { toolResult: content }),
      delta(3, { text: 'It rains.' }),
      delta(3, { citation: { location: PAGE } }),
      frame('contentBlockStop', { contentBlockIndex: 3 }),
      frame('messageStop', { stopReason: 'end_turn' }),
      frame('metadata', { usage: USAGE }),
    ]
    const { ask } = bedrock.open()
    bedrock.fake.script({ frames })
    const response = await ask({ tools: GROUNDING, stream: true })
    const deltas = chunksOf(await response.text()).map(
      (chunk) => (chunk['choices'] as { delta: Json }[])[0]!.delta,
    )
    const told = (name: string) => deltas.flatMap((one) => (one[name] as unknown[]) ?? [])
    expect(told('annotations')).toEqual([ANNOTATION])
    bedrock.fake.forget()
    bedrock.fake.script(answered(GROUNDED))
    await ask(
      andThen({
        role: 'assistant',
        content: told('content').join(''),
        annotations: told('annotations'),
        server_tool_runs: told('server_tool_runs'),
      }),
    )
    expect(bedrock.sent()[1]).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant', content: HISTORY }, { role: 'user' }],
    })
  })
})

describe('tools that Claude has at Anthropic alone', () => {
  it.each(['web_search_20250305', 'web_fetch_20250910', 'code_execution_20250825'])(
    '%s is refused by name, and nobody is asked',
    async (type) => {
      const name = type.replace(/_\d+$/, '')
      const response = await bedrock
        .open()
        .ask({ model: MODELS.claude, tools: [{ type, name, max_uses: 1 }] })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        error: {
          code: 'unsupported_parameter',
          param: 'tools',
          message: expect.stringContaining(`"${name}"`),
        },
      })
      expect(bedrock.sent()).toEqual([])
    },
  )
})
