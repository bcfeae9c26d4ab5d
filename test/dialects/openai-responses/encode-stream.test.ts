import { describe, expect, it } from 'vitest'
import { collect } from '../../../app/conversation/collect.ts'
import type { Reply, ReplyEvent } from '../../../app/conversation/events.ts'
import { replay } from '../../../app/conversation/replay.ts'
import { openaiResponses } from '../../../app/dialects/openai-responses/index.ts'
import { GatewayError } from '../../../app/errors.ts'
import { decoded, eventsIn, head, type Json } from './recorded.ts'

const { server } = openaiResponses
const usage = { input: 3, output: 4 }

const TOOLS = [
  { type: 'function', name: 'add', parameters: { type: 'object' } },
  { type: 'custom', name: 'calculate' },
  { type: 'namespace', name: 'files', tools: [{ type: 'function', name: 'read' }] },
  { type: 'local_shell' },
  { type: 'shell' },
  { type: 'apply_patch' },
  { type: 'computer' },
  { type: 'tool_search', execution: 'client' },
  { type: 'code_interpreter', container: { type: 'auto' } },
  { type: 'web_search' },
]

const ask = (more: Json = {}) => decoded({ model: 'm', input: 'Hi', tools: TOOLS, ...more })

function told(events: ReplyEvent[], more: Json = {}): Json[] {
  const encoder = server.replyEncoder(ask(more), head)
  return eventsIn(encoder.write(events) + encoder.end())
}

const typesOf = (events: Json[]) =>
  events.map(({ type }) => String(type).replace(/^response\./, ''))

const end = (reason: Reply['end']['reason'] = 'end-turn'): ReplyEvent => ({
  type: 'reply-end',
  reason,
  usage,
})

const call = (index: number, name: string, text: string): ReplyEvent[] => [
  { type: 'part-start', index, part: { type: 'tool-call', id: `call_${index}`, name } },
  ...(text === '' ? [] : [{ type: 'part-delta', index, text } as const]),
  { type: 'part-end', index },
]

const text = (index: number, words: string): ReplyEvent[] => [
  { type: 'part-start', index, part: { type: 'text' } },
  { type: 'part-delta', index, text: words },
  { type: 'part-end', index },
]

const last = (events: Json[]) => events.at(-1)!['response'] as Json & { output: Json[] }

