import { describe, expect, it } from 'vitest'
import { type SignedFacts, verifySigV4 } from '../../app/http/access/sigv4.ts'
import { sigV4Signer } from '../../app/providers/aws/sign.ts'
import { oracleSignature } from '../fakes/fake-bedrock-signature.ts'

const KEYS = { accessKeyId: 'AKIDOUTCROP', secretAccessKey: 'its/own+secret' }
const NOON = Date.UTC(2026, 10, 22, 12, 0, 0)
const BODY = '{"messages":[{"role":"user","content":[{"text":"Grüße"}]}]}'
const PATH =
  '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc/converse'

interface Request {
  method: string
  target: string
  headers: Record<string, string>
  body: string
}

const REQUEST: Request = {
  method: 'POST',
  target: PATH,
  headers: {
    host: '127.0.0.1:8000',
    'content-type': 'application/json',
    'x-amz-date': '20261122T120000Z',
    'amz-sdk-request': 'attempt=1;  max=1',
  },
  body: BODY,
}

/** Signed by AWS's own library, over all its headers. */
async function signed(request: Request, { region = 'us-east-1', service = 'bedrock' } = {}) {
  const { method, target: path, headers, body } = request
  const authorization = await oracleSignature(
    { method, path, headers, body: Buffer.from(body) },
    {
      credentials: KEYS,
      region,
      service,
      names: Object.keys(headers).filter((name) => name !== 'x-amz-date'),
    },
  )
  return { ...request, headers: { ...headers, authorization } }
}

const factsOf = ({ headers, ...request }: Request): SignedFacts => ({
  ...request,
  header: (name) => headers[name],
})

const verify = (request: Request, now = NOON) =>
  verifySigV4(factsOf(request), {
    secretOf: (id) => (id === KEYS.accessKeyId ? KEYS.secretAccessKey : undefined),
    now: () => now,
  })

const refusal = async (request: Request, now?: number) =>
  verify(request, now).then(
    () => expect.fail('it was taken'),
    ({ code, reason }) => [code, reason],
  )

describe("a signature of AWS's own library", () => {
  it.each([
    ['as it is', REQUEST],
    ['with a query', { ...REQUEST, target: `${PATH}?b=2&a=%C3%BC&a=1` }],
    ['without a body', { ...REQUEST, body: '' }],
    [
      'over HTTP/2',
      {
        ...REQUEST,
        headers: {
          ':authority': '127.0.0.1:8443',
          'x-amz-date': '20261122T120000Z',
          'x-amz-user-agent': 'a   b',
        },
      },
    ],
  ])('is taken: %s', async (_, request) => {
    expect(await verify(await signed(request))).toEqual({ accessKeyId: KEYS.accessKeyId })
  })

  it('is taken from any region', async () => {
    expect(await verify(await signed(REQUEST, { region: 'eu-central-1' }))).toBeTruthy()
  })

  it('is taken within five minutes, and not beyond', async () => {
    const request = await signed(REQUEST)
    for (const skew of [-300_000, 300_000]) expect(await verify(request, NOON + skew)).toBeTruthy()
    for (const skew of [-301_000, 301_000]) {
      expect(await refusal(request, NOON + skew)).toEqual(['authentication', 'signature_expired'])
    }
  })
})

describe('our own signature', () => {
  it('is taken as well', async () => {
    const sign = sigV4Signer({
      credentials: { describe: 'test', current: () => KEYS },
      now: () => NOON,
    })
    const { method, target: path, body } = REQUEST
    const headers = { 'content-type': 'application/json' }
    const host = '127.0.0.1:8000'
    const proof = await sign(
      { method, host, path, headers, body },
      { region: 'r1', service: 'bedrock' },
    )
    const request = { ...REQUEST, headers: { host, ...headers, ...proof } }
    expect(await verify(request)).toEqual({ accessKeyId: KEYS.accessKeyId })
  })
})

describe('is refused', () => {
  const changed = async (change: (request: Request) => Request) =>
    refusal(change(await signed(REQUEST)))
  const INVALID = ['authentication', 'invalid_signature']

  it.each<[string, (request: Request) => Request]>([
    ['another body', (one) => ({ ...one, body: one.body.replace('user', 'assi') })],
    ['another model', (one) => ({ ...one, target: one.target.replace('abc', 'abd') })],
    ['another query', (one) => ({ ...one, target: `${one.target}?a=1` })],
    ['another method', (one) => ({ ...one, method: 'PUT' })],
    ['another host', (one) => ({ ...one, headers: { ...one.headers, host: 'elsewhere' } })],
    [
      'a digest that is not of the body',
      (one) => ({
        ...one,
        headers: { ...one.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      }),
    ],
    [
      'a signature of zeros',
      (one) => ({
        ...one,
        headers: {
          ...one.headers,
          authorization: one.headers['authorization']!.replace(/[0-9a-f]{64}$/, '0'.repeat(64)),
        },
      }),
    ],
  ])('what was signed is not what came: %s', async (_, change) => {
    expect(await changed(change)).toEqual(INVALID)
  })

  it('who is not known', async () => {
    const stranger = (one: Request) => ({
      ...one,
      headers: {
        ...one.headers,
        authorization: one.headers['authorization']!.replace('AKIDOUTCROP', 'AKIDNOBODY'),
      },
    })
    expect(await changed(stranger)).toEqual(['authentication', undefined])
  })

  it('what was signed for another service', async () => {
    const request = await signed(REQUEST, { service: 's3' })
    expect(await refusal(request)).toEqual(['authentication', 'incomplete_signature'])
  })

  it.each([
    '',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=a/b/c',
    'AWS4-HMAC-SHA256 Signature=00',
  ])('what is incomplete: %j', async (authorization) => {
    const request = { ...REQUEST, headers: { ...REQUEST.headers, authorization } }
    expect(await refusal(request)).toEqual(['authentication', 'incomplete_signature'])
  })

  it('what does not cover the host', async () => {
    const { host: _, ...headers } = REQUEST.headers
    expect(await refusal(await signed({ ...REQUEST, headers }))).toEqual([
      'authentication',
      'incomplete_signature',
    ])
  })
})
