import { describe, expect, it } from 'vitest'
import type { Part, ToolResultPart } from '../../../app/conversation/conversation.ts'
import { anthropicMessages } from '../../../app/dialects/anthropic-messages/index.ts'
import { messagesRequest } from '../../../app/dialects/anthropic-messages/wire.ts'
import { bedrockConverse } from '../../../app/dialects/bedrock-converse/index.ts'
import { card, conversation } from './cards.ts'
import type { Json } from './recorded.ts'

const SEARCH = { type: 'web_search_20250305', name: 'web_search' }
const CODE = { type: 'code_execution_20250522', name: 'code_execution' }

const able = card('able', {
  systemTools: ['platform_search', 'platform_code'],
  webSearch: 'platform_search',
  codeExecution: 'platform_code',
})
const searching = card('searching', {
  systemTools: ['platform_search'],
  webSearch: 'platform_search',
})

function asked(body: object, model = able) {
  const heard = anthropicMessages.server.decodeRequest(
    messagesRequest.parse({
      model: 'm',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'Hi' }],
      ...body,
    }),
  )
  const { body: sent, ignored } = bedrockConverse.client.encodeRequest(heard, model)
  return { sent: sent as Json, ignored }
}

const refusal = (body: object, model = able) => {
  try {
    asked(body, model)
  } catch (thrown) {
    return thrown
  }
  throw new Error('the body was accepted')
}

describe('tools Anthropic’s platform would run, of a model whose platform has their like', () => {
  it('are the platform’s own, beside the caller’s', () => {
    const tools = [{ name: 'f', input_schema: { type: 'object', properties: {} } }, SEARCH, CODE]
    const { sent, ignored } = asked({ tools, tool_choice: { type: 'any' } })
    expect(sent['toolConfig']).toEqual({
      tools: [
        {
          toolSpec: { name: 'f', inputSchema: { json: { type: 'object', properties: {} } } },
        },
        { systemTool: { name: 'platform_search' } },
        { systemTool: { name: 'platform_code' } },
      ],
      toolChoice: { any: {} },
    })
    expect(ignored).toEqual([])
  })

  it('are chosen by the platform’s name', () => {
    const { sent } = asked({ tools: [CODE], tool_choice: { type: 'tool', name: CODE.name } })
    expect(sent['toolConfig']).toMatchObject({ toolChoice: { tool: { name: 'platform_code' } } })
  })

  it.each([
    ['allowed_domains', ['example.com']],
    ['blocked_domains', ['example.com']],
    ['user_location', { type: 'approximate', country: 'FR' }],
  ])('are not used where the caller restricts them by %s', (setting, value) => {
    const path = `tools.1.web_search_20250305.${setting}`
    expect(refusal({ tools: [CODE, { ...SEARCH, [setting]: value }] })).toMatchObject({
      code: 'unsupported-parameter',
      param: path,
    })
    expect(asked({ tools: [{ ...SEARCH, [setting]: null }] }).ignored).toEqual([])
  })

  it('have no other settings', () => {
    const search = { ...SEARCH, max_uses: 3, cache_control: { type: 'ephemeral' } }
    expect(asked({ tools: [CODE, search] }).ignored).toEqual([
      'tools.1.web_search_20250305.cache_control',
      'tools.1.web_search_20250305.max_uses',
    ])
  })

  it('are refused by name where it has not', () => {
    expect(refusal({ tools: [CODE] }, searching)).toMatchObject({
      code: 'unsupported-parameter',
      message: 'The model searching has no tool "code_execution".',
    })
  })
})

const executed = (stdout: string, return_code = 0) => ({
  type: 'code_execution_result',
  stdout,
  stderr: '',
  return_code,
  content: [],
})

