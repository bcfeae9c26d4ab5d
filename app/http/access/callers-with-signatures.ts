import { GatewayError } from '../../errors.ts'
import { SOLE_CALLER } from '../../ports/caller.ts'
import type { Services } from '../../ports/services.ts'
import { bodyText } from '../bodies/body-limit.ts'
import type { HttpContext } from '../context.ts'
import { requestHeader } from '../request-header.ts'
import type { Prover } from './callers-with-keys.ts'
import { isSigned, type SignedFacts, verifySigV4 } from './sigv4.ts'

/** Signatures of AWS's clients, made with access keys of this server. */
export function signatureProvers({ config }: Services): Prover[] {
  const { BEDROCK_API_CREDENTIALS: secrets, MAX_BODY_BYTES } = config
  const knowsKeys = Object.keys(secrets).length > 0
  const secretOf = (accessKeyId: string) =>
    Object.hasOwn(secrets, accessKeyId) ? secrets[accessKeyId] : undefined
  return [
    (c) => {
      if (!c.get('entry').surface?.signed) return undefined
      if (!isSigned(requestHeader(c, 'authorization'))) return undefined
      if (!knowsKeys) throw unknownKeys()
      return prove(c, secretOf, MAX_BODY_BYTES)
    },
  ]
}

async function prove(
  c: HttpContext,
  secretOf: (accessKeyId: string) => string | undefined,
  limit: number,
) {
  const { accessKeyId } = await verifySigV4(await factsOf(c, limit), { secretOf })
  return { ...SOLE_CALLER, keyId: accessKeyId, name: accessKeyId }
}

async function factsOf(c: HttpContext, limit: number): Promise<SignedFacts> {
  const { url } = c.req.raw
  const body = c.req.method === 'POST' ? await bodyText(c, limit) : ''
  c.set('bodyText', body)
  return {
    method: c.req.method,
    target: url.slice(url.indexOf('/', url.indexOf('://') + 3)),
    header: (name) => requestHeader(c, name),
    body,
  }
}

const unknownKeys = () =>
  new GatewayError(
    'authentication',
    'This server knows no AWS access keys (BEDROCK_API_CREDENTIALS). Show its key as a Bedrock API key: AWS_BEARER_TOKEN_BEDROCK.',
  )
