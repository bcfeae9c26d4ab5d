import { describe, expect, it } from 'vitest'
import type { Conversation, Turn } from '../../../app/conversation/conversation.ts'
import type { Reply, ReplyEvent, StopReason } from '../../../app/conversation/events.ts'
import { replay } from '../../../app/conversation/replay.ts'
import { openaiCompletions } from '../../../app/dialects/openai-completions/index.ts'
import { GatewayError } from '../../../app/errors.ts'
import { recordings } from '../../fakes/shared.ts'
import { specificationFaults } from '../openai-chat/openai-schemas.ts'
import { frames } from '../openai-chat/sse-text.ts'

const { encodeReply, replyEncoder } = openaiCompletions.server

const head = { id: 'cmpl-1', created: 1700000000, model: 'm' }
const prompt = (text: string): Turn[] => [{ role: 'user', parts: [{ type: 'text', text }] }]

const conversation = (more: Partial<Conversation> = {}): Conversation => ({
  model: 'm',
  system: [],
  turns: prompt('Once '),
  tools: [],
  settings: {},
  stream: false,
  ...more,
})

const own = (members: object) => ({ extras: { 'openai-completions': { ...members } } })

const reply = (text: string, more: Partial<Reply['end']> = {}): Reply => ({
  parts: [
    { type: 'reasoning', text: 'Hm.' },
    { type: 'text', text },
  ],
  end: { reason: 'end-turn', usage: { input: 10, output: 2, cacheRead: 3 }, ...more },
})

type Chunk = { choices: { index: number; text: string; finish_reason: string | null }[] }

/** Everything a stream of these replies says, its choices one after the other. */
function streamed(replies: Reply[], asked: Conversation): string {
  const encoder = replyEncoder(asked, head)
  const written = replies.map((one, index) => encoder.write(replay(one), index))
  return written.join('') + encoder.end()
}

