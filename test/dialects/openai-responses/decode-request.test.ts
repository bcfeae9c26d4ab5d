import { describe, expect, it } from 'vitest'
import { openaiCompaction } from '../../../app/dialects/openai-responses/compaction.ts'
import { openaiResponses } from '../../../app/dialects/openai-responses/index.ts'
import { responseRequest } from '../../../app/dialects/openai-responses/wire.ts'
import { sealSummary, sealThought } from '../../../app/dialects/seal.ts'
import { validationError } from '../../../app/dialects/validation.ts'
import { decoded, type Json } from './recorded.ts'

const ask = (more: Json) => decoded({ model: 'm', input: 'Hi', ...more })
const FUNCTION = { type: 'function', name: 'add', parameters: { type: 'object' } }
const SEARCH = {
  type: 'tool_search',
  execution: 'client',
  description: 'Searches for tools in words.',
  parameters: {
    type: 'object',
    properties: { query: { type: 'string' }, limit: { type: 'number' } },
  },
}
const user = (text: string) => ({ role: 'user', parts: [{ type: 'text', text }] })

describe('what only tunes and counts for nothing', () => {
  it('is named by its path', () => {
    const asked = {
      reasoning: { effort: 'low', max_tokens: 2000, enabled: true, context: 'auto', odd: null },
      text: { verbosity: 'low', odd: 1 },
      stream_options: { include_obfuscation: false, odd: 1 },
    }
    expect(ask(asked).ignored).toEqual([
      'reasoning.context',
      'reasoning.max_tokens',
      'reasoning.enabled',
      'text.odd',
      'stream_options.odd',
    ])
  })
})

/** What refuses a request: the schema or the decoder. */
function refusal(body: Json): unknown {
  const checked = responseRequest.safeParse(body)
  if (!checked.success) return validationError(checked.error, body)
  try {
    openaiResponses.server.decodeRequest(checked.data)
    return undefined
  } catch (thrown) {
    return thrown
  }
}

