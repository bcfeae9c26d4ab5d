import { GatewayError } from '../../errors.ts'
import type { AwsPrincipal, PrincipalSource } from '../../ports/access.ts'
import type { Transport } from '../../ports/transport.ts'
import { readIdentityProof, refused, SERVER_ID_HEADER } from './identity-proof.ts'
import { xmlText } from './sts.ts'

interface CallerIdentityOptions {
  transport: Transport
  serverId: string
  /** Origins of STS beside AWS's own. */
  origins: readonly string[]
  /** Milliseconds. */
  connectTimeout: number
  /** Unix milliseconds. */
  now?(): number
}

/** Milliseconds STS has for an answer. */
const PATIENCE = 5000
/** Letters of an answer; the real one has about 400. */
const MOST_LETTERS = 10_000

/**
 * Sends on, unchanged, the GetCallerIdentity request that a caller signed: only STS can tell whose signature it
 * is. That call needs no permission, and nobody can be denied it.
 */
export function createPrincipalSource(options: CallerIdentityOptions): PrincipalSource {
  const { origins, now = Date.now } = options
  return {
    async verify(text) {
      const proof = readIdentityProof(text, { origins, now: now() })
      const answer = await ask(options, proof)
      if (answer.status === 200) return { principal: principalIn(answer.text), until: proof.until }
      const code = xmlText(answer.text, 'Code')
      const said = new Error(`STS answered ${answer.status} ${code ?? ''}`)
      if (answer.status >= 500 || answer.status === 429) throw unreachable(said)
      throw refused('AWS does not accept its signature', said)
    },
  }
}

interface Proof {
  origin: string
  path: string
}

async function ask(
  { transport, serverId, connectTimeout }: CallerIdentityOptions,
  { origin, path }: Proof,
): Promise<{ status: number; text: string }> {
  try {
    const headers = { accept: 'application/xml', [SERVER_ID_HEADER]: serverId }
    const response = await transport.send(
      { method: 'GET', origin, path, headers },
      { signal: AbortSignal.timeout(PATIENCE), connectTimeout },
    )
    return { status: response.status, text: await response.text() }
  } catch (thrown) {
    throw unreachable(thrown)
  }
}

function principalIn(xml: string): AwsPrincipal {
  const arn = xml.length > MOST_LETTERS ? undefined : xmlText(xml, 'Arn')
  const account = xmlText(xml, 'Account')
  const userId = xmlText(xml, 'UserId')
  if (!arn || !account) throw unreachable(new Error('STS named no principal'))
  return { arn, account, ...(userId && { userId }) }
}

const unreachable = (cause: unknown) =>
  new GatewayError('overloaded', 'AWS cannot be asked who calls. Retry the request.', {
    reason: 'identity_unavailable',
    retryAfter: 1,
    cause,
  })