const counted = (prompts: number, answers: number) => ({
  prompt_tokens: prompts * 13,
  completion_tokens: answers * 2,
  total_tokens: prompts * 13 + answers * 2,
  prompt_tokens_details: { cached_tokens: prompts * 3, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
})

describe('a whole answer', () => {
  it('has a choice for each prompt and answer, and counts each prompt once', () => {
    const asked = conversation({ batch: [prompt('Two ')], choices: 2 })
    expect(
      encodeReply(
        ['a', 'b', 'c', 'd'].map((text) => reply(text)),
        asked,
        head,
      ),
    ).toEqual({
      ...head,
      object: 'text_completion',
      choices: ['a', 'b', 'c', 'd'].map((text, index) => ({
        text,
        index,
        logprobs: null,
        finish_reason: 'stop',
      })),
      usage: counted(2, 4),
    })
  })

  it('begins with its prompt where that is wanted', () => {
    const asked = conversation({ batch: [prompt('Two ')], choices: 2, ...own({ echo: true }) })
    const { choices } = encodeReply(
      ['a', 'b', 'c', 'd'].map((t) => reply(t)),
      asked,
      head,
    ) as Chunk
    expect(choices.map(({ text }) => text)).toEqual(['Once a', 'Once b', 'Two c', 'Two d'])
  })

  it('shows nothing where nothing is wanted', () => {
    const { choices } = encodeReply(
      [reply('a')],
      conversation(own({ silent: true })),
      head,
    ) as Chunk
    expect(choices[0]!.text).toBe('')
  })

  it.each<[StopReason, string]>([
    ['end-turn', 'stop'],
    ['stop-sequence', 'stop'],
    ['max-tokens', 'length'],
    ['context-window', 'length'],
    ['content-filter', 'content_filter'],
    ['refusal', 'content_filter'],
    ['tool-use', 'stop'],
    ['pause', 'stop'],
  ])('says %s as %s', (reason, word) => {
    const { choices } = encodeReply([reply('a', { reason })], conversation(), head) as Chunk
    expect(choices[0]!.finish_reason).toBe(word)
  })

  it('tells of the tier and of a guardrail', () => {
    const guardrail = { intervened: true, trace: { found: 1 } }
    const replies = [reply('a', { serviceTier: 'flex' }), reply('b', { guardrail })]
    expect(encodeReply(replies, conversation({ choices: 2 }), head)).toMatchObject({
      service_tier: 'flex',
      'amazon-bedrock-guardrailAction': 'INTERVENED',
      'amazon-bedrock-trace': { found: 1 },
    })
  })
})

describe('a stream', () => {
  it('is written chunk by chunk as OpenAI writes it', () => {
    const chunk = (choice: object) => ({
      ...head,
      object: 'text_completion',
      choices: [{ index: 0, logprobs: null, finish_reason: null, ...choice }],
    })
    expect(frames(streamed([reply('Hi')], conversation()))).toEqual([
      chunk({ text: 'Hi' }),
      chunk({ text: '', finish_reason: 'stop' }),
      '[DONE]',
    ])
  })

  it('counts at its end where that is wanted, and not otherwise', () => {
    const asked = conversation({ batch: [prompt('b')], choices: 2, streamUsage: true })
    const all = frames(
      streamed(
        ['a', 'b', 'c', 'd'].map((text) => reply(text)),
        asked,
      ),
    )
    const chunks = all.slice(0, -1) as (Chunk & { usage: unknown })[]
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: counted(2, 4) })
    expect(all.at(-1)).toBe('[DONE]')
    expect(streamed([reply('a')], conversation())).not.toContain('usage')
  })

  it('adds up to the whole answer, cut into any batches', () => {
    const asked = conversation({ batch: [prompt('Two ')], ...own({ echo: true }) })
    const replies = [reply('One two'), reply('three', { reason: 'max-tokens' })]
    const encoder = replyEncoder(asked, head)
    const waiting = replies.map((one) => replay(one))
    let text = ''
    while (waiting.some((events) => events.length > 0)) {
      waiting.forEach((events, index) => {
        const batch: ReplyEvent[] = events.splice(0, 1)
        if (batch.length > 0) text += encoder.write(batch, index)
      })
    }
    const chunks = (frames(text + encoder.end()) as Chunk[]).slice(0, -1)
    const choices = chunks.flatMap((chunk) => chunk.choices)
    const added = [0, 1].map((index) => {
      const mine = choices.filter((choice) => choice.index === index)
      const ends = mine.map((choice) => choice.finish_reason).filter((reason) => reason !== null)
      return { text: mine.map((choice) => choice.text).join(''), index, ends }
    })
    expect(added).toEqual([
      { text: 'Once One two', index: 0, ends: ['stop'] },
      { text: 'Two three', index: 1, ends: ['length'] },
    ])
  })

  it('says what came whole, and nothing where nothing is wanted', () => {
    const refused: Reply = { ...reply(''), parts: [{ type: 'refusal', text: 'No.' }] }
    const texts = (asked: Conversation) =>
      (frames(streamed([refused], asked)).slice(0, -1) as Chunk[]).map((c) => c.choices[0]!.text)
    expect(texts(conversation())).toEqual(['No.', ''])
    expect(texts(conversation(own({ silent: true })))).toEqual([''])
  })

  it('breaks off with an error and without [DONE]', () => {
    const text = replyEncoder(conversation(), head).fail(new GatewayError('overloaded', 'Busy.'))
    expect(frames(text)).toEqual([
      { error: { message: 'Busy.', type: 'server_error', param: null, code: 'overloaded' } },
    ])
  })
})

describe('beside the specification and the recordings', () => {
  const faults = specificationFaults()

  // The specification has no null for `finish_reason`, which every recorded chunk but the last has.
  it.skipIf(!faults)('is a CreateCompletionResponse, whole and in the chunk that ends it', () => {
    const whole = encodeReply([reply('a')], conversation(), head)
    const last = frames(streamed([reply('a')], conversation())).at(-2)
    expect([whole, last].flatMap((one) => faults!('CreateCompletionResponse', one))).toEqual([])
  })

  it('has the members of the recorded chunks', () => {
    const [recorded] = recordings('openai/openai.completions').filter(
      ({ response }) => response.status === 200 && response.bodyText?.includes('text_completion'),
    )
    if (!recorded) return
    const theirs = frames(recorded.response.bodyText!) as object[]
    const ours = frames(streamed([reply('a')], conversation())) as object[]
    const shape = (chunk: object) => JSON.stringify(membersOf(chunk))
    expect(shape(ours[0]!)).toBe(shape(theirs[0]!))
    expect(shape(ours.at(-2)!)).toBe(shape(theirs.at(-2)!))
    expect(ours.at(-1)).toBe(theirs.at(-1))
  })
})

function membersOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(membersOf)
  if (typeof value !== 'object' || value === null) return typeof value
  const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([name, member]) => [
    name,
    name === 'finish_reason' ? member : membersOf(member),
  ])
}
