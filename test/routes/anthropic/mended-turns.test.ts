import { describe, expect, it } from 'vitest'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { claudeReply } from '../../fakes/claude-answers.ts'
import { HELLO, lastAsked, NOVA, stageAws } from './stage.ts'

const fake = await bedrockOfFile()

type Json = Record<string, unknown>

const SAID = claudeReply([{ type: 'text', text: 'Hi.' }])
const TOOLS = [{ name: 'look', input_schema: { type: 'object' } }]

const user = (content: unknown) => ({ role: 'user', content })
const assistant = (...content: Json[]) => ({ role: 'assistant', content })
const text = (words: string): Json => ({ type: 'text', text: words })
const call = (id: string): Json => ({ type: 'tool_use', id, name: 'look', input: {} })
const result = (id: string, content: unknown = 'seen'): Json => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
})

/** Asks Claude, which refuses the first question with these words; what it was asked both times. */
async function refused(message: string, body: Json) {
  fake.forget()
  const before = fake.requests.length
  fake.script({ status: 400, errorType: 'ValidationException', body: { message } })
  fake.script({ body: SAID })
  const answer = await stageAws(fake).ask({ tools: TOOLS, ...body })
  const [first, ...others] = fake.requests.slice(before).map(({ json }) => json as Json)
  return {
    status: answer.status,
    ignored: answer.headers.get('x-outcrop-ignored-params'),
    first: first!['messages'],
    others: others.map((asked) => asked['messages']),
    last: others.at(-1),
  }
}

const EMPTY = 'messages: text content blocks must be non-empty'
const UNANSWERED =
  'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a. Each `tool_use` block must have a corresponding `tool_result` block in the next message.'
const UNASKED =
  'messages.2.content.0: unexpected `tool_use_id` found in `tool_result` blocks: z. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.'
const LOST = {
  ...result('a', [text('The tool call was interrupted and has no result.')]),
  is_error: true,
}

describe('turns that Claude cannot read', () => {
  // claude-code#62396: such a session was never to be resumed.
  it('go again without blank text', async () => {
    const messages = [
      user([text(''), text('Look.')]),
      assistant(text(' '), call('a')),
      user([result('a', [text('')])]),
      { role: 'assistant', content: '' },
      user('Go on.'),
    ]
    expect(await refused(EMPTY, { messages, system: [text('')] })).toMatchObject({
      status: 200,
      ignored: null,
      first: messages,
      others: [
        [
          user([text('Look.')]),
          assistant(call('a')),
          user([{ ...result('a'), content: [] }, text('Go on.')]),
        ],
      ],
    })
  })

  it.each<[string, string, unknown[], unknown[], string?]>([
    [
      'a call without a result',
      UNANSWERED,
      [user('Look.'), assistant(call('a')), user('Never mind.')],
      [user('Look.'), assistant(call('a')), user([LOST, text('Never mind.')])],
    ],
    [
      'a result without a call',
      UNASKED,
      [user('Look.'), assistant(text('Hm.')), user([result('z'), text('Well?')])],
      [user('Look.'), assistant(text('Hm.')), user([text('Well?')])],
      'messages.tool_result',
    ],
    [
      'results in several turns, behind words',
      UNANSWERED,
      [
        user('Look.'),
        assistant(call('a'), call('b')),
        user([result('a')]),
        user([text('And?'), result('b')]),
      ],
      [
        user('Look.'),
        assistant(call('a'), call('b')),
        user([result('a'), result('b'), text('And?')]),
      ],
    ],
    [
      'an id used twice',
      'messages.1: `tool_use` ids must be unique',
      [user('Look.'), assistant(call('a'), call('a')), user([result('a'), result('a')])],
      [user('Look.'), assistant(call('a')), user([result('a')])],
      'messages.tool_result',
    ],
    [
      'an assistant who speaks first',
      'messages: first message must use the "user" role',
      [assistant(text('Hello.')), user('Hi.')],
      [user([text('Begin.')]), assistant(text('Hello.')), user('Hi.')],
    ],
    [
      'a beginning that ends in white space',
      'messages: final assistant content cannot end with trailing whitespace',
      [user('Count.'), { role: 'assistant', content: 'One, ' }],
      [user('Count.'), { role: 'assistant', content: 'One,' }],
    ],
  ])('go again mended: %s', async (_, message, messages, mended, ignored: string | null = null) => {
    const told = await refused(message, { messages })
    expect(told).toMatchObject({ status: 200, ignored, first: messages, others: [mended] })
  })

  // Of another model, for instance, which the same client asked before.
  it('go again without thoughts whose seal is not known', async () => {
    const thought = { type: 'thinking', thinking: 'Hm.', signature: 'c2VhbA==' }
    const messages = [
      user('Hi.'),
      assistant(thought, text('Yes?')),
      assistant(thought),
      user('Go.'),
    ]
    const message = 'messages.1.content.0: Invalid `signature` in `thinking` block'
    expect(await refused(message, { messages })).toMatchObject({
      status: 200,
      ignored: 'messages.thinking',
      first: messages,
      others: [[user('Hi.'), assistant(text('Yes?')), user('Go.')]],
    })
  })

  it('keep what Claude’s platform ran, and marks for the cache', async () => {
    const ran = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }
    const found = { type: 'web_search_tool_result', tool_use_id: 's', content: [] }
    const marked = { ...text('So.'), cache_control: { type: 'ephemeral' } }
    const messages = [user('Hi.'), assistant(ran, found, text(''), marked), user('Go.')]
    const { others } = await refused(EMPTY, { messages })
    expect(others).toEqual([[user('Hi.'), assistant(ran, found, marked), user('Go.')]])
  })

  it('go again without stops of white space, which are named', async () => {
    const message = 'stop_sequences: each stop sequence must contain non-whitespace'
    const told = await refused(message, { messages: HELLO, stop_sequences: ['\n', '', 'END'] })
    expect(told).toMatchObject({
      status: 200,
      ignored: 'stop_sequences',
      last: { stop_sequences: ['END'] },
    })
  })

  it('are refused where there is nothing to mend', async () => {
    const { status, others } = await refused(EMPTY, { messages: HELLO })
    expect([status, others]).toEqual([400, []])
  })
})

