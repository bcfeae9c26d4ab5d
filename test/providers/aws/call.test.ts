import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GatewayError } from '../../../app/errors.ts'
import type { AwsCredentials } from '../../../app/ports/aws-credentials.ts'
import { type AwsCall, type AwsRequest, createAwsCall } from '../../../app/providers/aws/call.ts'
import { createEndpoints } from '../../../app/providers/aws/endpoints.ts'
import { bearerSigner, type Sign, sigV4Signer } from '../../../app/providers/aws/sign.ts'
import { createUndiciTransport } from '../../../runtimes/calling/undici-transport.ts'
import { createDigest } from '../../../runtimes/digest.ts'
import { type FakeBedrock, startFakeBedrock } from '../../fakes/fake-bedrock.ts'

const KEYS: AwsCredentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'session',
}
const SIGN = sigV4Signer({
  credentials: { describe: 'test', current: () => KEYS },
  digest: createDigest(),
})
const REQUEST: AwsRequest = {
  service: 'bedrock-runtime',
  region: 'eu-central-1',
  method: 'POST',
  path: '/model/us.amazon.nova-micro-v1%3A0/converse',
  body: '{"messages":[]}',
}

function callOf(url: string, sign: Sign = SIGN): AwsCall {
  return createAwsCall({
    transport: createUndiciTransport(),
    endpoints: createEndpoints({ AWS_ENDPOINT_URL: url }),
    sign,
    connectTimeout: 2000,
  })
}

const signal = () => new AbortController().signal

describe('a call to AWS', () => {
  let fake: FakeBedrock
  beforeAll(async () => {
    fake = await startFakeBedrock({ credentials: KEYS })
  })
  afterAll(() => fake.close())

  it('arrives signed, as plain JSON, on the path as it was encoded', async () => {
    const response = await callOf(fake.url)(REQUEST, signal())
    expect(response.status).toBe(200)
    await response.text()
    const seen = fake.requests.at(-1)!
    expect(seen).toMatchObject({
      method: 'POST',
      path: '/model/us.amazon.nova-micro-v1%3A0/converse',
      json: { messages: [] },
      signature: 'valid',
      headers: {
        'content-type': 'application/json',
        'accept-encoding': 'identity',
        'x-amz-security-token': 'session',
      },
    })
    expect(seen.headers['authorization']).toContain('/eu-central-1/bedrock/aws4_request')
  })

  it('keeps and signs the path of a configured endpoint', async () => {
    fake.script({ body: {} })
    const response = await callOf(`${fake.url}/proxy`)(REQUEST, signal())
    await response.text()
    expect(fake.requests.at(-1)).toMatchObject({
      path: '/proxy/model/us.amazon.nova-micro-v1%3A0/converse',
      signature: 'valid',
    })
  })

  it('signs an ARN as one segment, and a listing with its query', async () => {
    const arn =
      'arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.amazon.nova-micro-v1%3A0'
    const path = `/model/${arn}/converse`
    await (await callOf(fake.url)({ ...REQUEST, path }, signal())).text()
    const listing: AwsRequest = {
      service: 'bedrock',
      region: 'us-east-1',
      method: 'GET',
      path: '/inference-profiles?maxResults=1000&type=SYSTEM_DEFINED&nextToken=0',
    }
    await (await callOf(fake.url)(listing, signal())).text()
    expect([fake.requests.at(-1)?.signature, fake.listings.at(-1)?.signature]).toEqual([
      'valid',
      'valid',
    ])
  })

  it('with the wrong secret is our fault, not the caller’s', async () => {
    const sign = sigV4Signer({
      credentials: { describe: 'test', current: () => ({ ...KEYS, secretAccessKey: 'wrong' }) },
      digest: createDigest(),
    })
    const error = await callOf(fake.url, sign)(REQUEST, signal()).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'upstream', status: 502 })
    expect(error.message).not.toMatch(/signature|secret/i)
    expect(error.cause).toMatchObject({
      status: 403,
      type: 'InvalidSignatureException',
      region: 'eu-central-1',
      requestId: 'c0ffee00-0000-4000-8000-000000000001',
    })
  })
})

describe('a call that fails', () => {
  let fake: FakeBedrock
  beforeAll(async () => {
    fake = await startFakeBedrock({ bearer: 'ABSK1' })
  })
  afterAll(() => fake.close())

  const failing = async (script: Parameters<FakeBedrock['script']>[0]) => {
    const own = await startFakeBedrock()
    own.script(script)
    try {
      return await callOf(own.url)(REQUEST, signal()).catch((thrown: GatewayError) => thrown)
    } finally {
      await own.close()
    }
  }

  it('takes an API key instead of a signature', async () => {
    const response = await callOf(fake.url, bearerSigner('ABSK1'))(REQUEST, signal())
    expect(response.status).toBe(200)
    await response.text()
    expect(fake.requests.at(-1)?.headers['authorization']).toBe('Bearer ABSK1')
    expect(fake.requests.at(-1)?.headers['x-amz-date']).toBeUndefined()
  })

  it('tells what AWS says of the request', async () => {
    const message = 'The provided model identifier is invalid.'
    const error = await failing({
      status: 400,
      errorType: 'ValidationException',
      body: { message },
    })
    expect(error).toMatchObject({ code: 'model-not-found', status: 404, message, param: 'model' })
    expect(error).toMatchObject({
      cause: {
        status: 400,
        type: 'ValidationException',
        message: `AWS answered 400 ValidationException: ${message} (eu-central-1, request c0ffee00-0000-4000-8000-000000000001)`,
      },
    })
  })

  it('finds the type in the body when no header has it', async () => {
    const error = await failing({
      status: 400,
      body: { __type: 'com.amazon.coral.service#ThrottlingException', Message: 'Slow down' },
    })
    expect(error).toMatchObject({ code: 'rate-limit', status: 429, retryAfter: expect.any(Number) })
  })

  it('keeps the page of a proxy to the log', async () => {
    const error = (await failing({ status: 503, body: '<html>secret host</html>' })) as GatewayError
    expect(error).toMatchObject({ code: 'overloaded', status: 503 })
    expect(error.message).not.toContain('html')
    expect(String(error.cause)).toContain('<html>secret host</html>')
  })

  it('takes the page of a portal for no answer, and for no refusal', async () => {
    const headers = { 'content-type': 'text/html; charset=utf-8' }
    for (const [status, body] of [
      [200, '<html>Log in</html>'],
      [307, ''],
      [403, '<html>Blocked</html>'],
    ] as const) {
      const error = (await failing({ status, headers, body })) as GatewayError
      expect(error).toMatchObject({ code: 'upstream', status: 502, cause: { status } })
      expect(String(error.cause)).toContain(body)
    }
  })

  it('for want of credentials tells callers nothing of them', async () => {
    const sign = sigV4Signer({
      credentials: { describe: 'test', current: () => Promise.reject(new Error('IMDS is down')) },
      digest: createDigest(),
    })
    const error = await callOf(fake.url, sign)(REQUEST, signal()).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ code: 'upstream', cause: new Error('IMDS is down') })
    expect(error.message).not.toContain('IMDS')
  })
})