describe('input', () => {
  it('is a text, or items; instructions and leading developer messages are the system prompt', () => {
    expect(ask({ instructions: 'Be brief.' })).toMatchObject({
      system: [{ type: 'text', text: 'Be brief.' }],
      turns: [user('Hi')],
    })
    const input = [
      { role: 'developer', content: 'In French.' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      { role: 'system', content: 'Now in German.' },
      { role: 'user', content: 'Hello' },
    ]
    expect(ask({ instructions: 'Be brief.', input })).toMatchObject({
      system: [{ text: 'Be brief.' }, { text: 'In French.' }],
      turns: [user('Hi'), { role: 'system', parts: [{ text: 'Now in German.' }] }, user('Hello')],
    })
  })

  it('holds images, files and sound', () => {
    const content = [
      { type: 'input_image', image_url: 'data:image/png;base64,QUJD', detail: 'low' },
      { type: 'input_image', file_id: 'file-1' },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,QUJD' },
      { type: 'input_file', file_url: 'https://example.com/a.pdf' },
      { type: 'input_audio', input_audio: { data: 'QUJD', format: 'mp3' } },
    ]
    const [turn] = ask({ input: [{ role: 'user', content }] }).turns
    expect(turn!.parts).toEqual([
      {
        type: 'image',
        source: { kind: 'base64', data: 'QUJD' },
        mediaType: 'image/png',
        detail: 'low',
        param: 'input[0].content[0].image_url',
      },
      {
        type: 'image',
        source: { kind: 'file', id: 'file-1' },
        param: 'input[0].content[1].file_id',
      },
      {
        type: 'document',
        source: { kind: 'base64', data: 'QUJD' },
        mediaType: 'application/pdf',
        name: 'a.pdf',
        param: 'input[0].content[2].file_data',
      },
      {
        type: 'document',
        source: { kind: 'url', url: 'https://example.com/a.pdf' },
        param: 'input[0].content[3].file_url',
      },
      {
        type: 'audio',
        source: { kind: 'base64', data: 'QUJD' },
        mediaType: 'audio/mpeg',
        param: 'input[0].content[4].input_audio.data',
      },
    ])
  })

  it('brings back what a model thought, said and called as one turn, and results as one', () => {
    const sealed = sealThought({ text: 'Hm', signature: 'sig' })
    const input = [
      { role: 'user', content: 'Hi' },
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: sealed },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'So.' }] },
      { type: 'function_call', call_id: 'a', name: 'add', arguments: '' },
      { type: 'custom_tool_call', call_id: 'b', name: 'calc', input: '4' },
      { type: 'function_call', call_id: 'c', name: 'read', namespace: 'files', arguments: '{}' },
      { type: 'custom_tool_call_output', call_id: 'b', output: 'four' },
      {
        type: 'function_call_output',
        call_id: 'a',
        output: [{ type: 'input_text', text: 'one' }],
      },
    ]
    const tools = [
      { type: 'namespace', name: 'files', tools: [{ type: 'function', name: 'read' }] },
    ]
    expect(ask({ input, tools }).turns).toEqual([
      user('Hi'),
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Hm', signature: 'sig' },
          { type: 'text', text: 'So.' },
          { type: 'tool-call', id: 'a', name: 'add', arguments: '{}' },
          { type: 'tool-call', id: 'b', name: 'calc', arguments: '{"input":"4"}' },
          { type: 'tool-call', id: 'c', name: 'files__read', arguments: '{}' },
        ],
      },
      {
        role: 'user',
        parts: [
          { type: 'tool-result', callId: 'b', content: [{ type: 'text', text: 'four' }] },
          { type: 'tool-result', callId: 'a', content: [{ type: 'text', text: 'one' }] },
        ],
      },
    ])
  })

  it('holds calls of shells, patches and computers, and what came of them', () => {
    const operation = { type: 'delete_file', path: 'a' }
    const input = [
      { type: 'local_shell_call', call_id: 'a', action: { type: 'exec', command: ['ls'] } },
      { type: 'shell_call', call_id: 'b', action: { commands: ['ls'] } },
      { type: 'apply_patch_call', call_id: 'c', status: 'completed', operation },
      { type: 'computer_call', call_id: 'd', actions: [{ type: 'screenshot' }] },
      { type: 'local_shell_call_output', id: 'a', output: 'file' },
      { type: 'shell_call_output', call_id: 'b', output: [{ stdout: 'file', stderr: '' }] },
      { type: 'apply_patch_call_output', call_id: 'c', status: 'failed', output: 'no such file' },
      {
        type: 'computer_call_output',
        call_id: 'd',
        output: { type: 'computer_screenshot', image_url: 'data:image/png;base64,QUJD' },
      },
    ]
    const [calls, results] = ask({ input }).turns
    expect(calls!.parts).toMatchObject([
      { name: 'local_shell', arguments: '{"command":["ls"]}' },
      { name: 'shell', arguments: '{"commands":["ls"]}' },
      { name: 'apply_patch', arguments: JSON.stringify({ operation }) },
      { name: 'computer', arguments: '{"actions":[{"type":"screenshot"}]}' },
    ])
    expect(results!.parts).toMatchObject([
      { callId: 'a', content: [{ text: 'file' }] },
      { callId: 'b', content: [{ text: '[{"stdout":"file","stderr":""}]' }] },
      { callId: 'c', content: [{ text: 'no such file' }], isError: true },
      { callId: 'd', content: [{ type: 'image' }] },
    ])
  })

  it('holds searches for tools that the caller makes, and offers each tool found once', () => {
    const read = { type: 'function', name: 'read', defer_loading: true }
    const files = (...tools: object[]) => ({ type: 'namespace', name: 'mcp__files', tools })
    const found = (call_id: string, ...tools: object[]) => ({
      type: 'tool_search_output',
      call_id,
      execution: 'client',
      status: 'completed',
      tools,
    })
    const search = (call_id: string, query: string) => ({
      type: 'tool_search_call',
      call_id,
      execution: 'client',
      arguments: { query, limit: 8 },
    })
    const input = [
      { role: 'user', content: 'Hi' },
      search('a', 'files'),
      found('a', files(read), FUNCTION),
      search('b', 'more'),
      found('b', files(read, { type: 'custom', name: 'write' }), { type: 'function' }),
      search('c', 'nothing'),
      found('c'),
      { type: 'function_call', call_id: 'd', name: 'read', namespace: 'mcp__files', arguments: '' },
    ]
    const conversation = ask({ input, tools: [FUNCTION, SEARCH] })
    expect(conversation.tools.map(({ name }) => name)).toEqual([
      'add',
      'tool_search',
      'mcp__files__read',
      'mcp__files__write',
    ])
    expect(conversation.turns.map(({ parts }) => parts[0])).toMatchObject([
      { text: 'Hi' },
      { id: 'a', name: 'tool_search', arguments: '{"query":"files","limit":8}' },
      { callId: 'a', content: [{ text: 'These can be called now: mcp__files__read, add.' }] },
      { id: 'b' },
      {
        callId: 'b',
        content: [{ text: expect.stringMatching(/: mcp__files__read, mcp__files__write\.$/) }],
      },
      { id: 'c' },
      { callId: 'c', content: [{ text: 'No tool was found.' }] },
      { id: 'd', name: 'mcp__files__read' },
    ])
    expect(conversation.ignored).toBeUndefined()
  })

  it('leaves searches for tools to OpenAI that it makes itself', () => {
    const items = [
      { type: 'tool_search_call', call_id: null, execution: 'server', arguments: { paths: ['x'] } },
      { type: 'tool_search_output', call_id: null, execution: 'server', tools: [FUNCTION] },
    ]
    const { turns, tools } = ask({ input: items, tools: [{ type: 'tool_search' }] })
    expect(turns).toEqual([
      {
        role: 'assistant',
        parts: items.map((value) => ({ type: 'native', dialect: 'openai-responses', value })),
      },
    ])
    expect(tools).toMatchObject([{ type: 'system', kind: 'tool_search', optional: true }])
  })

  it('keeps what other platforms did, and unknown items, for who understands them', () => {
    const items = [
      { type: 'web_search_call', id: 'ws_1', status: 'completed' },
      { type: 'from_the_future' },
      { type: 'compaction', encrypted_content: 'somebody else’s' },
    ]
    expect(ask({ input: [...items, { role: 'user', content: 'Hi' }] }).turns).toEqual([
      {
        role: 'assistant',
        parts: items.map((value) => ({ type: 'native', dialect: 'openai-responses', value })),
      },
      user('Hi'),
    ])
  })

  it('tells a wish to see thoughts from one for thoughts', () => {
    const { reasoning, showsThoughts } = ask({ reasoning: { summary: 'auto' } })
    expect({ reasoning, showsThoughts }).toEqual({ reasoning: undefined, showsThoughts: true })
    const asked = ask({ reasoning: { effort: 'low', summary: 'auto' } })
    expect(asked.reasoning).toEqual({ effort: 'low', param: 'reasoning.effort' })
    expect(asked).not.toHaveProperty('showsThoughts')
  })

  it('reads a summary in the place of a conversation', () => {
    const compaction = { type: 'compaction', encrypted_content: sealSummary('All is well.') }
    const [turn] = ask({ input: [compaction, { role: 'user', content: 'Hi' }] }).turns
    expect(turn).toEqual(user('Summary of the conversation so far:\n\nAll is well.'))
  })

  it('asks for a summary instead of an answer, at the end of the input or by its own route', () => {
    const input = [{ role: 'user', content: 'Hi' }]
    const wire = { model: 'm', input, tools: [FUNCTION] }
    for (const conversation of [
      decoded({ ...wire, input: [...input, { type: 'compaction_trigger' }] }),
      openaiCompaction.server.decodeRequest(responseRequest.parse(wire)),
    ]) {
      expect(conversation.tools).toEqual([])
      expect(conversation.turns.at(-1)!.parts).toMatchObject([
        { text: expect.stringContaining('Write a summary') },
      ])
    }
  })
})

