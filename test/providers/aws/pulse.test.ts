import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../app/errors.ts'
import type { UpstreamResponse } from '../../../app/ports/transport.ts'
import { createPulse } from '../../../app/providers/aws/pulse.ts'

const response = { status: 200 } as UpstreamResponse
const request = { service: 'bedrock', region: 'us-east-1', method: 'GET', path: '/' } as const

async function healthAfter(...outcomes: (GatewayError | 'answered' | 'left')[]) {
  let time = 0
  const pulse = createPulse(() => ++time)
  for (const outcome of outcomes) {
    const leaving = new AbortController()
    const call = pulse.felt(async () => {
      if (outcome === 'answered') return response
      if (outcome === 'left') leaving.abort()
      throw outcome === 'left' ? new GatewayError('caller-left', 'Gone.') : outcome
    })
    await call(request, leaving.signal).catch(() => {})
  }
  return pulse.health()
}

describe('what is known of AWS', () => {
  it('is nothing before it was asked', async () => {
    expect(await healthAfter()).toEqual({ status: 'unknown' })
  })

  it('is what its last answer showed', async () => {
    const down = new GatewayError('overloaded', 'No.')
    expect(await healthAfter(down, 'answered')).toEqual({ status: 'available', checkedAt: 2 })
    expect(await healthAfter('answered', down)).toMatchObject({
      status: 'unavailable',
      checkedAt: 2,
    })
  })

  it('is good where it refused one request, and no news where the caller left', async () => {
    expect(await healthAfter(new GatewayError('invalid-request', 'Bad.'))).toMatchObject({
      status: 'available',
    })
    expect(await healthAfter('answered', 'left')).toEqual({ status: 'available', checkedAt: 1 })
  })
})
