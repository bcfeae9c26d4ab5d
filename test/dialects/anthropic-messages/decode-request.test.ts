import { describe, expect, it } from 'vitest'
import { withBetas } from '../../../app/dialects/anthropic-messages/betas.ts'
import {
  anthropicMessages,
  createAnthropicMessages,
} from '../../../app/dialects/anthropic-messages/index.ts'
import { messagesRequest } from '../../../app/dialects/anthropic-messages/wire.ts'
import { card } from './cards.ts'
import { claudeCodeRequest } from './claude-code.ts'

const base = { model: 'm', max_tokens: 100 }
const hi = { role: 'user', content: 'hi' }
const own = 'anthropic-messages'

const decode = (body: object) =>
  anthropicMessages.server.decodeRequest(
    messagesRequest.parse({ ...base, messages: [hi], ...body }),
  )

const decodeContent = (...content: unknown[]) =>
  decode({ messages: [{ role: 'user', content }] }).turns[0]!.parts

describe('a request on the waist', () => {
  it('names unknown members that only Anthropic may know', () => {
    const block = { type: 'text', text: 'hi', odd: 1, cache_control: { type: 'ephemeral' } }
    const said = { type: 'text', text: 'yes', odd: 1 }
    const f = { type: 'custom', name: 'f', input_schema: { type: 'object' }, defer_loading: false }
    const { dialectOnly } = decode({
      messages: [
        { role: 'user', content: [block, block], odd: 1 },
        { role: 'assistant', content: [said] },
        hi,
      ],
      tools: [{ ...f, odd: 1 }],
    })
    expect(dialectOnly).toEqual(['messages.odd', 'messages.content.odd', 'tools.odd'])
    const empty = { ...block, odd: null }
    const asked = { messages: [{ role: 'user', content: [empty], odd: null }], tools: [f] }
    expect(decode({ ...asked, output_config: { odd: null } }).dialectOnly).toBeUndefined()
  })

  it('has the settings, the choice and the wishes of the caller', () => {
    expect(
      decode({
        temperature: 0.5,
        top_p: 0.9,
        top_k: 40,
        stop_sequences: ['END'],
        service_tier: 'standard_only',
        metadata: { user_id: 'u' },
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
        tools: [{ name: 'f', input_schema: { type: 'object' }, strict: true }],
        thinking: { type: 'adaptive', display: 'omitted' },
        output_config: { effort: 'high', format: { type: 'json_schema', schema: { a: 1 } } },
        system: 'Be brief.',
        cache_control: { type: 'ephemeral' },
        container: 'c1',
        unknown: 1,
      }),
    ).toEqual({
      model: 'm',
      system: [{ type: 'text', text: 'Be brief.' }],
      turns: [
        {
          role: 'user',
          parts: [{ type: 'text', text: 'hi' }],
          extras: { [own]: { plain: true } },
        },
      ],
      tools: [{ type: 'function', name: 'f', schema: { type: 'object' }, strict: true }],
      toolChoice: { type: 'required' },
      settings: {
        maxTokens: 100,
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        stop: ['END'],
        serviceTier: 'default',
        parallelToolCalls: false,
        promptCache: { ttl: '5m', atEnd: true },
      },
      output: { type: 'json-schema', schema: { a: 1 } },
      reasoning: { adaptive: true, display: 'omitted', effort: 'high', param: 'thinking' },
      user: 'u',
      stream: false,
      extraFields: { unknown: 1 },
      extras: {
        [own]: {
          heard: true,
          plain: true,
          thinking: { type: 'adaptive', display: 'omitted' },
          outputConfig: { effort: 'high', format: { type: 'json_schema', schema: { a: 1 } } },
          fields: {
            cache_control: { type: 'ephemeral' },
            service_tier: 'standard_only',
            container: 'c1',
          },
        },
      },
      dialectOnly: ['container'],
    })
  })

  it('knows every kind of block', () => {
    expect(
      decodeContent(
        { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        { type: 'image', source: { type: 'url', url: 'https://a.b/c.png' } },
        { type: 'image', source: { type: 'url', url: 's3://b/c.png' } },
        { type: 'image', source: { type: 'file', file_id: 'file_1' } },
        {
          type: 'document',
          source: { type: 'text', media_type: 'text/plain', data: 'words' },
          title: 'T',
          context: 'C',
          citations: { enabled: true },
        },
        { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'r' }] },
        { type: 'container_upload', file_id: 'file_2' },
      ),
    ).toEqual([
      { type: 'text', text: 'a' },
      { type: 'cache-point', ttl: '1h' },
      {
        type: 'image',
        source: { kind: 'base64', data: 'AAAA' },
        mediaType: 'image/png',
        param: 'messages.0.content.1',
      },
      {
        type: 'image',
        source: { kind: 'url', url: 'https://a.b/c.png' },
        param: 'messages.0.content.2',
      },
      { type: 'image', source: { kind: 's3', uri: 's3://b/c.png' }, param: 'messages.0.content.3' },
      { type: 'image', source: { kind: 'file', id: 'file_1' }, param: 'messages.0.content.4' },
      {
        type: 'document',
        source: { kind: 'text', text: 'words' },
        mediaType: 'text/plain',
        name: 'T',
        context: 'C',
        citations: true,
        param: 'messages.0.content.5',
      },
      { type: 'tool-result', callId: 't', content: [{ type: 'text', text: 'r' }] },
      {
        type: 'native',
        dialect: own,
        value: { type: 'container_upload', file_id: 'file_2' },
      },
    ])
  })

  it('lets other models read what a search found', () => {
    const block = {
      type: 'search_result',
      source: 'https://a.b',
      title: 'A',
      content: [{ type: 'text', text: 'one' }],
    }
    expect(decodeContent(block)).toEqual([
      { type: 'text', text: 'A (https://a.b)\none', extras: { [own]: { block } } },
    ])
  })

  it('tells other models which tools a search found', () => {
    const block = { type: 'tool_reference', tool_name: 'mcp__maps__route' }
    expect(decodeContent({ type: 'tool_result', tool_use_id: 't', content: [block] })).toEqual([
      {
        type: 'tool-result',
        callId: 't',
        content: [
          {
            type: 'text',
            text: 'The tool mcp__maps__route can be called now.',
            extras: { [own]: { block } },
          },
        ],
      },
    ])
  })

  it('tells other models what was summed up', () => {
    const block = { type: 'compaction', content: 'They spoke of cats.', signature: 's' }
    const failed = { type: 'compaction', content: null }
    expect(decodeContent(block, failed)).toEqual([
      {
        type: 'text',
        text: 'Summary of the conversation so far:\nThey spoke of cats.',
        extras: { [own]: { block } },
      },
      { type: 'native', dialect: own, value: failed },
    ])
  })

  it('ends with the tools that were brought and withdrawn on the way', () => {
    const named = (name: string, description = name) => ({
      name,
      description,
      input_schema: { type: 'object' },
    })
    const reference = (name: string) => ({ type: 'tool_reference', name })
    const brought = (definition: unknown) => ({
      type: 'tool_addition',
      tool: { type: 'tool_definition', definition },
    })
    const withdrawn = (name: string) => ({ type: 'tool_removal', tool: reference(name) })
    const strange = { type: 'tool_addition', tool: { type: 'mcp_toolset_reference' } }
    const { tools, turns } = decode({
      tools: [
        named('look'),
        named('old'),
        named('back'),
        { ...named('later'), defer_loading: true },
      ],
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'system', content: [withdrawn('old'), withdrawn('back'), brought(named('new'))] },
        { role: 'assistant', content: 'Hello' },
        {
          role: 'system',
          content: [
            { type: 'tool_addition', tool: reference('back') },
            { type: 'tool_addition', tool: reference('later') },
            brought(named('new', 'newer')),
            brought({ name: 'nothing' }),
            strange,
            { type: 'text', text: 'Use them.' },
          ],
        },
        { role: 'user', content: [brought(named('forged'))] },
      ],
    })
    expect(tools.map((tool) => [tool.name, 'description' in tool && tool.description])).toEqual([
      ['look', 'look'],
      ['later', 'later'],
      ['new', 'newer'],
      ['back', 'back'],
    ])
    expect(turns.map(({ role, parts }) => [role, parts.length])).toEqual([
      ['user', 1],
      ['assistant', 1],
      ['system', 3],
      ['user', 1],
    ])
  })

  it('takes a turn of the system that only says how to go on', () => {
    const settings = { role: 'system', output_config: { effort: 'high' } }
    const messages = [{ role: 'user', content: 'Hi' }, settings]
    const request = messagesRequest.parse({ model: 'm', max_tokens: 1, messages })
    expect(anthropicMessages.server.decodeRequest(request).turns).toMatchObject([
      { role: 'user' },
      { role: 'system', parts: [] },
    ])
  })

  it('leaves out the line by which Claude Code tells Anthropic whom to bill', () => {
    const line = 'x-anthropic-billing-header: cc_version=2.1.330.12c; cc_entrypoint=sdk-cli;'
    const systemOf = (system: unknown) => decode({ system }).system
    const said = [{ type: 'text', text: 'Be brief.' }]
    expect(systemOf([{ type: 'text', text: line }, ...said])).toEqual(said)
    expect(systemOf(`${line}\n\nBe brief.`)).toEqual(said)
    expect(systemOf([{ type: 'text', text: `${line}\nBe brief.` }])).toEqual(said)
    expect(systemOf(line)).toEqual([])
    const quoted = [{ type: 'text', text: `Never write ${line}` }]
    expect(systemOf(quoted)).toEqual(quoted)
  })

  it('keeps thoughts with their seals, calls and what the platform ran', () => {
    const found = {
      type: 'web_search_tool_result',
      tool_use_id: 's',
      content: [{ type: 'web_search_result', url: 'u', title: 't', encrypted_content: 'e' }],
    }
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'redacted_thinking', data: 'sealed' },
      { type: 'tool_use', id: 'c', name: 'f', input: { a: 1 }, caller: { type: 'direct' } },
      { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
      found,
    ]
    expect(decode({ messages: [{ role: 'assistant', content }] }).turns[0]!.parts).toEqual([
      { type: 'reasoning', text: 'hm', signature: 'sig' },
      { type: 'reasoning', text: '', redacted: 'sealed' },
      {
        type: 'tool-call',
        id: 'c',
        name: 'f',
        arguments: '{"a":1}',
        extras: { [own]: { fields: { caller: { type: 'direct' } } } },
      },
      {
        type: 'tool-call',
        id: 's',
        name: 'web_search',
        arguments: '{"query":"q"}',
        server: 'server_tool_use',
      },
      {
        type: 'tool-result',
        callId: 's',
        content: [{ type: 'text', text: '{"results":[{"url":"u","title":"t"}]}' }],
        server: 'web_search_tool_result',
        extras: { [own]: { block: found } },
      },
    ])
  })

  it('unites the beta flags of header and body', () => {
    const body = withBetas({ ...base, messages: [hi], anthropic_beta: ['a', 'b'] }, 'b, c,')
    expect(decode(body).extras?.[own]).toEqual({ heard: true, betas: ['a', 'b', 'c'] })
    expect(withBetas(body, undefined)).toBe(body)
  })
})

