import { afterEach, expect, it, vi } from 'vitest'
import { scriptedAws } from './scripted-aws.ts'
import { openHouse } from './surfaces.ts'

const HOUR = 3_600_000

afterEach(() => {
  vi.restoreAllMocks()
})

/** Milliseconds since 1970 with which an id begins behind its prefix. */
const timeOf = (id: string) => Number.parseInt(/[-_]([0-9a-f]{12})/.exec(id)![1]!, 16)

it.each([
  ['stood still while the function was frozen', -HOUR],
  ['runs ahead, for the time was set back', HOUR],
])('dates answers and what is kept by the time of day where the fine clock %s', async (_, off) => {
  const { ask } = openHouse(scriptedAws(() => 'refused').transport, {
    env: { PROVIDER: 'embedded', EMBEDDED_TOKENS_PER_SECOND: '0' },
  })
  const fine = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => fine() + off)
  const asked = [
    ['/v1/chat/completions', { model: 'any', messages: [{ role: 'user', content: 'Hi' }] }],
    ['/v1/responses', { model: 'any', input: 'Hi' }],
    ['/v1/conversations', {}],
  ] as const
  const before = Date.now()
  for (const [path, body] of asked) {
    const answer = (await (await ask(path, body)).json()) as Record<string, string | number>
    const created = Number(answer['created'] ?? answer['created_at'])
    expect(Math.abs(created * 1000 - before)).toBeLessThan(30_000)
    expect(Math.abs(timeOf(String(answer['id'])) - before)).toBeLessThan(30_000)
  }
})

it('gives ids in the order of their requests, also when it is off', async () => {
  const { ask } = openHouse(scriptedAws(() => 'refused').transport, {
    env: { PROVIDER: 'embedded', EMBEDDED_TOKENS_PER_SECOND: '0' },
  })
  const fine = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => fine() - HOUR)
  const ids: string[] = []
  for (let count = 0; count < 20; count++) {
    const made = (await (await ask('/v1/conversations', {})).json()) as { id: string }
    ids.push(made.id)
  }
  expect(ids.toSorted()).toEqual(ids)
})
