import type { Services } from '../ports/services.ts'
import type { Asking } from './answer.ts'

/**
 * By these names AWS's invocation log and ours can be laid side by side. The user is whom the request names,
 * else the key it came with.
 */
export function labelsOf(
  { requestId, keyId }: Pick<Asking, 'requestId' | 'keyId'>,
  { serverId }: Pick<Services, 'serverId'>,
  user: string | undefined = keyId,
): Record<string, string> {
  const server = serverId?.()
  const labels: Record<string, string> = { request_id: requestId }
  if (server) labels['server_id'] = server
  if (user) labels['user_id'] = user
  return labels
}
