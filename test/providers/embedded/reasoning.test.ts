import { describe, expect, it } from 'vitest'
import type {
  ReasoningPart,
  ReasoningRequest,
  Turn,
} from '../../../app/conversation/conversation.ts'
import { countTokens } from '../../../app/providers/embedded/tokens.ts'
import { ask, user, weather } from './asking.ts'

const thoughtOf = async (reasoning?: ReasoningRequest, name?: string) =>
  (await ask({ text: 'Why?', reasoning }, name)).parts.find((part) => part.type === 'reasoning')

describe('thinking', () => {
  it('comes first, signed and counted', async () => {
    const { parts, end } = await ask({ text: 'Why?', reasoning: { effort: 'low' } })
    expect(parts).toEqual([
      {
        type: 'reasoning',
        text: 'The user asks: “Why?” I can answer that with what I have.',
        signature: expect.stringMatching(/^embedded:[\da-f]{16}$/),
      },
      { type: 'text', text: expect.stringContaining('You asked') },
    ])
    expect(end.usage.reasoning).toBe(parts[0]?.type === 'reasoning' && countTokens(parts[0].text))
    expect(end.usage.output).toBeGreaterThan(end.usage.reasoning!)
  })

  it('is switched on by each way to ask for it, and off by each way to refuse it', async () => {
    const on: ReasoningRequest[] = [
      { effort: 'minimal' },
      { enabled: true },
      { budget: 1024 },
      { adaptive: true },
    ]
    const off: (ReasoningRequest | undefined)[] = [
      undefined,
      { effort: 'none' },
      { enabled: false },
      { display: 'summarized' },
    ]
    const thinks = (asked: (ReasoningRequest | undefined)[], name?: string) =>
      Promise.all(asked.map(async (one) => (await thoughtOf(one, name)) !== undefined))
    expect(await thinks(on)).toEqual([true, true, true, true])
    expect(await thinks(off)).toEqual([false, false, false, false])
    expect(await thinks(off, 'embedded-reasoner')).toEqual([true, false, false, true])
  })

  it('grows with the effort and stays within its budget', async () => {
    const efforts = ['minimal', 'low', 'medium', 'high', 'max'] as const
    const lengths = await Promise.all(
      efforts.map(async (effort) => (await thoughtOf({ effort }))!.text.length),
    )
    expect(lengths).toEqual(lengths.toSorted((one, other) => one - other))
    expect(new Set(lengths).size).toBe(lengths.length)
    expect(countTokens((await thoughtOf({ effort: 'max', budget: 7 }))!.text)).toBe(7)
  })

  it('can be kept to itself, the signature excepted', async () => {
    expect(await thoughtOf({ enabled: true, display: 'omitted' })).toEqual({
      type: 'reasoning',
      text: '',
      signature: expect.any(String),
    })
  })

  it('is cut by the token limit and signed as it is shown', async () => {
    const cut = await ask({
      text: 'Why?',
      reasoning: { enabled: true },
      settings: { maxTokens: 3 },
    })
    expect(cut.parts).toEqual([
      { type: 'reasoning', text: 'The user asks', signature: expect.any(String) },
    ])
    expect(cut.end).toEqual({
      reason: 'max-tokens',
      usage: { input: 5, output: 3, reasoning: 3 },
    })
  })
})

describe('a thought that comes back', () => {
  const question = 'The weather in Paris?'
  const goOn = async (change: (part: ReasoningPart) => ReasoningPart) => {
    const reasoning = { effort: 'high' as const }
    const first = await ask({ text: question, tools: [weather], reasoning })
    const parts = first.parts.map((part) => (part.type === 'reasoning' ? change(part) : part))
    const [call] = parts.filter((part) => part.type === 'tool-call')
    const turns: Turn[] = [
      user(question),
      { role: 'assistant', parts },
      {
        role: 'user',
        parts: [{ type: 'tool-result', callId: call!.id, content: [{ type: 'text', text: '21' }] }],
      },
    ]
    return await ask({ turns, tools: [weather], reasoning })
  }

  it('unchanged lets thinking go on', async () => {
    const { parts } = await goOn((part) => part)
    expect(parts).toMatchObject([
      { type: 'reasoning', text: expect.stringContaining('thoughts 1 came back, all unchanged') },
      { type: 'text', text: expect.stringContaining('The tool get_weather answered: “21”') },
    ])
  })

  it('changed is refused', async () => {
    await expect(goOn((part) => ({ ...part, text: `${part.text}!` }))).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('signature'),
    })
  })

  it('of another model, or without a signature, is let through', async () => {
    for (const signature of ['EqQBCkYIBxgCKkBkT', undefined]) {
      const { end } = await goOn((part) => ({ ...part, text: 'Hm.', signature }))
      expect(end.reason).toBe('end-turn')
    }
  })
})
