import type { Runtime } from '../../ports/runtime.ts'
import { type Sign, sigV4Signer } from './sign.ts'
import { staticCredentials } from './static-credentials.ts'

/** Signs as ourselves, by credentials: a Bedrock API key is of no use to other services. */
export function credentialSigner({
  env,
  credentials,
  digest,
}: Pick<Runtime, 'env' | 'credentials' | 'digest'>): Sign {
  const source = credentials ?? staticCredentials(env)
  if (source) return sigV4Signer({ credentials: source, digest })
  return () => {
    throw new Error('No AWS credentials: neither keys nor AWS_BEARER_TOKEN_BEDROCK are set.')
  }
}
