import { describe, expect, it } from 'vitest'
import type {
  CachePointPart,
  FunctionTool,
  JsonSchema,
} from '../../../app/conversation/conversation.ts'
import { decodeReply } from '../../../app/dialects/bedrock-converse/decode-reply.ts'
import { assistant, call, encode, look, result, user } from './cards.ts'
import { begin, delta, end, METADATA, replyOf, START, stop } from './event-bytes.ts'

const named = (name: string): FunctionTool => ({ ...look, name })
const specs = (more: Parameters<typeof encode>[0]) =>
  encode(more).body.toolConfig?.tools.map(({ toolSpec }) => toolSpec)

describe('tools on the wire', () => {
  it('have legal and different names, which the answer gives back', () => {
    const long = `${'a'.repeat(70)}`
    const names = ['ok-1', 'my.tool', 'my_tool', 'my tool', long, `${long}b`, '']
    const { body, undo } = encode({
      tools: names.map(named),
      toolChoice: { type: 'tool', name: 'my.tool' },
    })
    const wire = body.toolConfig!.tools.map(({ toolSpec }) => toolSpec!.name)
    expect(wire).toEqual([
      'ok-1',
      'my_tool_2',
      'my_tool',
      'my_tool_3',
      'a'.repeat(64),
      `${'a'.repeat(62)}_2`,
      'tool',
    ])
    expect(body.toolConfig?.toolChoice).toEqual({ tool: { name: 'my_tool_2' } })
    const content = wire.map((name, at) => ({ toolUse: { toolUseId: `${at}`, name, input: {} } }))
    const reply = decodeReply({ output: { message: { content } } }, undo)
    expect(reply.parts.map((part) => part.type === 'tool-call' && part.name)).toEqual(names)
    const frames = [START, begin(0, { toolUse: { toolUseId: 'a', name: 'my_tool_2' } }), end(0)]
    const streamed = replyOf([...frames, stop('tool_use'), METADATA], undo)
    expect(streamed.parts).toEqual([call('a', 'my.tool')])
  })

  it('are offered once each, and refused where two of them bear one name', () => {
    const point: CachePointPart = { type: 'cache-point' }
    const marked = { ...look, cachePoint: point }
    const { body } = encode({ tools: [look, marked, { ...marked }, named('search')] })
    expect(body.toolConfig?.tools.map((tool) => tool.toolSpec?.name)).toEqual([
      'look',
      undefined,
      'search',
    ])
    expect(() => encode({ tools: [look, { ...look, description: 'Another.' }] })).toThrow(
      expect.objectContaining({ code: 'invalid-request', param: 'tools' }),
    )
  })

  it('of a maker go once too, and share their names with no other', () => {
    const bash = { type: 'system', name: 'bash' } as const
    const { body } = encode({ tools: [bash, { ...bash, kind: 'bash_20250124' }] })
    expect(body.additionalModelRequestFields?.['tools']).toEqual([
      { type: 'bash_20250124', name: 'bash' },
    ])
    const refusal = expect.objectContaining({ code: 'invalid-request', param: 'tools' })
    const older = { ...bash, kind: 'bash_20241022' }
    expect(() => encode({ tools: [bash, older] })).toThrow(refusal)
    expect(() => encode({ tools: [bash, { ...look, name: 'bash' }] })).toThrow(refusal)
  })

  it('have no blank description, and are strict only where the model can be', () => {
    const tool = { ...look, description: ' ', strict: true }
    expect(specs({ tools: [tool] })).toEqual([
      {
        name: 'look',
        inputSchema: { json: { ...look.schema, additionalProperties: false } },
        strict: true,
      },
    ])
    const lax = encode({ tools: [tool] }, { strictTools: false })
    expect(lax.body.toolConfig?.tools).toEqual([
      { toolSpec: { name: 'look', inputSchema: { json: look.schema } } },
    ])
    expect(lax.ignored).toEqual(['tools.strict'])
  })

  it('are refused by name where the model has none', () => {
    const refusal = expect.objectContaining({ code: 'unsupported-parameter', param: 'tools' })
    expect(() => encode({ tools: [look] }, { tools: false })).toThrow(refusal)
    const grounding = { type: 'system', name: 'nova_grounding' } as const
    expect(() => encode({ tools: [grounding] }, { systemTools: [] })).toThrow(refusal)
    expect(encode({ tools: [grounding] }).body.toolConfig?.tools).toEqual([
      { systemTool: { name: 'nova_grounding' } },
    ])
  })

  it('are the platform’s when they bear its names and describe nothing themselves', () => {
    const plain = (name: string, schema?: JsonSchema): FunctionTool => ({
      type: 'function',
      name,
      ...(schema && { schema }),
    })
    const { body } = encode(
      {
        tools: [
          plain('nova_grounding', { type: 'object', properties: {} }),
          { type: 'system', kind: 'nova_code_interpreter', name: 'nova_code_interpreter' },
          plain('computer', { display_width_px: 1024, display_height_px: 768 }),
          { ...look, name: 'bash' },
        ],
      },
      { systemTools: ['nova_grounding', 'nova_code_interpreter', 'computer', 'bash'] },
    )
    expect(body.toolConfig?.tools).toEqual([
      { systemTool: { name: 'nova_grounding' } },
      { systemTool: { name: 'nova_code_interpreter' } },
      { toolSpec: { name: 'bash', inputSchema: { json: look.schema } } },
    ])
    expect(body.additionalModelRequestFields).toEqual({
      tools: [
        {
          type: 'computer_20250124',
          name: 'computer',
          display_width_px: 1024,
          display_height_px: 768,
        },
      ],
      anthropic_beta: ['computer-use-2025-01-24'],
    })
  })

  it('are refused where the size of the display is missing, which nobody can guess', () => {
    const computer = (settings?: Record<string, unknown>) => () =>
      encode({ tools: [{ type: 'system', name: 'computer', ...(settings && { settings }) }] })
    const lacking = (member: string) =>
      expect.objectContaining({
        code: 'invalid-request',
        message: expect.stringContaining(`'${member}'`),
        param: `tools.${member}`,
        reason: 'missing_required_parameter',
      })
    expect(computer()).toThrow(lacking('display_width_px'))
    expect(computer({ display_width_px: 1024 })).toThrow(lacking('display_height_px'))
  })

  it("go to the model in its maker's words when its maker defined them", () => {
    const { body } = encode({
      tools: [{ type: 'system', name: 'memory' }, look],
      toolChoice: { type: 'tool', name: 'memory' },
      extraFields: { anthropic_beta: ['mine'] },
    })
    expect(body.additionalModelRequestFields).toEqual({
      tools: [{ type: 'memory_20250818', name: 'memory' }],
      anthropic_beta: ['mine', 'context-management-2025-06-27'],
      tool_choice: { type: 'tool', name: 'memory' },
    })
    expect(body.toolConfig).toEqual({
      tools: [{ toolSpec: { name: 'look', inputSchema: { json: look.schema } } }],
    })
  })

  it('are of the kind the model has, with such flags as it takes', () => {
    const screen = { display_width_px: 800, display_height_px: 600 }
    const computer: FunctionTool = { type: 'function', name: 'computer', schema: screen }
    const traits = {
      systemTools: ['bash', 'computer'],
      toolKinds: { computer: 'computer_20251124' },
      betas: [],
    }
    const bash = { ...look, name: 'bash', schema: undefined }
    expect(encode({ tools: [computer, bash] }, traits).body.additionalModelRequestFields).toEqual({
      tools: [
        { type: 'computer_20251124', name: 'computer', ...screen },
        { type: 'bash_20250124', name: 'bash' },
      ],
      anthropic_beta: ['computer-use-2025-11-24'],
    })
    const refused = encode({ tools: [computer] }, { ...traits, betas: false })
    expect(refused.body.additionalModelRequestFields).not.toHaveProperty('anthropic_beta')
    expect(refused.ignored).toEqual(['anthropic_beta'])
  })
})

