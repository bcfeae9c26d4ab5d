import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect } from '../../../app/conversation/collect.ts'
import type { Part } from '../../../app/conversation/conversation.ts'
import type { Reply } from '../../../app/conversation/events.ts'
import { replay } from '../../../app/conversation/replay.ts'
import { openaiChat } from '../../../app/dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../../app/dialects/openai-chat/wire.ts'
import { plainCard } from '../../fakes/plain-card.ts'
import { head, heard, streamed } from './conversations.ts'
import { pieces } from './sse-text.ts'

const { server, client } = openaiChat
const runs = { seed: 7, numRuns: 200 }

const word = fc.string({ minLength: 1, maxLength: 12 })
const name = fc.stringMatching(/^[a-z_]{1,8}$/)
const json = fc.dictionary(name, fc.oneof(fc.integer(), word)).map((value) => JSON.stringify(value))

const control = fc.record({ type: fc.constant('ephemeral') })
const textPart = fc.record(
  { type: fc.constant('text'), text: word, cache_control: control, odd: fc.integer() },
  { requiredKeys: ['type', 'text'] },
)
const location = fc.constantFrom(
  'https://a.example/x',
  's3://bucket/key',
  'file-id:file-1',
  'data:image/png;base64,QUJD',
  'data:video/mp4;base64,QUJD',
  'data:application/pdf;base64,QUJD',
  'QUJD',
)
const imagePart = location.map((url) => ({ type: 'image_url', image_url: { url, detail: 'low' } }))
const filePart = location.map((file_data) => ({ type: 'file', file: { file_data, filename: 'f' } }))
const audioPart = fc
  .constantFrom('wav', 'mp3', 'ogg')
  .map((format) => ({ type: 'input_audio', input_audio: { data: 'QUJD', format } }))
const texts = fc.oneof(word, fc.array(textPart, { minLength: 1, maxLength: 3 }))
const media = fc.oneof(
  word,
  fc.array(fc.oneof(textPart, imagePart, filePart, audioPart), { minLength: 1, maxLength: 4 }),
)

