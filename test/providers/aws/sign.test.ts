import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalPath, encodeStrictly } from '../../../app/codecs/canonical-request.ts'
import type { AwsCredentials, Digest } from '../../../app/ports/aws-credentials.ts'
import type { Signable } from '../../../app/providers/aws/canonical-request.ts'
import { bearerSigner, sigV4Signer } from '../../../app/providers/aws/sign.ts'
import { createDigest } from '../../../runtimes/digest.ts'
import { oracleSignature } from '../../fakes/fake-bedrock-signature.ts'

const KEYS: AwsCredentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
}
const SCOPE = { region: 'us-east-1', service: 'bedrock' }
const NOON = Date.UTC(2026, 10, 22, 12, 0, 0)

const REQUEST: Signable = {
  method: 'POST',
  host: 'bedrock-runtime.us-east-1.amazonaws.com',
  path: '/model/us.amazon.nova-micro-v1%3A0/converse',
  headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
  body: '{"messages":[]}',
}

const signers = [
  { name: 'node:crypto', digest: createDigest() },
  { name: 'WebCrypto', digest: undefined },
]

interface Case {
  request: Signable
  credentials?: AwsCredentials
  scope?: typeof SCOPE
}

async function signedBy(digest: Digest | undefined, { request, ...rest }: Case) {
  const { credentials = KEYS, scope = SCOPE } = rest
  const source = { describe: 'test', current: () => credentials }
  return sigV4Signer({ credentials: source, digest, now: () => NOON })(request, scope)
}

async function expected({ request, credentials = KEYS, scope = SCOPE }: Case) {
  const headers: Record<string, string> = { host: request.host, 'x-amz-date': '20261122T120000Z' }
  if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken
  for (const [name, value] of Object.entries(request.headers)) {
    if (!(name.toLowerCase() in headers)) headers[name] = value
  }
  const names = Object.keys(headers)
    .map((name) => name.toLowerCase())
    .filter((name) => name === 'host' || name === 'content-type' || name.startsWith('x-amz'))
  const body = new TextEncoder().encode(
    typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body),
  )
  const { method, path } = request
  return oracleSignature({ method, path, headers, body }, { credentials, names, ...scope })
}

describe.each(signers)('SigV4 by $name says what @smithy/signature-v4 says', ({ digest }) => {
  const cases: Record<string, Case> = {
    'a Converse call': { request: REQUEST },
    'an ARN as one path segment': {
      request: {
        ...REQUEST,
        path: `/model/${encodeStrictly(
          'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456',
        )}/converse-stream`,
      },
    },
    'a bare colon and a space on the wire': {
      request: { ...REQUEST, path: '/model/a.b:0/co%20nverse' },
    },
    'a session token': { request: REQUEST, credentials: { ...KEYS, sessionToken: 'FwoG/+==' } },
    'a query': {
      request: {
        ...REQUEST,
        method: 'GET',
        body: undefined,
        path: '/inference-profiles?type=SYSTEM_DEFINED&maxResults=1000&nextToken=a%2Fb%3D%3D&e=&e=1',
      },
    },
    'headers with blanks and capitals': {
      request: {
        ...REQUEST,
        headers: { 'Content-Type': '  application/json;   charset=utf-8 ', 'X-Amz-Odd': 'a  b' },
      },
    },
    'another region, service and port': {
      request: { ...REQUEST, host: '127.0.0.1:4566' },
      scope: { region: 'cn-north-1', service: 'polly' },
    },
    'bytes, and characters beyond ASCII': {
      request: { ...REQUEST, body: new TextEncoder().encode('{"text":"naïve 🐟"}') },
    },
  }
  it.each(Object.entries(cases))('for %s', async (_, given) => {
    const headers = await signedBy(digest, given)
    expect(headers['authorization']).toBe(await expected(given))
    expect(headers['x-amz-date']).toBe('20261122T120000Z')
    expect(headers['x-amz-security-token']).toBe(given.credentials?.sessionToken)
  })

  it('for anything', async () => {
    // The oracle itself loses a parameter of the name that JavaScript objects reserve.
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((name) => name !== '__proto__')
    // The oracle resolves dots before it encodes, as a wire path never holds them.
    const segment = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 })
      .filter((name) => !/^\.+$/.test(name))
    const anything = fc.record({
      segments: fc.array(segment, { minLength: 1, maxLength: 4 }),
      query: fc.array(fc.tuple(text, text), { maxLength: 4 }),
      body: fc.string({ unit: 'binary', maxLength: 200 }),
      type: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 }),
      sessionToken: fc.option(fc.base64String({ minLength: 4 }), { nil: undefined }),
      secretAccessKey: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 50 }),
    })
    await fc.assert(
      fc.asyncProperty(anything, async ({ segments, query, body, type, ...keys }) => {
        const pairs = query.map((pair) => pair.map((word) => encodeStrictly(word)).join('='))
        const path = `/${segments.map(encodeStrictly).join('/')}${pairs.length ? `?${pairs.join('&')}` : ''}`
        const given: Case = {
          request: { ...REQUEST, path, body, headers: { 'content-type': type } },
          credentials: { accessKeyId: 'AKIDEXAMPLE', ...keys },
        }
        const headers = await signedBy(digest, given)
        expect(headers['authorization']).toBe(await expected(given))
      }),
      { numRuns: 60 },
    )
  })
})

