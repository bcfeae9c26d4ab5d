import { describe, expect, it } from 'vitest'
import { createApp } from '../../app/app.ts'
import type { Dialect, ModelTurn, Reading, Settings, Turn } from '../../pages/playground/dialect.ts'
import { chat } from '../../pages/playground/dialects/chat.ts'
import { messages } from '../../pages/playground/dialects/messages.ts'
import { responses } from '../../pages/playground/dialects/responses.ts'
import { createEventReader } from '../../pages/playground/event-stream.ts'
import { runTool } from '../../pages/playground/tools.ts'
import { stagedRuntime } from '../http/stage.ts'

const DIALECTS = [chat, messages, responses]
const TEXT_FILE = { name: 'a.txt', type: 'text/plain', size: 5, data: btoa('Basalt and granite.') }
const PIXEL = {
  name: 'a.png',
  type: 'image/png',
  size: 70,
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
}

/** Our own server, asked as the playground asks it. */
async function converse(dialect: Dialect, settings: Settings, turns: Turn[]): Promise<Reading> {
  const { runtime } = stagedRuntime({ PROVIDER: 'embedded', EMBEDDED_TOKENS_PER_SECOND: '0' })
  const answer = await createApp(runtime).request(`/${dialect.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(dialect.encode(settings, turns)),
  })
  const text = await answer.text()
  expect(answer.status, text).toBe(200)
  const turn: ModelTurn = { role: 'model', parts: [], dialect: dialect.name, native: [] }
  const reading: Reading = { turn }
  for (const { data } of createEventReader()(text)) {
    if (data !== '[DONE]') dialect.read(reading, JSON.parse(data))
  }
  return reading
}

const settings: Settings = { model: 'embedded-reasoner', system: 'Be brief.', tools: false }
const user = (text: string): Turn => ({ role: 'user', text, files: [] })

describe.each(DIALECTS)('$name, as the playground speaks it', (dialect) => {
  it('is understood by our own server, and understands it', async () => {
    const reading = await converse(dialect, { ...settings, temperature: 0.5, maxTokens: 500 }, [
      user('Hello!'),
    ])
    expect(reading.error).toBeUndefined()
    expect(reading.turn.parts.map(({ type }) => type)).toEqual(['thought', 'text'])
    expect(reading.usage).toMatchObject({ input: expect.any(Number), output: expect.any(Number) })
    expect(reading.usage!.output).toBeGreaterThan(5)
    expect(reading.stop).toBeDefined()
  })

  it('sends files along', async () => {
    const turn: Turn = { role: 'user', text: 'What is there?', files: [PIXEL, TEXT_FILE] }
    const { turn: said, error } = await converse(dialect, { ...settings, effort: 'low' }, [turn])
    expect(error).toBeUndefined()
    expect(JSON.stringify(said.parts)).toMatch(/image|png/i)
  })

  it.each(DIALECTS)('goes on where $name called a tool', async (before) => {
    const asked: Turn[] = [user('Please calculate 12 + 30')]
    const first = await converse(before, { ...settings, tools: true }, asked)
    const call = first.turn.parts.find((part) => part.type === 'call')!
    expect(call).toMatchObject({ name: 'calculate' })
    call.result = runTool(call.name, call.arguments)
    expect(call.result).toBe('42')
    const next = await converse(dialect, { ...settings, tools: true }, [...asked, first.turn])
    expect(next.error).toBeUndefined()
    expect(JSON.stringify(next.turn.parts)).toContain('42')
  })

  it('says what went wrong in a stream', async () => {
    const { error } = await converse(dialect, { ...settings, model: 'embedded-broken-stream' }, [
      user('Tell me of stones, at some length please.'),
    ])
    expect(error).toMatch(/\w+/)
  })
})

describe('the reader of events', () => {
  it('gives the same wherever the text is cut', () => {
    const text =
      'event: a\ndata: {"x":1}\n\n: alive\n\ndata: one\ndata: two\r\n\r\ndata: [DONE]\n\n'
    const whole = createEventReader()(text)
    expect(whole).toEqual([
      { name: 'a', data: '{"x":1}' },
      { name: undefined, data: 'one\ntwo' },
      { name: undefined, data: '[DONE]' },
    ])
    for (let cut = 0; cut <= text.length; cut++) {
      const read = createEventReader()
      expect([...read(text.slice(0, cut)), ...read(text.slice(cut))], String(cut)).toEqual(whole)
    }
  })
})

describe('tools of the playground', () => {
  it.each([
    ['calculate', '{"a":2,"operator":"^","b":10}', '1024'],
    ['calculate', '{"a":', /^It failed: /],
    ['current_time', '{"time_zone":"Europe/Paris"}', /\d\d:\d\d/],
    ['current_time', '{"time_zone":"Mars/Base"}', /^It failed: /],
    ['fly', '{}', 'There is no tool fly.'],
  ])('%s of %s', (name, given, expected) => {
    const result = runTool(name, given)
    if (typeof expected === 'string') expect(result).toBe(expected)
    else expect(result).toMatch(expected)
  })
})
