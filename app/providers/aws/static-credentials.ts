import type { AwsCredentials, CredentialSource } from '../../ports/aws-credentials.ts'

/** The keys that stand in the environment or a Worker's bindings; undefined unless both halves are there. */
export function staticCredentials(
  env: Record<string, string | undefined>,
): CredentialSource | undefined {
  const accessKeyId = env['AWS_ACCESS_KEY_ID']?.trim()
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY']?.trim()
  if (!accessKeyId || !secretAccessKey) return undefined

  const sessionToken = env['AWS_SESSION_TOKEN']?.trim()
  const credentials: AwsCredentials = {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
  }
  return { describe: 'environment', current: () => credentials }
}
