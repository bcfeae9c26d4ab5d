import fc, { type Arbitrary } from 'fast-check'
import type { Conversation, Part } from '../../app/conversation/conversation.ts'
import type { Reply } from '../../app/conversation/events.ts'

const word = fc.string({ minLength: 1, maxLength: 12 })
const name = fc.stringMatching(/^[a-z]{1,8}$/)

const part: Arbitrary<Part> = fc.oneof(
  word.map((text) => ({ type: 'text' as const, text })),
  fc.record({ type: fc.constant('reasoning' as const), text: word, signature: word }),
  fc.record({
    type: fc.constant('tool-call' as const),
    id: name,
    name,
    arguments: fc.dictionary(name, word, { maxKeys: 2 }).map((value) => JSON.stringify(value)),
  }),
)

/** What a model may say. */
export const replies: Arbitrary<Reply> = fc.record({
  id: fc.constant('id'),
  model: fc.constant('test-model'),
  parts: fc.array(part, { maxLength: 4 }),
  end: fc.record({
    reason: fc.constantFrom(
      'end-turn' as const,
      'max-tokens' as const,
      'tool-use' as const,
      'refusal' as const,
    ),
    usage: fc.record({ input: fc.nat(999), output: fc.nat(999) }),
  }),
})

/** What it was asked, as far as an encoder of replies looks at it. */
export const ASKED: Conversation = {
  model: 'test-model',
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  tools: [],
  settings: {},
  stream: true,
  streamUsage: true,
}

export const HEAD = { id: 'id', created: 1, model: 'test-model', now: () => 1 }

/** The bytes in pieces of sizes given, over and over. */
export function cutInto(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length
    pieces.push(bytes.slice(at, at + size))
    at += size
  }
  return pieces
}

export const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 })
