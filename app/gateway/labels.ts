import type { Services } from '../ports/services.ts'
import type { Asking } from './answer.ts'

/** Tags of a key, of the sixteen labels that AWS takes; three are ours, and some are left to the caller. */
const MOST_TAGS = 10

/**
 * By these names AWS's invocation log and ours can be laid side by side. The user is whom the request names,
 * else the key it came with, whose tags follow.
 */
export function labelsOf(
  { requestId, keyId, tags }: Pick<Asking, 'requestId' | 'keyId' | 'tags'>,
  { serverId }: Pick<Services, 'serverId'>,
  user: string | undefined = keyId,
): Record<string, string> {
  const server = serverId?.()
  const labels: Record<string, string> = { request_id: requestId }
  if (server) labels['server_id'] = server
  if (user) labels['user_id'] = user
  if (!tags) return labels
  for (const [name, value] of Object.entries(tags).slice(0, MOST_TAGS)) {
    if (!Object.hasOwn(labels, name)) labels[name] = value
  }
  return labels
}
