import type { AwsCall } from './call.ts'
import { keptText, regionOfArn, type SecretPlace } from './secret-place.ts'

interface SecretName {
  id: string
  /** The member that is meant where the secret is a JSON object. */
  member: string
  region: string
}

/** A secret of Secrets Manager (GetSecretValue, JSON 1.1). Throws `GatewayError`. */
export const managedSecret = (call: AwsCall, { id, member, region }: SecretName): SecretPlace => ({
  describe: `the secret ${id}`,
  read: () =>
    keptText(call, {
      service: 'secretsmanager',
      region: regionOfArn(id) ?? region,
      target: 'secretsmanager.GetSecretValue',
      body: { SecretId: id },
      textIn: ({ SecretString }) =>
        typeof SecretString === 'string' ? memberIn(SecretString, member) : undefined,
    }),
})

/** A secret made in the console is an object of names and values; other text is the key itself. */
function memberIn(text: string, member: string): unknown {
  if (!text.trimStart().startsWith('{')) return text
  const value = JSON.parse(text) as Record<string, unknown>
  const found = Object.hasOwn(value, member) ? value[member] : undefined
  return typeof found === 'object' && found !== null ? JSON.stringify(found) : found
}