describe('tools', () => {
  it('are functions to the model, whatever the caller calls them', () => {
    const tools = [
      FUNCTION,
      { type: 'custom', name: 'calc', format: { type: 'grammar', definition: 'start: "4"' } },
      { type: 'namespace', name: 'files', tools: [FUNCTION, { type: 'custom', name: 'write' }] },
      { type: 'local_shell' },
      { type: 'shell', environment: { type: 'local' } },
      { type: 'apply_patch' },
      {
        type: 'computer_use_preview',
        environment: 'browser',
        display_width: 1024,
        display_height: 768,
      },
      { type: 'function', name: 'shell' },
    ]
    const conversation = ask({ tools })
    expect(conversation.tools.map(({ type, name }) => [type, name])).toEqual([
      ['function', 'add'],
      ['function', 'calc'],
      ['function', 'files__add'],
      ['function', 'files__write'],
      ['function', 'local_shell'],
      ['function', 'shell'],
      ['function', 'apply_patch'],
      ['function', 'computer'],
      ['function', 'shell_2'],
    ])
    expect(conversation.tools[7]).toMatchObject({
      description: expect.stringContaining('1024 pixels wide and 768 high'),
    })
    expect(conversation.ignored).toBeUndefined()
  })

  it('that the caller searches are asked for in his own words', () => {
    const [tool] = ask({ tools: [SEARCH] }).tools
    expect(tool).toMatchObject({
      type: 'function',
      name: 'tool_search',
      description: SEARCH.description,
      schema: SEARCH.parameters,
    })
    const [plain] = ask({ tools: [{ type: 'tool_search', execution: 'client' }] }).tools
    expect(plain).toMatchObject({
      description: expect.stringContaining('tools'),
      schema: { required: ['query'] },
    })
  })

  it('are offered once though they are sent twice, and by two names where they differ', () => {
    const other = { ...FUNCTION, description: 'Adds otherwise.' }
    const { tools } = ask({ tools: [FUNCTION, FUNCTION, other, { type: 'custom', name: 'add' }] })
    expect(tools.map(({ name }) => name)).toEqual(['add', 'add_2', 'add_3'])
  })

  it('that come as items are left out where they make no sense', () => {
    const namespace = { type: 'namespace', name: 'n', tools: [null, 'x', {}, FUNCTION] }
    const input = [
      { type: 'additional_tools', tools: [namespace, { type: 'function' }, {}] },
      { role: 'user', content: 'Hi' },
    ]
    expect(ask({ input }).tools).toEqual(
      ask({ tools: [{ ...namespace, tools: [FUNCTION] }] }).tools,
    )
  })

  it('that are no functions may be missing, and say so by the caller’s name for them', () => {
    const tools = [
      { type: 'file_search', vector_store_ids: ['vs_1'] },
      { type: 'shell', environment: { type: 'container_auto' } },
      { type: 'from_the_future', anything: [1] },
      { type: 'web_search', filters: { allowed_domains: ['example.com'] } },
      { type: 'code_interpreter', container: 'c' },
    ]
    const names = ['file_search', 'shell', 'from_the_future', 'web_search', 'nova_code_interpreter']
    const conversation = ask({ tools })
    expect(conversation.tools).toEqual(
      tools.map(({ type, ...settings }, index) => ({
        type: 'system',
        kind: type,
        name: names[index],
        settings,
        optional: true,
        param: `tools.${type}`,
      })),
    )
    // A search that cannot be held to the caller's pages is no search for it.
    expect(conversation.webSearch).toBeUndefined()
    const inside = ask({ tools: [{ type: 'namespace', name: 'n', tools: [FUNCTION, ...tools] }] })
    expect(inside.tools.map(({ name }) => name)).toEqual(['n__add', ...names])
  })

  it('may be a search of the web', () => {
    const tools = [{ type: 'web_search_preview', search_context_size: 'low' }]
    expect(ask({ tools })).toMatchObject({
      webSearch: { contextSize: 'low', optional: true, param: 'tools.web_search_preview' },
      tools: [],
    })
  })
})