describe('sigV4Signer', () => {
  it('signs at once where credentials and digests are at hand', () => {
    const sign = sigV4Signer({
      credentials: { describe: 'test', current: () => KEYS },
      digest: createDigest(),
      now: () => NOON,
    })
    expect(sign(REQUEST, SCOPE)).not.toBeInstanceOf(Promise)
  })

  it('waits for credentials that have to be fetched', async () => {
    const sign = sigV4Signer({
      credentials: { describe: 'test', current: async () => KEYS },
      digest: createDigest(),
      now: () => NOON,
    })
    expect((await sign(REQUEST, SCOPE))['authorization']).toBe(await expected({ request: REQUEST }))
  })

  it('derives a new key when the day, the region or the credentials change', async () => {
    let now = NOON
    let keys = KEYS
    let derived = 0
    const digest = {
      ...createDigest(),
      hmacSha256: (key: string | Uint8Array, data: string) => {
        derived += 1
        return createDigest().hmacSha256(key, data)
      },
    }
    const sign = sigV4Signer({
      credentials: { describe: 'test', current: () => keys },
      digest,
      now: () => now,
    })
    const derivations = async (change: () => void, scope = SCOPE) => {
      derived = 0
      change()
      await sign(REQUEST, scope)
      return derived
    }
    expect([
      await derivations(() => {}),
      await derivations(() => {}),
      await derivations(() => {
        now += 86_400_000
      }),
      await derivations(() => {}, { ...SCOPE, region: 'eu-west-1' }),
      await derivations(() => {
        keys = { ...KEYS, secretAccessKey: 'another' }
      }),
      await derivations(() => {}),
    ]).toEqual([4, 0, 4, 4, 4, 0])
  })

  it('dates each request by its own second', async () => {
    let now = NOON
    const credentials = { describe: 'test', current: () => KEYS }
    const sign = sigV4Signer({ credentials, digest: createDigest(), now: () => now })
    const first = await sign(REQUEST, SCOPE)
    now += 1000
    const second = await sign(REQUEST, SCOPE)
    expect([first['x-amz-date'], second['x-amz-date']]).toEqual([
      '20261122T120000Z',
      '20261122T120001Z',
    ])
  })
})

it('encodes the path of the wire once more', () => {
  expect(canonicalPath('/model/us.amazon.nova-micro-v1%3A0/converse')).toBe(
    '/model/us.amazon.nova-micro-v1%253A0/converse',
  )
})

it('shows a Bedrock API key as it is', () => {
  expect(bearerSigner('ABSK1')(REQUEST, SCOPE)).toEqual({ authorization: 'Bearer ABSK1' })
})
