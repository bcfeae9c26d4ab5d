import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../app/conversation/conversation.ts'
import type { ReplyEvent } from '../../app/conversation/events.ts'
import { GatewayError } from '../../app/errors.ts'
import { askAll, openAll, questionsOf } from '../../app/gateway/batch.ts'
import { tokensOfWhole } from '../../app/gateway/estimate-tokens.ts'
import type { ReplyStream } from '../../app/ports/models.ts'

const conversation = (more: Partial<Conversation> = {}): Conversation => ({
  model: 'm',
  system: [],
  turns: [said('0')],
  tools: [],
  settings: {},
  stream: false,
  ...more,
})

const said = (text: string) => ({
  role: 'user' as const,
  parts: [{ type: 'text' as const, text }],
  param: `prompt[${text}]`,
})

const batchOf = (count: number) =>
  questionsOf(
    conversation({ batch: Array.from({ length: count - 1 }, (_, at) => [said(String(at + 1))]) }),
  )

const wordsOf = ({ turns }: Conversation) =>
  turns[0]!.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

/** A promise that is settled from outside. */
function open<T = void>() {
  return Promise.withResolvers<T>()
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('questions', () => {
  it('are one a prompt and choice, prompt by prompt', () => {
    const asked = questionsOf(conversation({ batch: [[said('1')]], choices: 2 }))
    expect(asked.map(wordsOf)).toEqual(['0', '0', '1', '1'])
  })
})

it('a batch is admitted by the tokens of all its prompts and answers', () => {
  const one = tokensOfWhole(conversation({ settings: { maxTokens: 10 } }))
  const three = { batch: [[said('1')], [said('2')]], settings: { maxTokens: 10 } }
  expect(tokensOfWhole(conversation({ ...three, choices: 2 }))).toBe(6 * one)
})

describe('asking them all', () => {
  it('has as many under way as it may, and keeps their order', async () => {
    const gates = Array.from({ length: 50 }, () => open<string>())
    const started: number[] = []
    const asking = askAll({ questions: batchOf(50), atOnce: 50, abort: () => {} }, (question) => {
      started.push(Number(wordsOf(question)))
      return gates[Number(wordsOf(question))]!.promise
    })
    expect(started).toHaveLength(50)
    for (const [index, gate] of gates.toReversed().entries()) gate.resolve(`answer ${49 - index}`)
    expect(await asking).toEqual(gates.map((_, index) => `answer ${index}`))
  })

  it('never has more under way, and asks the next as soon as one is answered', async () => {
    const gates = Array.from({ length: 5 }, () => open())
    const started: string[] = []
    const asking = askAll({ questions: batchOf(5), atOnce: 2, abort: () => {} }, (question) => {
      started.push(wordsOf(question))
      return gates[Number(wordsOf(question))]!.promise
    })
    expect(started).toEqual(['0', '1'])
    gates[1]!.resolve()
    await settled()
    expect(started).toEqual(['0', '1', '2'])
    for (const { resolve } of gates) resolve()
    await asking
    expect(started).toEqual(['0', '1', '2', '3', '4'])
  })

  it('fails as one, stops the others and asks no more', async () => {
    let aborted = 0
    const started: string[] = []
    const forever = open()
    const asking = askAll(
      { questions: batchOf(6), atOnce: 2, abort: () => void aborted++ },
      (question) => {
        started.push(wordsOf(question))
        if (wordsOf(question) === '2') throw new GatewayError('overloaded', 'Busy.')
        return wordsOf(question) === '1' ? forever.promise : Promise.resolve()
      },
    )
    await expect(asking).rejects.toThrow('Busy.')
    expect(aborted).toBe(1)
    forever.resolve()
    await settled()
    expect(started).toEqual(['0', '1', '2'])
  })

  it('names the prompt that was too long', async () => {
    const tooLong = new GatewayError('context-length-exceeded', 'Too long.', { param: 'messages' })
    const asking = askAll(
      { questions: batchOf(3), atOnce: 3, abort: () => {} },
      async (question) => {
        if (wordsOf(question) === '2') throw tooLong
      },
    )
    await expect(asking).rejects.toMatchObject({ param: 'prompt[2]', message: 'Too long.' })
  })
})

const END: ReplyEvent = { type: 'reply-end', reason: 'end-turn', usage: { input: 1, output: 1 } }

/** A stream of one batch, that ends when it is let. */
function staged(name: string) {
  const gate = open<ReplyEvent[] | undefined>()
  const stream: ReplyStream & { name: string } = {
    name,
    read: () => gate.promise,
    cancel: () => gate.resolve(undefined),
  }
  return { stream, end: () => gate.resolve([END]) }
}

describe('opening them all', () => {
  const opening = (count: number, atOnce: number) => {
    const opened: { name: string; signal?: AbortSignal; end(): void }[] = []
    const result = openAll(
      { questions: batchOf(count), atOnce, abort: () => {} },
      async (question, signal) => {
        const { stream, end } = staged(wordsOf(question))
        opened.push({ name: stream.name, signal, end })
        return { events: stream }
      },
    )
    return { opened, result }
  }
  const names = (opened: { name: string }[]) => opened.map(({ name }) => name)

  it('opens the first at once and the others as those end', async () => {
    const { opened, result } = opening(4, 2)
    const { streams } = await result
    expect(streams).toHaveLength(4)
    const reads = streams.map((stream) => stream.read())
    await settled()
    expect(names(opened)).toEqual(['0', '1'])
    opened[1]!.end()
    await settled()
    expect(names(opened)).toEqual(['0', '1', '2'])
    opened[2]!.end()
    opened[0]!.end()
    await settled()
    expect(names(opened)).toEqual(['0', '1', '2', '3'])
    opened[3]!.end()
    expect(await Promise.all(reads)).toEqual([[END], [END], [END], [END]])
  })

  it('opens none that was cancelled while it waited', async () => {
    const { opened, result } = opening(3, 1)
    const { streams } = await result
    void streams.map((stream) => stream.read())
    streams[1]!.cancel()
    opened[0]!.end()
    await settled()
    expect(names(opened)).toEqual(['0'])
  })

  it('stops one that is being opened when nobody wants it any more', async () => {
    const { opened, result } = opening(2, 1)
    const { streams } = await result
    const late = streams[1]!.read()
    void streams[0]!.read()
    opened[0]!.end()
    await settled()
    expect(opened[1]!.signal!.aborted).toBe(false)
    streams[1]!.cancel()
    expect(opened[1]!.signal!.aborted).toBe(true)
    expect(await late).toBeUndefined()
  })

  it('closes those that were opened when one of the first cannot be', async () => {
    let closed = 0
    const asking = openAll(
      { questions: batchOf(2), atOnce: 2, abort: () => {} },
      async (question) => {
        if (wordsOf(question) === '1') throw new GatewayError('rate-limit', 'Slow.')
        return { events: { read: async () => undefined, cancel: () => void closed++ } }
      },
    )
    await expect(asking).rejects.toThrow('Slow.')
    await settled()
    expect(closed).toBe(1)
  })
})