const systemMessage = fc.record(
  {
    role: fc.constantFrom('system', 'developer'),
    content: texts,
    name,
    cache_control: control,
  },
  { requiredKeys: ['role', 'content'] },
)
const userMessage = fc.record(
  { role: fc.constant('user'), content: media, name, odd: word },
  { requiredKeys: ['role', 'content'] },
)
const detail = fc.oneof(
  fc.record({ type: fc.constant('reasoning.text'), text: word, signature: word, format: word }),
  fc.record({ type: fc.constant('reasoning.encrypted'), data: word }),
  fc.record({ type: fc.constant('reasoning.summary'), summary: word }),
)
const assistantMessage = fc.record(
  {
    role: fc.constant('assistant'),
    content: texts,
    refusal: word,
    audio: fc.record({ id: word }),
    reasoning_content: word,
    reasoning_details: fc.array(detail, { maxLength: 3 }),
    annotations: fc.constant([]),
    odd: word,
  },
  { requiredKeys: ['role', 'content'] },
)
const exchange = fc
  .array(
    fc.record({
      id: fc.uuid(),
      custom: fc.boolean(),
      name,
      words: json,
      answer: texts,
      marks: fc.record({ cache_control: control }, { requiredKeys: [] }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .chain((calls) => fc.record({ calls: fc.constant(calls), content: fc.option(texts) }))
  .map(({ calls, content }) => [
    {
      role: 'assistant',
      content,
      tool_calls: calls.map(({ id, custom, name, words, marks }) =>
        custom
          ? { id, type: 'custom', custom: { name, input: words }, ...marks }
          : { id, type: 'function', function: { name, arguments: words }, ...marks },
      ),
    },
    ...calls.map(({ id, answer }) => ({ role: 'tool', tool_call_id: id, content: answer })),
  ])

const messages = fc
  .tuple(
    fc.array(systemMessage, { maxLength: 3 }),
    fc.array(
      fc.oneof(
        userMessage.map((one) => [one]),
        assistantMessage.map((one) => [one]),
        systemMessage.map((one) => [one]),
        exchange,
      ),
      { minLength: 1, maxLength: 6 },
    ),
  )
  .map(([system, turns]) => [...system, ...turns.flat()])

const request = fc.record(
  {
    model: fc.constant('some-model'),
    messages,
    temperature: fc.constantFrom(0, 0.5, 2),
    max_tokens: fc.integer({ min: 1, max: 99 }),
    max_completion_tokens: fc.integer({ min: 1, max: 99 }),
    stop: fc.oneof(word, fc.array(word, { maxLength: 4 })),
    reasoning_effort: fc.constantFrom('none', 'low', 'max'),
    thinking: fc.record({ type: fc.constant('enabled'), budget_tokens: fc.constant(1024) }),
    tools: fc.array(
      fc.oneof(
        fc.record({ type: fc.constant('function'), function: fc.record({ name, odd: word }) }),
        fc.record({ type: fc.constant('custom'), custom: fc.record({ name, description: word }) }),
        fc.record({ type: fc.constant('bash_1'), name, size: fc.integer() }),
      ),
      { maxLength: 3 },
    ),
    prompt_cache_key: word,
    user: word,
    safety_identifier: word,
    moderation: fc.record({ model: word }),
    store: fc.boolean(),
    stream: fc.boolean(),
    repetition_penalty: fc.integer(),
  },
  { requiredKeys: ['model', 'messages'] },
)

const card = plainCard({
  id: 'some-model',
  traits: { cachePoints: { max: 4, ttls: ['5m'], tools: true } },
})

/** An address of a file has a member of its own on the wire, wherever it stood before. */
const placed = (conversation: object): unknown =>
  JSON.parse(JSON.stringify(conversation).replace(/\.file\.file_(?:data|url|id)"/g, '.file"'))

describe('a request', () => {
  it('comes back from the wire as the conversation it was', () => {
    fc.assert(
      fc.property(request, (body) => {
        const conversation = server.decodeRequest(chatCompletionRequest.parse(body))
        const { body: again, ignored } = client.encodeRequest(conversation, card)
        const { streamUsage: _, ...heardAgain } = server.decodeRequest(
          chatCompletionRequest.parse(JSON.parse(JSON.stringify(again))),
        )
        expect(placed(heardAgain)).toEqual(placed(conversation))
        expect(ignored).toEqual([])
      }),
      runs,
    )
  })
})

const sealed = fc.oneof(
  fc.record({ type: fc.constant('reasoning' as const), text: fc.string(), signature: word }),
  fc.record({ type: fc.constant('reasoning' as const), text: fc.constant(''), redacted: word }),
)
const thoughts = fc.oneof(
  fc.array(sealed, { maxLength: 2 }),
  word.map((text) => [{ type: 'reasoning' as const, text }]),
)
const calls = fc.array(
  fc.record({ type: fc.constant('tool-call' as const), id: fc.uuid(), name, arguments: json }),
  { maxLength: 3 },
)

/** Replies as chat completions can say them: thoughts, one text, calls, one refusal. */
const reply: fc.Arbitrary<Reply> = fc
  .record({
    thoughts,
    text: fc.option(word),
    calls,
    refusal: fc.option(word),
    reason: fc.constantFrom('max-tokens' as const, 'content-filter' as const),
  })
  .map(({ thoughts, text, calls, refusal, reason }) => {
    const parts: Part[] = [...thoughts]
    if (text !== null) parts.push({ type: 'text', text })
    parts.push(...calls)
    if (refusal !== null) parts.push({ type: 'refusal', text: refusal })
    return {
      id: head.id,
      model: head.model,
      parts,
      end: { reason, usage: { input: 3, output: 2 } },
    }
  })

describe('a reply', () => {
  const conversation = heard(streamed)

  /** What it says, without the words it said it in. */
  const throughWhole = (one: Reply): Reply => {
    const body = JSON.parse(JSON.stringify(server.encodeReply([one], conversation, head)))
    const { verbatim: _, ...reply } = client.decodeReply(body)
    return reply
  }

  function throughStream(one: Reply, size: number): Reply {
    const encoder = server.replyEncoder(conversation, head)
    const text = encoder.write(replay(one)) + encoder.end()
    const decoder = client.replyDecoder()
    const collector = collect()
    for (const piece of pieces(text, size)) collector.add(decoder.read(piece))
    collector.add(decoder.end())
    return collector.reply()
  }

  it('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(reply, (one) => {
        const again = throughWhole(one)
        expect(again.parts).toEqual(one.parts)
        expect(again.end).toMatchObject({ reason: one.end.reason, usage: one.end.usage })
      }),
      runs,
    )
  })

  it('is the same streamed, cut anywhere, as whole', () => {
    fc.assert(
      fc.property(reply, fc.integer({ min: 1, max: 300 }), (one, size) => {
        expect(throughStream(one, size)).toEqual(throughWhole(one))
      }),
      { ...runs, numRuns: 100 },
    )
  })
})