describe('what they did before', () => {
  const history = [
    { type: 'text', text: 'Let me see.' },
    { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
    {
      type: 'web_search_tool_result',
      tool_use_id: 's',
      content: [{ type: 'web_search_result', url: 'u', title: 't', encrypted_content: '' }],
    },
    { type: 'server_tool_use', id: 'c', name: 'code_execution', input: { snippet: '1' } },
    {
      type: 'code_execution_tool_result',
      tool_use_id: 'c',
      content: executed('12345678901234567', 2),
    },
    { type: 'server_tool_use', id: 'd', name: 'code_execution', input: { snippet: '2' } },
    {
      type: 'code_execution_tool_result',
      tool_use_id: 'd',
      content: { type: 'code_execution_tool_result_error', error_code: 'too_many_requests' },
    },
  ]
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: history },
    { role: 'user', content: 'Go on' },
  ]
  const type = 'server_tool_use'
  const stdOut = '12345678901234567'
  const code = [
    { toolUse: { toolUseId: 'c', name: 'platform_code', input: { snippet: '1' }, type } },
    {
      toolResult: {
        toolUseId: 'c',
        content: [{ json: { stdOut, stdErr: '', exitCode: 2, isError: true } }],
        status: 'success',
        type: 'platform_code_result',
      },
    },
    { toolUse: { toolUseId: 'd', name: 'platform_code', input: { snippet: '2' }, type } },
    {
      toolResult: {
        toolUseId: 'd',
        content: [{ text: 'too_many_requests' }],
        status: 'error',
        type: 'platform_code_result',
      },
    },
  ]

  it('is told again in the platform’s words', () => {
    const { sent, ignored } = asked({ messages, tools: [SEARCH, CODE] })
    expect((sent['messages'] as Json[])[1]).toEqual({
      role: 'assistant',
      content: [
        { text: 'Let me see.' },
        { toolUse: { toolUseId: 's', name: 'platform_search', input: { query: 'q' }, type } },
        {
          toolResult: {
            toolUseId: 's',
            content: [{ json: { results: [{ url: 'u', title: 't' }] } }],
            status: 'success',
            type: 'platform_search_result',
          },
        },
        ...code,
      ],
    })
    expect(ignored).toEqual([])
  })

  it('is left out, and named, where the tool is not offered again', () => {
    const { sent, ignored } = asked({ messages, tools: [CODE] })
    expect((sent['messages'] as Json[])[1]).toEqual({
      role: 'assistant',
      content: [{ text: 'Let me see.' }, ...code],
    })
    expect(ignored).toEqual(['web_search'])
  })
})

describe('what they do', () => {
  const told = (...parts: Part[]) =>
    (
      anthropicMessages.server.encodeReply(
        [{ parts, end: { reason: 'end-turn', usage: { input: 1, output: 1 } } }],
        conversation(),
        { id: 'msg_1', created: 0, model: 'm' },
      ) as { content: Json[] }
    ).content

  const result = (server: string, text: string, isError?: true): ToolResultPart => ({
    type: 'tool-result',
    callId: 's',
    server,
    content: [{ type: 'text', text }],
    ...(isError && { isError }),
  })

  const INTERPRETER = 'nova_code_interpreter_result'

  it.each([
    [result(INTERPRETER, '{"stdOut":"7","exitCode":0}'), executed('7')],
    [result(INTERPRETER, '7'), executed('7')],
    [result(INTERPRETER, 'broken', true), { ...executed('', 1), stderr: 'broken' }],
    [
      result(INTERPRETER, '', true),
      { type: 'code_execution_tool_result_error', error_code: 'unavailable' },
    ],
    [
      result('nova_grounding_result', 'broken', true),
      { type: 'web_search_tool_result_error', error_code: 'unavailable' },
    ],
    [result('nova_grounding_result', 'nothing'), []],
    [
      result('nova_grounding_result', '{"results":[{"url":"u"},{}]}'),
      [
        {
          type: 'web_search_result',
          url: 'u',
          title: 'u',
          encrypted_content: '',
          page_age: null,
        },
      ],
    ],
  ])('is a result as Anthropic has it: %#', (part, content) => {
    expect(told(part)).toMatchObject([{ tool_use_id: 's', content }])
  })

  it('names its sources at the words they support', () => {
    const citations = [{ url: 'u', title: 't', location: { web: { url: 'u' } } }]
    expect(told({ type: 'text', text: 'It rains.', citations })).toEqual([
      {
        type: 'text',
        text: 'It rains.',
        citations: [
          {
            type: 'web_search_result_location',
            cited_text: '',
            url: 'u',
            title: 't',
            encrypted_index: '',
          },
        ],
      },
    ])
  })
})
