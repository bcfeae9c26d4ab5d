import type { Config } from '../../config.ts'
import type { Services } from '../../ports/services.ts'
import { createBelief } from './belief.ts'
import type { Prover } from './callers-with-keys.ts'
import { createTokenCheck } from './token-check.ts'
import { type ClaimedIdentity, identityOfClaims } from './token-claims.ts'
import { cognitoIssuer, configuredIssuer, type Issuer } from './token-issuers.ts'

/** Three parts, of which the first begins a JSON object. */
const TOKEN = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/
/** Letters of a token; servers take no longer headers anyway. */
const MOST_LETTERS = 16_384
/** Milliseconds a token that proves nothing is not looked at again. */
const REFUSED_FOR = 10_000

/** Holders of tokens of OpenID issuers. */
export function tokenProvers({ config, runtime }: Services): Prover[] {
  const issuers = issuersIn(config)
  if (issuers.length === 0) return []
  const check = createTokenCheck(issuers, {
    transport: runtime.transport,
    tolerance: config.JWT_CLOCK_TOLERANCE,
  })
  const believe = createBelief<ClaimedIdentity>({
    async ask(token) {
      const { claims, issuer } = await check(token)
      return identityOfClaims(claims, issuer, config)
    },
    until: (believed) => believed.until,
    refusedFor: REFUSED_FOR,
  })
  return [
    (_, shown) => {
      if (shown === undefined || shown.length > MOST_LETTERS || !TOKEN.test(shown)) return undefined
      const believed = believe(shown)
      return believed instanceof Promise
        ? believed.then(({ identity }) => identity)
        : believed.identity
    },
  ]
}

/** Throws an `Error` for the operator. */
function issuersIn(config: Config): Issuer[] {
  return [configuredIssuer(config), cognitoIssuer(config)].filter((one) => one !== undefined)
}
