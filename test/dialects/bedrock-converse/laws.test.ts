import { describe, expect, it } from 'vitest'
import { collect } from '../../../app/conversation/collect.ts'
import type { Conversation } from '../../../app/conversation/conversation.ts'
import type { Reply } from '../../../app/conversation/events.ts'
import { replay } from '../../../app/conversation/replay.ts'
import { bedrockConverse } from '../../../app/dialects/bedrock-converse/index.ts'
import { converseRequest } from '../../../app/dialects/bedrock-converse/request-schema.ts'
import type { ModelTraits } from '../../../app/ports/models.ts'
import { sharedJson, sharedRoot } from '../../fakes/shared.ts'
import { assistant, call, card, emptyConversation, look, result, user } from './cards.ts'

const { client, server } = bedrockConverse
const HEAD = { id: '', created: 0, model: 'test-model' }
const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}

/** Conversations in the form the wire gives them back, and what the model must be like. */
const CONVERSATIONS: Record<string, [Partial<Conversation>, ModelTraits?]> = {
  words: [
    {
      system: [{ type: 'text', text: 'Be kind.' }, { type: 'cache-point' }],
      turns: [user('Hi', 'there'), assistant('Hello.'), user('Bye')],
      settings: { maxTokens: 9, temperature: 0.5, topP: 0.9, stop: ['END'] },
    },
  ],
  'tools and results': [
    {
      turns: [
        user('Look.'),
        assistant('I look.', call('a', 'look', '{"at":"door"}'), call('b')),
        user(
          result('a', '{"seen":"cat"}'),
          {
            type: 'tool-result',
            callId: 'b',
            content: [{ type: 'text', text: 'no' }],
            isError: true,
          },
          'And now?',
        ),
      ],
      tools: [
        { ...look, description: 'Looks.', cachePoint: { type: 'cache-point' } },
        { type: 'system', name: 'nova_grounding' },
      ],
      toolChoice: { type: 'required' },
    },
  ],
  'media of every kind': [
    {
      turns: [
        user(
          'See',
          { type: 'image', source: { kind: 'base64', data: 'AAAA' }, mediaType: 'image/png' },
          {
            type: 'document',
            source: { kind: 's3', uri: 's3://b/k', bucketOwner: '123456789012' },
            mediaType: 'application/pdf',
            name: 'Report (2)',
            context: 'the year',
            citations: true,
          },
          { type: 'video', source: { kind: 's3', uri: 's3://b/v' }, mediaType: 'video/mp4' },
          { type: 'audio', source: { kind: 'base64', data: 'BBBB' }, mediaType: 'audio/mpeg' },
        ),
      ],
    },
  ],
  'sealed thoughts': [
    {
      turns: [
        user('Why?'),
        assistant(
          { type: 'reasoning', text: 'Hm.', signature: 'seal' },
          { type: 'reasoning', text: '', redacted: 'AAAA' },
          'So.',
          call('a'),
        ),
        user(result('a', 'yes')),
      ],
      tools: [look],
      reasoning: { budget: 2000 },
      settings: { maxTokens: 4000 },
    },
    { reasoning: 'claude-budget' },
  ],
  'adaptive thought': [
    { turns: [user('Why?')], reasoning: { adaptive: true, effort: 'high' } },
    { reasoning: 'claude-adaptive' },
  ],
  effort: [{ turns: [user('Why?')], reasoning: { effort: 'low' } }, { reasoning: 'openai-effort' }],
  'a tool of the platform': [
    {
      turns: [
        user('Compute.'),
        assistant(
          { ...call('s', 'nova_code_interpreter'), server: 'server_tool_use' },
          {
            ...result('s', '{"out":"2"}'),
            server: 'nova_code_interpreter_result',
          },
          'It is 2.',
        ),
        user('Thanks.'),
      ],
      tools: [{ type: 'system', name: 'nova_code_interpreter' }],
    },
  ],
  "a maker's tools": [
    {
      turns: [user('List.')],
      tools: [
        { type: 'system', kind: 'bash_20250124', name: 'bash' },
        {
          type: 'system',
          kind: 'computer_20250124',
          name: 'computer',
          settings: { display_width_px: 1024, display_height_px: 768 },
        },
      ],
      extraFields: { anthropic_beta: ['context-1m-2025-08-07'] },
    },
  ],
  'cited text': [
    {
      turns: [
        user('Hi'),
        assistant({
          type: 'text',
          text: '20 days',
          citations: [
            {
              title: 'policy',
              quote: 'Twenty.',
              location: { documentChunk: { documentIndex: 0, start: 0, end: 1 } },
            },
          ],
        }),
        user('Thanks'),
      ],
    },
  ],
  'native blocks': [
    {
      turns: [
        user({
          type: 'native',
          dialect: 'bedrock-converse',
          value: { guardContent: { text: { text: 'judge this' } } },
        }),
      ],
    },
  ],
  'everything around the words': [
    {
      turns: [user('Hi')],
      settings: { serviceTier: 'flex', latency: 'optimized', topK: 20, seed: 3 },
      guardrail: { id: 'abc', version: '1', trace: 'enabled', streamMode: 'async' },
      metadata: { team: 'blue' },
      user: 'u-1',
      extraFields: { custom: { deep: true } },
      stream: true,
    },
    { nativeSettings: { topK: 'top_k', seed: 'seed' } },
  ],
  'an answer in a form': [
    {
      turns: [user('Where?')],
      output: { type: 'json-schema', name: 'Place', description: 'A place.', schema: SCHEMA },
      extras: { 'bedrock-converse': { schema: JSON.stringify(SCHEMA) } },
    },
  ],
  'one call at a time': [
    {
      turns: [user('Look.')],
      tools: [look],
      settings: { parallelToolCalls: false },
    },
    { nativeSettings: { parallelToolCalls: '!tool_choice.disable_parallel_tool_use' } },
  ],
}