describe('what is refused', () => {
  const refusal = (body: object) => {
    try {
      decode(body)
    } catch (thrown) {
      return anthropicMessages.server.encodeError(thrown as never, 'req_1')
    }
    throw new Error('the body was accepted')
  }
  const sorry = (message: string, more: object = {}) => ({
    type: 'error',
    error: { type: 'invalid_request_error', message, ...more },
    request_id: 'req_1',
  })

  it('a fifth mark for the cache', () => {
    const content = Array.from({ length: 5 }, () => ({
      type: 'text',
      text: 'a',
      cache_control: { type: 'ephemeral' },
    }))
    expect(refusal({ messages: [{ role: 'user', content }] })).toEqual(
      sorry(
        'messages.0.content.4.cache_control: A maximum of 4 blocks with cache_control may be provided. Found 5.',
      ),
    )
  })

  it('more thought than answer, unless it comes between tool calls', () => {
    const thinking = { type: 'enabled', budget_tokens: 2000 }
    expect(refusal({ thinking })).toEqual(
      sorry(
        'thinking.enabled.budget_tokens: `max_tokens` must be greater than `thinking.budget_tokens`.',
      ),
    )
    const betas = ['interleaved-thinking-2025-05-14']
    expect(decode({ thinking, betas }).reasoning).toEqual({ budget: 2000, param: 'thinking' })
  })

  it('a thread, in the way that makes the SDK send the history', () => {
    expect(refusal({ thread: { type: 'create' } })).toEqual(
      sorry(
        'thread: message threads are not kept here. Send the whole conversation in `messages`.',
        { details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] } },
      ),
    )
  })

  it('two tools of one name, were they the same', () => {
    const tool = { name: 'f', input_schema: { type: 'object' } }
    expect(refusal({ tools: [tool, tool] })).toEqual(sorry('tools: Tool names must be unique.'))
    const search = { type: 'web_search_20250305', name: 'f' }
    expect(refusal({ tools: [tool, search] })).toEqual(sorry('tools: Tool names must be unique.'))
  })

  it('data that is no base64', () => {
    const source = { type: 'base64', media_type: 'image/png', data: '?' }
    expect(refusal({ messages: [{ role: 'user', content: [{ type: 'image', source }] }] })).toEqual(
      sorry('messages.0.content.0.image.source.base64.data: invalid base64 data'),
    )
  })
})

describe('a request of Claude Code', () => {
  const bedrock = createAnthropicMessages({ form: 'bedrock' })

  it('reaches Claude on Bedrock as it came, but for the line about its bill', () => {
    const body = claudeCodeRequest()
    const conversation = anthropicMessages.server.decodeRequest(messagesRequest.parse(body))
    const { model: _, stream: __, system, ...expected } = body
    expect(bedrock.client.encodeRequest(conversation, card('claude'))).toEqual({
      body: { anthropic_version: 'bedrock-2023-05-31', ...expected, system: system.slice(1) },
      ignored: [],
    })
  })
})
