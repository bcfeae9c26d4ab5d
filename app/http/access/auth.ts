import { asksForProof } from '../../config/access.ts'
import { GatewayError } from '../../errors.ts'
import { type CallerIdentity, SOLE_CALLER } from '../../ports/caller.ts'
import type { Services } from '../../ports/services.ts'
import type { HttpContext } from '../context.ts'
import { isFree } from '../entrance/cors.ts'
import { foreignPages } from '../entrance/foreign-pages.ts'
import { adminOnly, keptKeyProvers, keyProvers, type Prover } from './callers-with-keys.ts'
import { iamProvers } from './callers-with-roles.ts'
import { signatureProvers } from './callers-with-signatures.ts'
import { tokenProvers } from './callers-with-tokens.ts'
import { refuseForbiddenPath } from './permissions.ts'
import { shownKey } from './shown-key.ts'

/** Tells who asks, at once where that is known. Throws or rejects with `authentication`, `permission`, `overloaded`. */
type Guard = (c: HttpContext) => CallerIdentity | Promise<CallerIdentity>

/**
 * Sits in front of every path but the open ones. Without anything that callers could show it lets in whoever
 * reaches us, which is the listen policy's matter, but no web page from elsewhere in a browser of this
 * machine. Throws an `Error` for the operator when something to show is configured that cannot be used.
 */
export function createGuard(services: Services, isOpen: (path: string) => boolean): Guard {
  const ask = askFor(services)
  return (c) => {
    const { method, path } = c.req
    // Preflights carry no keys, and tell nothing that the API's description does not.
    if (method === 'OPTIONS' || isOpen(path)) return SOLE_CALLER
    const proven = ask(c)
    if (!(proven instanceof Promise)) return refuseForbiddenPath(c, proven)
    return proven.then((identity) => refuseForbiddenPath(c, identity))
  }
}

function askFor(services: Services): Guard {
  const { config } = services
  if (config.AUTH === 'none') {
    const isAdmin = adminOnly(config)
    const others = isFree(services) ? foreignPages(services) : () => SOLE_CALLER
    return (c) => isAdmin(shownKey(c)) ?? others(c)
  }
  if (!asksForProof(config)) return foreignPages(services)
  return proof(PROVERS.flatMap((proversFor) => proversFor(services)))
}

/** Ways to prove who one is, in the order they are tried: those that must ask about any text come behind. */
const PROVERS: readonly ((services: Services) => readonly Prover[])[] = [
  keyProvers,
  tokenProvers,
  iamProvers,
  keptKeyProvers,
  signatureProvers,
]

function proof(provers: readonly Prover[]): Guard {
  /** Tries what is left of the ways; the first that knows somebody ends it. */
  const tryFrom = (
    first: number,
    c: HttpContext,
    shown: string | undefined,
  ): CallerIdentity | Promise<CallerIdentity> => {
    for (let at = first; at < provers.length; at++) {
      const proven = provers[at]!(c, shown)
      if (proven instanceof Promise) {
        return proven.then((late) => late ?? tryFrom(at + 1, c, shown))
      }
      if (proven) return proven
    }
    throw new GatewayError('authentication', shown === undefined ? MISSING : WRONG, {
      reason: 'invalid_api_key',
    })
  }
  return (c) => tryFrom(0, c, shownKey(c))
}

const MISSING =
  'You did not provide an API key. Send it as `Authorization: Bearer KEY` or in the `x-api-key` header.'
const WRONG = 'Incorrect API key provided: it is not valid for this server.'