describe('a conversation', () => {
  it.each(Object.entries(CONVERSATIONS))('comes back as it was: %s', (_, [more, traits]) => {
    const conversation = emptyConversation(more)
    const { body, ignored, undo } = client.encodeRequest(conversation, card(traits))
    const { model: modelId, stream } = conversation
    const heard = converseRequest.parse({ ...(body as object), modelId, stream })
    expect(server.decodeRequest(heard)).toEqual(conversation)
    expect({ ignored, undo }).toEqual({ ignored: [], undo: undefined })
  })
})

describe('a request of Converse', () => {
  it('may be a prompt kept at AWS, which brings its own words', () => {
    const heard = { promptVariables: { city: { text: 'Rome' } } }
    const { body } = client.encodeRequest(server.decodeRequest(heard), card())
    expect(body).toEqual(heard)
  })

  it('may hold Claude to a schema by its own field, which other models are told in theirs', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }
    const format = { type: 'json_schema', schema }
    const conversation = server.decodeRequest({
      additionalModelRequestFields: { output_config: { format, effort: 'low' } },
    })
    expect(conversation.output).toEqual({ type: 'json-schema', schema })
    expect(conversation.extraFields).toEqual({ output_config: { effort: 'low' } })
    const unknown = { output_config: { format: { type: 'of_the_future' } } }
    const kept = server.decodeRequest({ additionalModelRequestFields: unknown })
    expect([kept.output, kept.extraFields]).toEqual([undefined, unknown])
  })

  it('is refused when its schema is no JSON', () => {
    const jsonSchema = { schema: '{' }
    const textFormat = { type: 'json_schema', structure: { jsonSchema } }
    expect(() => server.decodeRequest({ outputConfig: { textFormat } })).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        param: 'outputConfig.textFormat.structure.jsonSchema.schema',
      }),
    )
  })
})

const REPLIES: Record<string, Reply> = {
  everything: {
    parts: [
      { type: 'reasoning', text: 'Hm.', signature: 'seal' },
      { type: 'reasoning', text: '', redacted: 'AAAA' },
      { type: 'text', text: 'Said "so".\n' },
      {
        type: 'text',
        text: 'Cited.',
        citations: [
          { title: 'T', url: 'https://a.example', location: { web: { url: 'https://a.example' } } },
        ],
      },
      { type: 'image', source: { kind: 'base64', data: 'AAAA' }, mediaType: 'image/png' },
      { ...call('s', 'nova_code_interpreter'), server: 'server_tool_use' },
      {
        ...result('s', '{"out":"2"}'),
        server: 'nova_code_interpreter_result',
      },
      { type: 'tool-call', id: 'a', name: 'look', arguments: '{"at":"door"}' },
    ],
    end: {
      reason: 'tool-use',
      usage: {
        input: 3,
        output: 5,
        cacheRead: 7,
        cacheWrite: 2,
        cacheWriteByTtl: [{ ttl: '5m', tokens: 2 }],
      },
      serviceTier: 'flex',
      guardrail: { intervened: false, trace: { guardrail: {} } },
      extras: { 'bedrock-converse': { metrics: { latencyMs: 20 }, trace: { guardrail: {} } } },
    },
  },
  'a withheld answer': {
    parts: [{ type: 'text', text: 'No.' }],
    end: {
      reason: 'content-filter',
      usage: { input: 1, output: 1 },
      guardrail: { intervened: true },
      extras: {
        'bedrock-converse': { stopReason: 'guardrail_intervened', metrics: { latencyMs: 1 } },
      },
    },
  },
}

describe('a reply', () => {
  it.each(Object.entries(REPLIES))('comes back as it was, whole: %s', (_, reply) => {
    const body = server.encodeReply([reply], emptyConversation(), HEAD)
    expect(client.decodeReply(body)).toEqual(reply)
  })

  it.each(Object.entries(REPLIES))('comes back as it was, as a stream: %s', (_, reply) => {
    const encoder = server.byteReplyEncoder!(emptyConversation(), HEAD)
    const decoder = client.replyDecoder()
    const collector = collect()
    collector.add(decoder.read(encoder.write(replay(reply))))
    collector.add(decoder.read(encoder.end()))
    collector.add(decoder.end())
    expect(collector.reply()).toEqual(reply)
  })

  it('can be read as SSE as well', () => {
    const encoder = server.replyEncoder(emptyConversation(), HEAD)
    const said = encoder.write([
      { type: 'reply-start' },
      { type: 'part-start', index: 0, part: { type: 'text' } },
      { type: 'part-delta', index: 0, text: 'Hi' },
    ])
    expect(said).toBe(
      'event: messageStart\ndata: {"role":"assistant"}\n\n' +
        'event: contentBlockDelta\ndata: {"contentBlockIndex":0,"delta":{"text":"Hi"}}\n\n',
    )
  })
})

describe.skipIf(!sharedRoot())('the wire', () => {
  interface Model {
    shapes: Record<string, { members?: Record<string, { shape: string }>; enum?: string[] }>
  }

  it('is the service model: all events and all members of a request are known', () => {
    const { shapes } = sharedJson('specs/aws/bedrock-runtime.service-2.json') as Model
    const known = Object.keys(converseRequest.shape)
    const request = Object.keys(shapes['ConverseStreamRequest']!.members!)
    const unknown = request.filter((name) => !known.includes(name))
    // Without words of ours; they ride in extras.
    expect(unknown).toEqual(['promptVariables', 'additionalModelResponseFieldPaths'])
  })
})
