import { describe, expect, it } from 'vitest'
import { ignoredBy, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const ask = (model: string, more: Json) =>
  bedrock.open({ FILES_DIR: 'memory' }).app.request('/v1/responses', {
    method: 'POST',
    body: JSON.stringify({ model, input: 'Hi', ...more }),
  })

const toolConfig = () => bedrock.sent().at(-1)!['toolConfig']

const OPENAI_TOOLS = [
  { type: 'file_search', vector_store_ids: ['vs_1'] },
  { type: 'mcp', server_label: 'x', server_url: 'https://x' },
  { type: 'image_generation' },
  { type: 'tool_search' },
  { type: 'shell', environment: { type: 'container_auto' } },
  { type: 'from_the_future', anything: [1] },
  { type: 'web_search', filters: { allowed_domains: ['example.com'] } },
]

describe('tools that a platform runs', () => {
  const tools = [{ type: 'web_search' }, { type: 'code_interpreter', container: 'auto' }]

  it('are those of the model’s platform where it has them', async () => {
    expect(ignoredBy(await ask(MODELS.nova, { tools }))).toEqual([])
    expect(toolConfig()).toEqual({
      tools: [
        { systemTool: { name: 'nova_code_interpreter' } },
        { systemTool: { name: 'nova_grounding' } },
      ],
    })
  })

  it('are left out and named where it has not', async () => {
    expect(ignoredBy(await ask(MODELS.claude, { tools }))).toEqual([
      'tools.code_interpreter',
      'tools.web_search',
    ])
    expect(toolConfig()).toBeUndefined()
    const all = await ask(MODELS.nova, { tools: OPENAI_TOOLS })
    expect(ignoredBy(all)).toEqual(OPENAI_TOOLS.map(({ type }) => `tools.${type}`))
    expect(toolConfig()).toBeUndefined()
  })

  it.each([
    [tools, { type: 'web_search' }],
    [tools, { type: 'code_interpreter' }],
    [tools, 'required'],
    [OPENAI_TOOLS, { type: 'mcp', server_label: 'x' }],
    [OPENAI_TOOLS, { type: 'allowed_tools', mode: 'required', tools: [{ type: 'file_search' }] }],
  ])('are refused where a choice forces one that is left out: %#', async (some, tool_choice) => {
    const refused = await ask(MODELS.claude, { tools: some, tool_choice })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({
      error: { param: 'tool_choice', code: 'unsupported_parameter' },
    })
    expect(bedrock.sent()).toEqual([])
  })

  it('cannot be forced by name where they search the web', async () => {
    const response = await ask(MODELS.nova, { tools, tool_choice: { type: 'web_search' } })
    expect(ignoredBy(response)).toEqual(['tool_choice'])
  })
})

it('names items that only OpenAI’s platform understands', async () => {
  const input = [
    { role: 'user', content: 'Hi' },
    { type: 'mcp_list_tools', id: 'm', server_label: 'x', tools: [] },
    { type: 'from_the_future' },
    { role: 'user', content: 'Go on' },
  ]
  const response = await ask(MODELS.nova, { input })
  expect(ignoredBy(response)).toEqual(['mcp_list_tools', 'from_the_future'])
  expect(bedrock.sent().at(-1)!['messages']).toEqual([
    { role: 'user', content: [{ text: 'Hi' }, { text: 'Go on' }] },
  ])
})
