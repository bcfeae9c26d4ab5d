import type { Config } from '../../config.ts'
import type { HttpContext } from '../context.ts'
import { ownAddress } from '../entrance/own-address.ts'
import { cognitoIssuer, configuredIssuer } from './token-issuers.ts'

export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource'

/** What a client must know to get a token for us (RFC 9728). */
interface ProtectedResource {
  resource: string
  resource_name: string
  authorization_servers: string[]
  scopes_supported?: string[]
  bearer_methods_supported: ['header']
}

/** `path` is that of the resource: all of this server where it is empty. Undefined where no tokens are taken. */
export function protectedResource(c: HttpContext, path: string): ProtectedResource | undefined {
  const { config } = c.get('services')
  const servers = authorizationServers(config)
  if (servers.length === 0) return undefined
  const scopes = scopesWanted(config)
  return {
    resource: config.OAUTH_RESOURCE_IDENTIFIER ?? ownAddress(c) + path,
    resource_name: 'Outcrop',
    authorization_servers: servers,
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
  }
}

/** How a caller without a valid key is told what to bring (RFC 6750), and where tokens come from. */
export function bearerChallenge(c: HttpContext): string {
  const challenge = 'Bearer realm="outcrop"'
  if (authorizationServers(c.get('services').config).length === 0) return challenge
  return `${challenge}, resource_metadata="${ownAddress(c)}${RESOURCE_METADATA}"`
}

function authorizationServers(config: Config): string[] {
  const issuers = [configuredIssuer(config), cognitoIssuer(config)].flatMap(
    (one) => one?.name ?? [],
  )
  // Without an issuer whose tokens are checked nobody's would be taken.
  if (issuers.length === 0) return []
  const { OAUTH_AUTHORIZATION_SERVERS: told } = config
  return told.length > 0 ? told : issuers
}

function scopesWanted(config: Config): string[] {
  const { OAUTH_SCOPES_SUPPORTED: told } = config
  if (told.length > 0) return told
  return [...new Set([...config.JWT_REQUIRED_SCOPES, ...config.AWS_COGNITO_REQUIRED_SCOPES])]
}
