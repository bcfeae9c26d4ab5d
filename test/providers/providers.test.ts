import { describe, expect, it } from 'vitest'
import { readConfig } from '../../app/config.ts'
import { createProviders } from '../../app/providers/index.ts'

function providersOf(env: Record<string, string>): string[] {
  const runtime = {
    name: 'test',
    env,
    transport: { send: () => Promise.reject(new Error('nothing is sent here')) },
    streamOut: () => new Response(),
    log: { write() {} },
  }
  return createProviders({ config: readConfig(env), runtime }).map((provider) => provider.name)
}

describe('the provider', () => {
  it('is embedded while nothing of AWS is configured', () => {
    expect(providersOf({})).toEqual(['embedded'])
  })

  it('is AWS as soon as anything of AWS is configured', () => {
    expect(providersOf({ AWS_REGION: 'eu-west-1' })).toEqual(['aws'])
    expect(providersOf({ AWS_BEARER_TOKEN_BEDROCK: 'key' })).toEqual(['aws'])
  })

  it('is the one that is asked for', () => {
    expect(providersOf({ PROVIDER: 'embedded', AWS_REGION: 'eu-west-1' })).toEqual(['embedded'])
    expect(providersOf({ PROVIDER: 'aws' })).toEqual(['aws'])
  })
})