describe('the schema of a tool', () => {
  const cases: Record<string, [JsonSchema | undefined, JsonSchema]> = {
    'is an empty object when there is none': [undefined, { type: 'object', properties: {} }],
    'loses $schema and gains a missing type': [
      { $schema: 'http://json-schema.org/draft-07/schema#', properties: { a: {} } },
      { type: 'object', properties: { a: {} } },
    ],
    'loses $schema where it refers to itself, too': [
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        properties: { next: { $ref: '#' } },
      },
      {
        type: 'object',
        properties: { next: { $ref: '#/$defs/Root' } },
        $defs: { Root: { type: 'object', properties: { next: { $ref: '#/$defs/Root' } } } },
      },
    ],
    'follows references that are written as URIs are': [
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/Gr%C3%B6%C3%9Fe' }, b: { $ref: '#/$defs/100%' } },
        $defs: { Größe: { type: 'integer' }, '100%': { type: 'number' } },
      },
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/Gr_C3_B6_C3_9Fe' }, b: { $ref: '#/$defs/100_' } },
        $defs: { Gr_C3_B6_C3_9Fe: { type: 'integer' }, '100_': { type: 'number' } },
      },
    ],
    'keeps references to its own $defs': [
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/A' } },
        $defs: { A: { type: 'string' } },
      },
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/A' } },
        $defs: { A: { type: 'string' } },
      },
    ],
    'moves other references there, recursion and all': [
      {
        type: 'object',
        properties: {
          a: { $ref: '#/definitions/A' },
          b: { $ref: '#/properties/a' },
          c: { type: 'array', items: { $ref: '#' } },
          d: { $ref: 'https://example.com/x.json', description: 'far' },
        },
        definitions: { A: { anyOf: [{ type: 'null' }, { $ref: '#/definitions/A' }] } },
      },
      {
        type: 'object',
        properties: {
          a: { $ref: '#/$defs/A' },
          b: { $ref: '#/$defs/a' },
          c: { type: 'array', items: { $ref: '#/$defs/Root' } },
          d: { description: 'far' },
        },
        $defs: {
          A: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/A' }] },
          a: { $ref: '#/$defs/A' },
          Root: {
            type: 'object',
            properties: {
              a: { $ref: '#/$defs/A' },
              b: { $ref: '#/$defs/a' },
              c: { type: 'array', items: { $ref: '#/$defs/Root' } },
              d: { description: 'far' },
            },
          },
        },
      },
    ],
    'is what its root points to': [
      { $ref: '#/definitions/A', definitions: { A: { type: 'object', properties: { x: {} } } } },
      {
        type: 'object',
        properties: { x: {} },
        $defs: { A: { type: 'object', properties: { x: {} } } },
      },
    ],
    'is wrapped when it is no object': [
      { type: 'array', items: { $ref: '#/$defs/A' }, $defs: { A: { type: 'string' } } },
      {
        type: 'object',
        properties: { value: { type: 'array', items: { $ref: '#/$defs/A' } } },
        required: ['value'],
        $defs: { A: { type: 'string' } },
      },
    ],
    'is wrapped when it is a union': [
      { type: 'object', anyOf: [{ required: ['a'] }, { required: ['b'] }] },
      {
        type: 'object',
        properties: {
          value: { type: 'object', anyOf: [{ required: ['a'] }, { required: ['b'] }] },
        },
        required: ['value'],
      },
    ],
  }

  it.each(Object.entries(cases))('%s', (_, [schema, json]) => {
    const tool: FunctionTool = { type: 'function', name: 'look', ...(schema && { schema }) }
    expect(specs({ tools: [tool] })).toEqual([{ name: 'look', inputSchema: { json } }])
  })

  it('is unwrapped in answers, and wrapped again in the history', () => {
    const tool: FunctionTool = { type: 'function', name: 'my.list', schema: { type: 'array' } }
    const { body, undo } = encode({
      tools: [tool],
      turns: [user('q'), assistant(call('a', 'my.list', '[1]')), user(result('a', 'ok'))],
    })
    expect(body.messages?.[1]?.content).toEqual([
      { toolUse: { toolUseId: 'a', name: 'my_list', input: { value: [1] } } },
    ])
    const expected = [call('b', 'my.list', '[1,"x"]')]
    const toolUse = { toolUseId: 'b', name: 'my_list', input: { value: [1, 'x'] } }
    const message = { content: [{ toolUse }] }
    expect(decodeReply({ output: { message } }, undo).parts).toEqual(expected)
    const streamed = replyOf(
      [
        START,
        begin(0, { toolUse: { toolUseId: 'b', name: 'my_list' } }),
        delta(0, { toolUse: { input: '{"value": [1, ' } }),
        delta(0, { toolUse: { input: '"x"]}' } }),
        end(0),
        stop('tool_use'),
        METADATA,
      ],
      undo,
    )
    expect(streamed.parts).toEqual(expected)
  })
})