describe('a budget of thought in the midst of calls', () => {
  const SEAL = 'messages.1.content.0: Invalid `signature` in `thinking` block'
  // opencode#3077, of Bedrock.
  const BARE =
    'The model returned the following errors: messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable `thinking`.'
  const thought = { type: 'thinking', thinking: 'Hm.', signature: 'c2VhbA==' }
  const thinking = { type: 'enabled', budget_tokens: 2048 }
  const sealed = [user('Look.'), assistant(thought, call('a')), user([result('a')])]
  const bare = [user('Look.'), assistant(call('a')), user([result('a')])]
  const wish = { max_tokens: 4096, thinking, tools: TOOLS }

  // Claude would refuse the second question for the lack of the thought that the first was refused for.
  it('is given up with the thought whose seal is not known', async () => {
    const told = await refused(SEAL, { ...wish, messages: sealed })
    expect(told).toMatchObject({
      status: 200,
      ignored: 'thinking, messages.thinking',
      others: [bare],
    })
    expect(told.last).not.toHaveProperty('thinking')
  })

  it('is given up where the thought was lost', async () => {
    const told = await refused(BARE, { ...wish, messages: bare })
    expect(told).toMatchObject({ status: 200, ignored: 'thinking', others: [bare] })
    expect(told.last).not.toHaveProperty('thinking')
  })

  // claude-code#11971
  it('is given up with the clearing of thoughts, which needs it', async () => {
    const clearing = { type: 'clear_thinking_20251015', keep: 'all' }
    const uses = { type: 'clear_tool_uses_20250919' }
    const betas = { anthropic_beta: ['context-management-2025-06-27'] }
    const told = await refused(BARE, {
      ...wish,
      ...betas,
      messages: bare,
      context_management: { edits: [clearing, uses] },
    })
    expect(told).toMatchObject({
      status: 200,
      ignored: 'thinking, context_management.clear_thinking_20251015',
      last: { context_management: { edits: [uses] } },
    })
  })

  it('is kept where no call is open', async () => {
    const messages = [user('Hi.'), assistant(thought, text('Yes?')), user('Go.')]
    const told = await refused(SEAL, { ...wish, messages })
    expect(told).toMatchObject({ status: 200, ignored: 'messages.thinking', last: { thinking } })
  })

  it('is none where the model paces itself', async () => {
    const paced = { type: 'adaptive' }
    const model = 'us.anthropic.claude-opus-4-6-v1'
    const told = await refused(SEAL, { ...wish, model, thinking: paced, messages: sealed })
    expect(told).toMatchObject({
      status: 200,
      ignored: 'messages.thinking',
      others: [bare],
      last: { thinking: paced },
    })
  })
})

it('stops of white space are named for other models too', async () => {
  fake.forget()
  const stops = { stop_sequences: ['\n', '', 'END'] }
  const answer = await stageAws(fake).ask({ model: NOVA, messages: HELLO, ...stops })
  expect(answer.headers.get('x-outcrop-ignored-params')).toBe('stop_sequences')
  expect(lastAsked(fake).body['inferenceConfig']).toMatchObject({ stopSequences: ['END'] })
})