describe('tool_choice', () => {
  const tools = [
    FUNCTION,
    { type: 'namespace', name: 'files', tools: [FUNCTION] },
    { type: 'shell' },
    { type: 'mcp', server_label: 'x' },
    { type: 'web_search' },
  ]

  it.each([
    ['required', { type: 'required' }],
    [
      { type: 'function', name: 'add' },
      { type: 'tool', name: 'add' },
    ],
    [
      { type: 'function', name: 'add', namespace: 'files' },
      { type: 'tool', name: 'files__add' },
    ],
    [{ type: 'shell' }, { type: 'tool', name: 'shell' }],
  ])('%j', (tool_choice, toolChoice) => {
    expect(ask({ tools, tool_choice }).toolChoice).toEqual(toolChoice)
  })

  it('may be a search of the web, which cannot be forced by name', () => {
    const conversation = ask({ tools, tool_choice: { type: 'web_search_preview' } })
    expect(conversation.webSearch).toMatchObject({ forced: true })
  })

  it('may allow some of the tools only', () => {
    const allow = (mode: string, some: Json[]) =>
      ask({ tools, tool_choice: { type: 'allowed_tools', mode, tools: some } })
    const add = { type: 'function', name: 'add' }
    expect(allow('auto', [{ type: 'shell' }, { type: 'mcp', server_label: 'x' }])).toMatchObject({
      tools: [{ name: 'shell' }, { name: 'mcp' }],
      toolChoice: { type: 'auto' },
    })
    expect(allow('required', [{ type: 'shell' }])).toMatchObject({
      toolChoice: { type: 'tool', name: 'shell' },
    })
    expect(allow('required', [add, { type: 'shell' }])).toMatchObject({
      toolChoice: { type: 'required' },
    })
    expect(allow('auto', [add]).webSearch).toBeUndefined()
    expect(allow('auto', [{ type: 'web_search' }]).webSearch).toBeDefined()
  })

  it('is refused where it forces what was not offered', () => {
    const param = { param: 'tool_choice' }
    const body = { model: 'm', input: 'Hi', tools }
    expect(refusal({ ...body, tools: [], tool_choice: 'required' })).toMatchObject(param)
    expect(refusal({ ...body, tool_choice: { type: 'function', name: 'sub' } })).toMatchObject({
      code: 'invalid-request',
      ...param,
    })
  })
})

