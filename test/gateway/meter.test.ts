import { expect, it } from 'vitest'
import { addUsage } from '../../app/gateway/answers/meter.ts'

it('adds up everything that several answers are billed for', () => {
  const written = (ttl: string, tokens: number) => ({ ttl, tokens })
  expect(
    addUsage([
      { input: 9, output: 1, cacheWrite: 7, cacheWriteByTtl: [written('5m', 3), written('1h', 4)] },
      { input: 9, output: 2, cacheWrite: 5, cacheWriteByTtl: [written('1h', 5)], reasoning: 2 },
      { input: 9, output: 3, cacheRead: 6, characters: 40, audioSeconds: 1.5, estimated: true },
      { input: 0, output: 0, characters: 2, images: 1, searches: 3 },
    ]),
  ).toEqual({
    input: 27,
    output: 6,
    cacheRead: 6,
    cacheWrite: 12,
    cacheWriteByTtl: [written('5m', 3), written('1h', 9)],
    reasoning: 2,
    characters: 42,
    audioSeconds: 1.5,
    images: 1,
    searches: 3,
    estimated: true,
  })
})