describe('the choice of tools', () => {
  const tools = [look, named('wait')]

  it.each([
    [{ type: 'auto' }, { auto: {} }],
    [{ type: 'required' }, { any: {} }],
    [{ type: 'tool', name: 'wait' }, { tool: { name: 'wait' } }],
  ] as const)('is said as the wire has it: %j', (toolChoice, wire) => {
    expect(encode({ tools, toolChoice }).body.toolConfig?.toolChoice).toEqual(wire)
  })

  it('of none offers no tools', () => {
    expect(encode({ tools, toolChoice: { type: 'none' } }).body.toolConfig).toBeUndefined()
    expect(encode({ toolChoice: { type: 'required' } }).body.toolConfig).toBeUndefined()
  })

  it('is relaxed, visibly, where the model or its thinking forbids it', () => {
    const forced = { tools, toolChoice: { type: 'required' } } as const
    const relaxed = encode(forced, { toolChoices: [] })
    expect([relaxed.body.toolConfig?.toolChoice, relaxed.ignored]).toEqual([
      undefined,
      ['toolChoice'],
    ])
    const traits = { reasoning: 'claude-adaptive', forcedToolWithReasoning: false }
    const thinking = encode({ ...forced, reasoning: { effort: 'high' } }, traits)
    expect([thinking.body.toolConfig?.toolChoice, thinking.ignored]).toEqual([
      undefined,
      ['toolChoice'],
    ])
  })

  it('of one tool offers that tool alone where the model can only be told "any"', () => {
    const asked = { tools, toolChoice: { type: 'tool', name: 'wait' } } as const
    const { body, ignored } = encode(asked, { toolChoices: ['required'] })
    expect(body.toolConfig).toEqual({
      tools: [{ toolSpec: { name: 'wait', inputSchema: { json: look.schema } } }],
      toolChoice: { any: {} },
    })
    expect(ignored).toEqual([])
  })

  it('of one call at a time goes in the words the model has for it, or is named as ignored', () => {
    const nativeSettings = { parallelToolCalls: '!tool_choice.disable_parallel_tool_use' }
    const single = { tools, settings: { parallelToolCalls: false } }
    const free = encode(single, { nativeSettings }).body
    expect(free.toolConfig?.toolChoice).toBeUndefined()
    expect(free.additionalModelRequestFields).toEqual({
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    })
    const forced = encode({ ...single, toolChoice: { type: 'required' } }, { nativeSettings }).body
    expect(forced.toolConfig?.toolChoice).toEqual({ any: {} })
    expect(forced.additionalModelRequestFields).toEqual({
      tool_choice: { disable_parallel_tool_use: true },
    })
    expect(encode(single).ignored).toEqual(['parallelToolCalls'])
    expect(encode({ settings: { parallelToolCalls: false } }).ignored).toEqual([])
  })
})
