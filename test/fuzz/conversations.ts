import fc, { type Arbitrary } from 'fast-check'
import type {
  Conversation,
  Part,
  Settings,
  Tool,
  Turn,
} from '../../app/conversation/conversation.ts'
import type { ModelCard, ModelTraits } from '../../app/ports/models.ts'
import { plainCard } from '../fakes/plain-card.ts'

const odd = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', ' ', '\ud800', '\0', '__proto__', 'data:', 's3://', '{', '<thinking>'),
)
const word = fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8}){0,2}$/)
const name = fc.stringMatching(/^[a-z][a-z_]{0,9}$/)
const json = fc.dictionary(name, fc.oneof(fc.integer(), word, fc.boolean()), { maxKeys: 3 })

/** Whatever the types allow: most of it no caller would send, and some of it no model would take. */
export const wildConversations: Arbitrary<Conversation> = fc.record(
  {
    model: odd,
    system: fc.array(partsTo(1), { maxLength: 2 }),
    turns: fc.array(
      fc.record({
        role: fc.constantFrom('user' as const, 'assistant' as const, 'system' as const),
        parts: fc.array(partsTo(2), { maxLength: 4 }),
      }),
      { maxLength: 4 },
    ),
    tools: fc.array(tools(), { maxLength: 3 }),
    toolChoice: fc.oneof(
      fc.constantFrom(
        { type: 'auto' as const },
        { type: 'none' as const },
        { type: 'required' as const },
      ),
      odd.map((one) => ({ type: 'tool' as const, name: one })),
    ),
    settings: settings(),
    output: fc.oneof(
      fc.constantFrom({ type: 'text' as const }, { type: 'json-object' as const }),
      fc.record({ type: fc.constant('json-schema' as const), name: odd, schema: schemas() }),
    ),
    reasoning: fc.record(
      {
        effort: fc.constantFrom('none' as const, 'low' as const, 'max' as const),
        budget: fc.integer({ min: -1, max: 99999 }),
        enabled: fc.boolean(),
        adaptive: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    stream: fc.boolean(),
    choices: fc.integer({ min: 1, max: 3 }),
    store: fc.boolean(),
    user: odd,
    metadata: fc.dictionary(odd, odd, { maxKeys: 3 }),
    labels: fc.dictionary(odd, odd, { maxKeys: 3 }),
    extraFields: fc.dictionary(odd, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
    webSearch: fc.constantFrom({}, { contextSize: 'low' as const, optional: true }),
    audio: fc.constant({ voice: 'alloy', format: 'wav' }),
    guardrail: fc.constant({ id: 'g', version: '1' }),
  },
  { requiredKeys: ['model', 'system', 'turns', 'tools', 'settings', 'stream'] },
)

function partsTo(depth: number): Arbitrary<Part> {
  const source = fc.oneof(
    odd.map((data) => ({ kind: 'base64' as const, data })),
    odd.map((url) => ({ kind: 'url' as const, url })),
    odd.map((uri) => ({ kind: 's3' as const, uri })),
    odd.map((id) => ({ kind: 'file' as const, id })),
    odd.map((text) => ({ kind: 'text' as const, text })),
  )
  const media = fc.record(
    {
      type: fc.constantFrom(
        'image' as const,
        'document' as const,
        'audio' as const,
        'video' as const,
      ),
      source,
      mediaType: fc.constantFrom('image/png', 'application/pdf', 'audio/wav', 'video/mp4', 'x', ''),
      name: odd,
    },
    { requiredKeys: ['type', 'source'] },
  )
  const flat: Arbitrary<Part>[] = [
    odd.map((text) => ({ type: 'text', text })),
    odd.map((text) => ({ type: 'refusal', text })),
    media,
    fc.record({ type: fc.constant('reasoning' as const), text: odd, signature: odd }),
    fc.record({ type: fc.constant('reasoning' as const), text: fc.constant(''), redacted: odd }),
    fc.record({ type: fc.constant('tool-call' as const), id: odd, name: odd, arguments: odd }),
    fc.constant({ type: 'cache-point' }),
    fc.record({
      type: fc.constant('native' as const),
      dialect: fc.constantFrom('openai-chat', 'anthropic-messages', 'bedrock-converse', 'x'),
      value: fc.dictionary(odd, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 2 }),
    }),
  ]
  if (depth === 0) return fc.oneof(...flat)
  const result = fc.record({
    type: fc.constant('tool-result' as const),
    callId: odd,
    content: fc.array(partsTo(depth - 1), { maxLength: 2 }),
    isError: fc.boolean(),
  })
  return fc.oneof(...flat, result)
}

function schemas() {
  return fc.oneof(fc.constant({}), json, fc.constant({ type: 'object', properties: {} }))
}

function tools(): Arbitrary<Tool> {
  return fc.oneof(
    fc.record(
      {
        type: fc.constant('function' as const),
        name: odd,
        description: odd,
        schema: schemas(),
        strict: fc.boolean(),
      },
      { requiredKeys: ['type', 'name'] },
    ),
    fc.record(
      {
        type: fc.constant('system' as const),
        name: fc.oneof(odd, fc.constantFrom('bash', 'nova_grounding', 'computer')),
        kind: fc.oneof(odd, fc.constant('bash_20250124')),
        optional: fc.boolean(),
      },
      { requiredKeys: ['type', 'name'] },
    ),
  )
}

function settings(): Arbitrary<Settings> {
  return fc.record(
    {
      maxTokens: fc.integer({ min: 0, max: 1e6 }),
      temperature: fc.double({ min: 0, max: 2, noNaN: true }),
      topP: fc.double({ min: 0, max: 1, noNaN: true }),
      topK: fc.integer({ min: 0, max: 500 }),
      stop: fc.array(odd, { maxLength: 3 }),
      seed: fc.integer(),
      frequencyPenalty: fc.integer({ min: -2, max: 2 }),
      logitBias: fc.dictionary(odd, fc.integer(), { maxKeys: 2 }),
      parallelToolCalls: fc.boolean(),
      serviceTier: odd,
      latency: fc.constantFrom('standard' as const, 'optimized' as const),
      prediction: fc.jsonValue({ maxDepth: 1 }),
      promptCache: fc.constantFrom(
        {},
        { key: 'k', ttl: '1h' as const },
        { explicit: true as const },
      ),
    },
    { requiredKeys: [] },
  )
}

/** A model that lacks some of what models can. */
export const cards: Arbitrary<ModelCard> = fc
  .record<ModelTraits>(
    {
      unsupported: fc.subarray(['temperature', 'topP', 'topK', 'stop', 'seed']),
      systemPrompt: fc.boolean(),
      prefill: fc.boolean(),
      tools: fc.boolean(),
      toolChoices: fc.subarray(['required' as const, 'tool' as const]),
      temperatureWithTopP: fc.boolean(),
      images: fc.boolean(),
      documents: fc.boolean(),
      structuredOutput: fc.boolean(),
      strictTools: fc.boolean(),
      systemTools: fc.subarray(['bash', 'nova_grounding']),
      toolResultMedia: fc.subarray(['image' as const, 'document' as const]),
      toolCallIdLength: fc.constantFrom(9, 1),
      systemTurns: fc.boolean(),
      maxOutputTokens: fc.constantFrom(1, 4096),
      maxStopSequences: fc.constantFrom(0, 4),
      reasoning: fc.constantFrom(
        'claude-budget',
        'claude-adaptive',
        'openai-effort',
        'nova',
        'nothing',
      ),
      cachePoints: fc.constantFrom(false as const, { max: 1, ttls: ['5m' as const], tools: false }),
      extraFields: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map(cardWith)

/** A model that takes everything, less what `traits` say. */
export function cardWith(traits: ModelTraits): ModelCard {
  return plainCard({
    id: 'test-model',
    input: ['text', 'image', 'document', 'audio', 'video'],
    traits,
  })
}

/** A conversation as every chat knows it: words, calls of tools, and each call's result in the turn after. */
export const plainConversations: Arbitrary<Conversation> = fc
  .record({
    system: fc.array(word, { maxLength: 1 }),
    rounds: fc.array(
      fc.record({
        asked: word,
        said: word,
        calls: fc.array(fc.record({ name, args: json, result: word }), { maxLength: 2 }),
        after: word,
      }),
      { maxLength: 3 },
    ),
    last: word,
    offered: fc.uniqueArray(name, { maxLength: 2 }),
    settings: fc.record(
      {
        // OpenAI takes no fewer for a response.
        maxTokens: fc.integer({ min: 16, max: 4096 }),
        temperature: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
        stop: fc.uniqueArray(word, { minLength: 1, maxLength: 2 }),
      },
      { requiredKeys: ['maxTokens'] },
    ),
    stream: fc.boolean(),
  })
  .map(({ system, rounds, last, offered, settings, stream }) => ({
    model: 'test-model',
    system: system.map(text),
    turns: [...rounds.flatMap(roundOf), { role: 'user' as const, parts: [text(last)] }],
    tools: [
      ...new Set([...offered, ...rounds.flatMap(({ calls }) => calls.map((one) => one.name))]),
    ].map((one) => ({
      type: 'function' as const,
      name: one,
      description: one,
      schema: { type: 'object', properties: {} },
    })),
    settings,
    stream,
  }))

interface Round {
  asked: string
  said: string
  calls: { name: string; args: object; result: string }[]
  after: string
}

const text = (words: string): Part => ({ type: 'text', text: words })

function roundOf({ asked, said, calls, after }: Round, index: number): Turn[] {
  const ids = calls.map((_, at) => `call${index}x${at}`)
  const turns: Turn[] = [
    { role: 'user', parts: [text(asked)] },
    {
      role: 'assistant',
      parts: [
        text(said),
        ...calls.map((one, at) => ({
          type: 'tool-call' as const,
          id: ids[at]!,
          name: one.name,
          arguments: JSON.stringify(one.args),
        })),
      ],
    },
  ]
  if (calls.length === 0) return turns
  const results = calls.map((one, at) => ({
    type: 'tool-result' as const,
    callId: ids[at]!,
    content: [text(one.result)],
  }))
  return [...turns, { role: 'user', parts: results }, { role: 'assistant', parts: [text(after)] }]
}

/** What a conversation says, without the ways in which one can say it: ids, how text is cut into parts. */
export function meaningOf(conversation: Conversation) {
  const { system, turns, tools, settings, stream } = conversation
  const said: unknown[] = []
  for (const { role, parts } of turns) for (const part of parts) said.push(...meant(role, part))
  return {
    system: system.map((part) => ('text' in part ? part.text : part)),
    said,
    tools: tools.map((tool) => tool.name),
    maxTokens: settings.maxTokens,
    temperature: settings.temperature,
    stop: settings.stop,
    stream,
  }
}

function meant(role: string, part: Part): unknown[] {
  if (part.type === 'text') return [`${role}: ${part.text}`]
  if (part.type === 'tool-call') return [{ called: part.name, with: JSON.parse(part.arguments) }]
  if (part.type !== 'tool-result') return [part]
  return [{ result: part.content.map((one) => ('text' in one ? one.text : one)).join('') }]
}
