import type { FakeBedrock } from './fake-bedrock.ts'
import { startFakeBedrock } from './fake-bedrock.ts'

export interface FakeRegions {
  /** The AWS of one region. */
  of(region: string): FakeBedrock
  /** What a server needs to find them, in this order. */
  env: Record<string, string>
  /** How often each was asked for an answer. */
  counts(): Record<string, number>
  close(): Promise<void>
}

/** Several regions, each an AWS of its own on a port of its own. */
export async function startFakeRegions(names: readonly string[]): Promise<FakeRegions> {
  const started = await Promise.all(names.map(() => startFakeBedrock()))
  const regions = new Map(names.map((name, at) => [name, started[at]!]))
  const endpoints = [...regions].flatMap(([name, { url }]) => {
    const variable = name.toUpperCase().replaceAll('-', '_')
    return [
      [`AWS_ENDPOINT_URL_BEDROCK_${variable}`, url],
      [`AWS_ENDPOINT_URL_BEDROCK_RUNTIME_${variable}`, url],
    ]
  })
  return {
    of: (region) => regions.get(region)!,
    env: {
      ...Object.fromEntries(endpoints),
      AWS_BEDROCK_REGIONS: names.join(','),
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
    counts: () =>
      Object.fromEntries([...regions].map(([name, { requests }]) => [name, requests.length])),
    close: async () => {
      await Promise.all(started.map((one) => one.close()))
    },
  }
}

const throttled = {
  status: 429,
  errorType: 'ThrottlingException',
  body: { message: 'Too many requests, please wait before trying again.' },
}

const unavailable = {
  status: 503,
  errorType: 'ServiceUnavailableException',
  body: { message: 'The service is unavailable.' },
}

/** Ways a region does not answer. */
export const TROUBLES = { throttled, unavailable }
