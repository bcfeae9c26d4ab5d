import { describe, expect, it } from 'vitest'
import type { OutputFormat } from '../../../app/conversation/conversation.ts'
import { decodeReply } from '../../../app/dialects/bedrock-converse/decode-reply.ts'
import { assistant, call, encode, look, part, user } from './cards.ts'
import { begin, delta, end, METADATA, replyOf, START, stop, text } from './event-bytes.ts'

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const output: OutputFormat = { type: 'json-schema', name: 'Place', schema }
const BY_TOOL = { structuredOutput: false }
const UNDO = { outputTool: 'final_answer' }

describe('the form of an answer on the wire', () => {
  it('is native where the model has it, with objects closed', () => {
    const { body, undo } = encode({ output: { ...output, description: 'A place.' } })
    expect(body.outputConfig).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: {
          jsonSchema: {
            schema: JSON.stringify({ ...schema, additionalProperties: false }),
            name: 'Place',
            description: 'A place.',
          },
        },
      },
    })
    expect(undo).toBeUndefined()
  })

  // Claude: "Message Prefilling: Incompatible with JSON outputs" (structured outputs, compatibility).
  it('begins anew where it is native, and goes on from no words of the assistant', () => {
    const turns = [user('Where?'), assistant('{"city":')]
    const { body } = encode({ output, turns })
    expect(body.messages?.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    const free = encode({ turns })
    expect(free.body.messages?.map(({ role }) => role)).toEqual(['user', 'assistant'])
  })

  it('is else held by a hidden tool the model must call', () => {
    const { body, undo } = encode({ output }, BY_TOOL)
    expect(body.toolConfig).toEqual({
      tools: [
        {
          toolSpec: {
            name: 'final_answer',
            description: expect.stringContaining('final answer'),
            inputSchema: { json: schema },
          },
        },
      ],
      toolChoice: { tool: { name: 'final_answer' } },
    })
    expect(undo).toEqual(UNDO)
  })

  it("is held beside the caller's tools, under a name they do not have", () => {
    const tools = [look, { ...look, name: 'final_answer' }]
    const { body, undo } = encode({ output, tools }, BY_TOOL)
    expect(body.toolConfig?.tools.map(({ toolSpec }) => toolSpec?.name)).toEqual([
      'look',
      'final_answer',
      'final_answer_2',
    ])
    expect(body.toolConfig?.toolChoice).toEqual({ any: {} })
    expect(undo).toEqual({ outputTool: 'final_answer_2' })
    const named = encode({ output, tools, toolChoice: { type: 'tool', name: 'look' } }, BY_TOOL)
    expect(named.body.toolConfig?.toolChoice).toEqual({ tool: { name: 'look' } })
    const required = encode({ output, tools, toolChoice: { type: 'required' } }, BY_TOOL)
    expect(required.body.toolConfig?.tools.map(({ toolSpec }) => toolSpec?.name)).toEqual([
      'look',
      'final_answer',
    ])
    expect(required.body.toolConfig?.toolChoice).toEqual({ any: {} })
    const none = encode({ output, tools, toolChoice: { type: 'none' } }, BY_TOOL)
    expect(none.body.toolConfig?.toolChoice).toEqual({ tool: { name: 'final_answer_2' } })
  })

  it('is asked for in words where the tool cannot be forced, or there are none', () => {
    const traits = { ...BY_TOOL, toolChoices: [] }
    const unforced = encode({ output, system: [part('S')] }, traits)
    expect(unforced.body.system).toEqual([
      { text: 'S' },
      { text: expect.stringContaining('final_answer') },
    ])
    expect([unforced.body.toolConfig?.toolChoice, unforced.ignored]).toEqual([undefined, []])
    const toolless = encode({ output }, { ...BY_TOOL, tools: false })
    expect(toolless.body.system).toEqual([
      { text: expect.stringContaining(JSON.stringify(schema)) },
    ])
    const formless = { type: 'json-schema', name: 'x', schema: {} } as const
    for (const traits of [{}, BY_TOOL]) {
      const { body } = encode({ output: formless }, traits)
      expect(body.system).toEqual([{ text: expect.stringContaining('JSON') }])
      expect([body.outputConfig, body.toolConfig]).toEqual([undefined, undefined])
    }
    const json = encode({ output: { type: 'json-object' } })
    expect(json.body.system).toEqual([{ text: expect.stringContaining('JSON object') }])
  })
})

describe('the answer of the hidden tool', () => {
  const toolUse = { toolUseId: 'h', name: 'final_answer', input: { city: 'Paris' } }
  const wholeReply = (content: object[], undo = UNDO) =>
    decodeReply({ output: { message: { content } }, stopReason: 'tool_use' }, undo)

  it('is the text of a whole reply, which has ended its turn', () => {
    expect(wholeReply([{ text: 'Sure:' }, { toolUse }])).toEqual({
      parts: [{ type: 'text', text: '{"city":"Paris"}' }],
      end: { reason: 'end-turn', usage: { input: 0, output: 0, estimated: true } },
    })
  })

  it("is left to wait while the caller's tools are called", () => {
    const look = { toolUse: { toolUseId: 'a', name: 'look', input: {} } }
    const reply = wholeReply([{ text: 'I look.' }, look])
    expect([reply.parts, reply.end.reason]).toEqual([[part('I look.'), call('a')], 'tool-use'])
  })

  it('is the text of a stream, without what was said before it', () => {
    const frames = [
      START,
      text(0, 'Sure:'),
      end(0),
      begin(1, { toolUse: { toolUseId: 'h', name: 'final_answer' } }),
      delta(1, { toolUse: { input: '{"city":' } }),
      delta(1, { toolUse: { input: ' "Paris"}' } }),
      end(1),
      text(2, 'Done.'),
      end(2),
      stop('tool_use'),
      METADATA,
    ]
    const reply = replyOf(frames, UNDO)
    expect([reply.parts, reply.end.reason]).toEqual([[part('{"city": "Paris"}')], 'end-turn'])
  })

  it('is what the model said where it never called the tool', () => {
    const frames = [START, text(0, '{"city":"Rome"}'), end(0), stop('end_turn'), METADATA]
    expect(replyOf(frames, UNDO).parts).toEqual([part('{"city":"Rome"}')])
    const use = begin(1, { toolUse: { toolUseId: 'a', name: 'look' } })
    const calls = [START, text(0, 'I look.'), end(0), use, end(1), stop('tool_use'), METADATA]
    const reply = replyOf(calls, UNDO)
    expect([reply.parts, reply.end.reason]).toEqual([[part('I look.'), call('a')], 'tool-use'])
  })

  it('is unwrapped where the caller wanted no object', () => {
    const list: OutputFormat = { type: 'json-schema', schema: { type: 'array' } }
    const { undo } = encode({ output: list }, BY_TOOL)
    const input = { value: [1, 2] }
    expect(wholeReply([{ toolUse: { ...toolUse, input } }], undo as typeof UNDO).parts).toEqual([
      part('[1,2]'),
    ])
    const frames = [
      START,
      begin(0, { toolUse: { toolUseId: 'h', name: 'final_answer' } }),
      delta(0, { toolUse: { input: '{"value":[1,' } }),
      delta(0, { toolUse: { input: '2]}' } }),
      end(0),
      stop('tool_use'),
      METADATA,
    ]
    expect(replyOf(frames, undo).parts).toEqual([part('[1,2]')])
  })
})