describe('what is refused', () => {
  it.each([
    [{ input: undefined }, 'input', /Missing required parameter: 'input'/],
    [{ input: 7 }, 'input', /one of a string or array of objects, but got an integer/],
    [{ input: [{ role: 'robot', content: 'Hi' }] }, 'input[0].role', /Supported values are/],
    [{ input: [{ role: 'user', content: 7 }] }, 'input[0].content', /one of a string or array/],
    [
      { input: [{ role: 'user', content: [{ type: 'input_text' }] }] },
      'input[0].content[0].text',
      /Missing required parameter/,
    ],
    [
      { input: [{ role: 'user', content: [{ type: 'input_image' }] }] },
      'input[0].content[0].image_url',
      /Missing required parameter/,
    ],
    [
      { input: [{ type: 'function_call', name: 'f', arguments: '{}' }] },
      'input[0].call_id',
      /Missing required parameter/,
    ],
    [
      { input: [{ type: 'function_call_output', call_id: 'x', output: 'y' }] },
      'input',
      /No tool call found for function call output with call_id x/,
    ],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name', /Missing required parameter/],
    [{ temperature: 3 }, 'temperature', /decimal above maximum|integer above maximum/],
    [{ text: { format: { type: 'xml' } } }, 'text.format.type', /Supported values are/],
    [{ reasoning: { effort: 'much' } }, 'reasoning.effort', /Supported values are/],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt', /'pmpt_1' is kept at OpenAI/],
    [{ metadata: { a: 1 } }, 'metadata.a', /expected a string/],
  ])('%j', (wrong, param, message) => {
    expect(refusal({ model: 'm', input: 'Hi', ...wrong })).toMatchObject({
      code: expect.stringMatching(/^(invalid-request|unsupported-parameter)$/),
      param,
      message: expect.stringMatching(message),
    })
  })
})