describe('a streamed response', () => {
  it('shows thoughts as summaries to those who want summaries, else as text', () => {
    const thought: ReplyEvent[] = [
      { type: 'part-start', index: 0, part: { type: 'reasoning' } },
      { type: 'part-delta', index: 0, text: 'Hm' },
      { type: 'part-end', index: 0, signature: 'sig' },
      end(),
    ]
    expect(typesOf(told(thought, { reasoning: { effort: 'low', summary: 'auto' } }))).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'completed',
    ])
    const plain = told(thought)
    expect(typesOf(plain).slice(3, 7)).toEqual([
      'content_part.added',
      'reasoning_text.delta',
      'reasoning_text.done',
      'content_part.done',
    ])
    expect(last(plain).output[0]).toMatchObject({
      content: [{ type: 'reasoning_text', text: 'Hm' }],
      encrypted_content: expect.any(String),
    })
  })

  it('says nothing of an encrypted thought but what brings it back', () => {
    const events = told([
      { type: 'part-start', index: 0, part: { type: 'reasoning' } },
      { type: 'part-end', index: 0, redacted: 'AAAA' },
      end(),
    ])
    expect(typesOf(events)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'output_item.done',
      'completed',
    ])
  })

  it('has an item for every parallel call, in the caller’s own names', () => {
    const events = told([
      ...call(0, 'add', '{"a":1}'),
      ...call(1, 'files__read', '{"path":"x"}'),
      ...call(2, 'calculate', '{"input":"4 + 4"}'),
      ...call(3, 'add', ''),
      end('tool-use'),
    ])
    const calls = last(events).output.map(({ id: _, ...item }) => item)
    const around = { status: 'completed' }
    expect(calls).toEqual([
      {
        type: 'function_call',
        ...around,
        call_id: 'call_0',
        name: 'add',
        arguments: '{"a":1}',
      },
      {
        type: 'function_call',
        ...around,
        call_id: 'call_1',
        name: 'read',
        namespace: 'files',
        arguments: '{"path":"x"}',
      },
      {
        type: 'custom_tool_call',
        ...around,
        call_id: 'call_2',
        name: 'calculate',
        input: '4 + 4',
      },
      { type: 'function_call', ...around, call_id: 'call_3', name: 'add', arguments: '{}' },
    ])
    expect(typesOf(events).filter((type) => type.includes('call'))).toEqual([
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'custom_tool_call_input.delta',
      'custom_tool_call_input.done',
      'function_call_arguments.delta',
      'function_call_arguments.done',
    ])
  })

  it('calls the tools that OpenAI defines and the caller runs', () => {
    const operation = { type: 'delete_file', path: 'a' }
    const events = told([
      ...call(0, 'local_shell', '{"command":["ls"]}'),
      ...call(1, 'shell', '{"commands":["ls"]}'),
      ...call(2, 'apply_patch', JSON.stringify({ operation })),
      ...call(3, 'computer', '{"actions":[{"type":"screenshot"}]}'),
      ...call(4, 'shell', '{"commands":["l'),
      ...call(5, 'tool_search', '{"query":"files","limit":8}'),
      end('tool-use'),
    ])
    expect(last(events).output).toMatchObject([
      { type: 'local_shell_call', action: { type: 'exec', command: ['ls'], env: {} } },
      { type: 'shell_call', action: { commands: ['ls'] } },
      { type: 'apply_patch_call', operation },
      { type: 'computer_call', actions: [{ type: 'screenshot' }], pending_safety_checks: [] },
      { type: 'shell_call', action: { commands: [] } },
      { type: 'tool_search_call', execution: 'client', arguments: { query: 'files', limit: 8 } },
    ])
    expect(last(events).output).toMatchObject(
      [0, 1, 2, 3, 4, 5].map((index) => ({ call_id: `call_${index}`, status: 'completed' })),
    )
  })

  it('tells of code and searches that the model’s platform ran', () => {
    const run = (index: number, name: string, given: object, result: string): ReplyEvent[] => [
      {
        type: 'part-start',
        index,
        part: { type: 'tool-call', id: `s${index}`, name, server: 'server_tool_use' },
      },
      { type: 'part-delta', index, text: JSON.stringify(given) },
      { type: 'part-end', index },
      {
        type: 'part-start',
        index: index + 1,
        part: {
          type: 'whole',
          part: {
            type: 'tool-result',
            callId: `s${index}`,
            content: [{ type: 'text', text: result }],
            server: 'result',
          },
        },
      },
      { type: 'part-end', index: index + 1 },
    ]
    const events = told([
      ...run(0, 'nova_code_interpreter', { snippet: '1+1' }, '{"stdOut":"2","exitCode":0}'),
      ...run(2, 'nova_grounding', { query: 'rain' }, '{}'),
      ...text(4, 'Two.'),
      end(),
    ])
    expect(typesOf(events).slice(2, 14)).toEqual([
      'output_item.added',
      'code_interpreter_call.in_progress',
      'code_interpreter_call_code.delta',
      'code_interpreter_call_code.done',
      'code_interpreter_call.interpreting',
      'code_interpreter_call.completed',
      'output_item.done',
      'output_item.added',
      'web_search_call.in_progress',
      'web_search_call.searching',
      'web_search_call.completed',
      'output_item.done',
    ])
    expect(last(events).output).toMatchObject([
      {
        type: 'code_interpreter_call',
        code: '1+1',
        outputs: [{ type: 'logs', logs: '2' }],
        status: 'completed',
      },
      { type: 'web_search_call', action: { query: 'rain' }, status: 'completed' },
      { type: 'message' },
    ])
  })

  it('tells the pages of a search to who asked for them', () => {
    const found = '{"results":[{"url":"https://a.example","title":"A"},{"title":"B"}]}'
    const search: ReplyEvent[] = [
      {
        type: 'part-start',
        index: 0,
        part: { type: 'tool-call', id: 's', name: 'nova_grounding', server: 'server_tool_use' },
      },
      { type: 'part-delta', index: 0, text: '{"query":"rain"}' },
      { type: 'part-end', index: 0 },
      {
        type: 'part-start',
        index: 1,
        part: {
          type: 'whole',
          part: {
            type: 'tool-result',
            callId: 's',
            content: [{ type: 'text', text: found }],
            server: 'nova_grounding_result',
          },
        },
      },
      { type: 'part-end', index: 1 },
      end(),
    ]
    const action = { type: 'search', query: 'rain', queries: ['rain'] }
    const include = ['web_search_call.action.sources']
    const sources = [{ type: 'url', url: 'https://a.example' }]
    expect(last(told(search, { include })).output).toMatchObject([{ action: { sources } }])
    expect(last(told(search)).output).toMatchObject([{ action }])
    expect(JSON.stringify(told(search))).not.toContain('sources')
  })

  it('says a refusal in events of its own', () => {
    const part = { type: 'refusal', text: 'No.' } as const
    const events = told([
      { type: 'part-start', index: 0, part: { type: 'whole', part } },
      { type: 'part-end', index: 0 },
      end(),
    ])
    expect(typesOf(events).slice(2)).toEqual([
      'output_item.added',
      'content_part.added',
      'refusal.delta',
      'refusal.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ])
  })

  it.each([
    ['max-tokens', 'max_output_tokens'],
    ['context-window', 'max_output_tokens'],
    ['content-filter', 'content_filter'],
    ['refusal', 'content_filter'],
  ] as const)('is incomplete when it ends by %s, and so is its last item', (reason, why) => {
    const events = told([...text(0, 'Once'), ...call(1, 'add', '{"a'), end(reason)])
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: {
        status: 'incomplete',
        incomplete_details: { reason: why },
        output: [
          { type: 'message', status: 'completed' },
          { type: 'function_call', status: 'incomplete', arguments: '{"a' },
        ],
      },
    })
  })

  it('is one message for texts that follow each other, with a part for each', () => {
    const { output } = last(told([...text(0, 'One.'), ...text(1, 'Two.'), end()]))
    expect(output).toMatchObject([{ content: [{ text: 'One.' }, { text: 'Two.' }] }])
  })

  it('closes what the model left open', () => {
    const events = told([
      { type: 'part-start', index: 0, part: { type: 'text' } },
      { type: 'part-delta', index: 0, text: 'Hi' },
      end(),
    ])
    expect(typesOf(events).slice(-4)).toEqual([
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ])
  })

  it('that breaks off ends with `error` and `response.failed`, with what there was', () => {
    const encoder = server.replyEncoder(ask(), head)
    encoder.write([
      { type: 'part-start', index: 0, part: { type: 'text' } },
      { type: 'part-delta', index: 0, text: 'Hel' },
    ])
    const events = eventsIn(encoder.fail(new GatewayError('rate-limit', 'Slow down.')))
    expect(events).toMatchObject([
      { type: 'error', code: 'rate_limit_exceeded', message: 'Slow down.', param: null },
      {
        type: 'response.failed',
        response: {
          status: 'failed',
          error: { code: 'rate_limit_exceeded', message: 'Slow down.' },
          output: [{ status: 'incomplete' }],
        },
      },
    ])
    const silent = server.replyEncoder(ask(), head)
    const failed = eventsIn(silent.fail(new GatewayError('internal', 'Broken.')))
    expect(typesOf(failed)).toEqual(['created', 'in_progress', 'error', 'failed'])
    expect(failed.map((event) => event['sequence_number'])).toEqual([0, 1, 2, 3])
  })

  it('that compacts is one item with all that was said, whole and in events', () => {
    const input = [{ role: 'user', content: 'Hi' }, { type: 'compaction_trigger' }]
    const events: ReplyEvent[] = [
      { type: 'part-start', index: 0, part: { type: 'reasoning' } },
      { type: 'part-delta', index: 0, text: 'Hm' },
      { type: 'part-end', index: 0 },
      ...text(1, 'They said '),
      ...text(2, 'hi.'),
      end('max-tokens'),
    ]
    const collector = collect()
    collector.add(events)
    const whole = server.encodeReply([collector.reply()], ask({ input }), head) as Json
    const all = told(events, { input })
    expect(last(all)).toEqual(whole)
    expect(typesOf(all)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'output_item.done',
      'incomplete',
    ])
    const [item, ...others] = whole['output'] as Json[]
    expect([item!['type'], others]).toEqual(['compaction', []])
    const { turns } = decoded({ model: 'm', input: [item!, { role: 'user', content: 'Go on' }] })
    expect(JSON.stringify(turns)).toContain('They said hi.')
  })

  it('is the same whole and in events, however these are cut into batches', () => {
    const events: ReplyEvent[] = [
      { type: 'part-start', index: 0, part: { type: 'reasoning' } },
      { type: 'part-delta', index: 0, text: 'Hm' },
      { type: 'part-end', index: 0, signature: 'sig' },
      ...text(1, 'One.'),
      ...call(2, 'calculate', '{"input":"x"}'),
      ...text(3, 'Two.'),
      ...call(4, 'add', ''),
      end('tool-use'),
    ]
    const collector = collect()
    collector.add(events)
    const reply = collector.reply()
    const whole = server.encodeReply([reply], ask(), head) as Json
    const encoder = server.replyEncoder(ask(), head)
    const pieces = events.map((event) => encoder.write([event])).join('') + encoder.end()
    expect(last(eventsIn(pieces))).toEqual(whole)
    expect(last(told(replay(reply)))).toEqual(whole)
  })
})
