import { describe, expect, it } from 'vitest'
import { type ErrorCode, GatewayError } from '../../../../app/errors.ts'
import { askInTurn } from '../../../../app/providers/aws/bedrock/failover.ts'
import { planOf, stagedRouting } from './staged-routing.ts'

const [EAST, WEST] = ['us-east-1', 'us-west-2'] as const
const MODEL = 'amazon.nova-lite-v1:0'

/** The first of two regions is slow, so that both are asked; what they do is told by the test. */
async function race(then: { first: () => Promise<string>; second: () => Promise<string> }) {
  const { router } = stagedRouting()
  return askInTurn(
    router,
    { plan: planOf(MODEL, EAST, WEST) },
    {
      way: 'reply',
      signal: new AbortController().signal,
      hedgeAfter: 1,
      patience: 60_000,
      ask: ({ region }) => (region === EAST ? then.first() : then.second()),
      undo: () => {},
    },
  )
}

const outcomes = (tried: readonly { region: string; outcome: string }[]) =>
  tried.map(({ region, outcome }) => [region, outcome])

describe('two regions that are asked at the same time', () => {
  it.each<ErrorCode>(['model-access-denied', 'model-not-found', 'rate-limit', 'overloaded'])(
    'answer by the slow one, where the other says %s',
    async (code) => {
      let answer = (_: string) => {}
      const first = new Promise<string>((resolve) => {
        answer = resolve
      })
      const {
        answer: got,
        candidate,
        tried,
      } = await race({
        first: () => first,
        async second() {
          // The slow one is ready only when this refusal has been heard.
          setTimeout(() => answer('At last.'), 1)
          throw new GatewayError(code, 'Not here.')
        },
      })
      expect({ got, region: candidate.region }).toEqual({ got: 'At last.', region: EAST })
      expect(outcomes(tried)).toEqual([
        [WEST, code],
        [EAST, 'answered'],
      ])
    },
  )

  it('refuse by what neither would do otherwise', async () => {
    const refused = race({
      first: () => new Promise<string>(() => {}),
      second: () => Promise.reject(new GatewayError('invalid-request', 'Too long.')),
    })
    await expect(refused).rejects.toMatchObject({ code: 'invalid-request', attempts: 2 })
  })

  it('are both counted when one has won', async () => {
    const { tried } = await race({
      first: () => new Promise<string>(() => {}),
      second: () => Promise.resolve('Here.'),
    })
    expect(outcomes(tried)).toEqual([
      [EAST, 'cancelled'],
      [WEST, 'answered'],
    ])
  })
})
