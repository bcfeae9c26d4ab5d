import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'

/** Milliseconds a lock is good for when nobody renews it, as when its process has died; and between two renewals. */
const LEASE = 60_000
const RENEWAL = 20_000
/** Milliseconds before its end from which a lock is left to lapse: what is written then may meet somebody else's. */
const MARGIN = 5_000
/** Milliseconds between two tries, and how many follow the first: whose answer is told already soon lets go. */
const PAUSE = 100
const TRIES = 5

/**
 * Has a conversation to oneself until what is returned is called, which never rejects and may be called again.
 * Throws 400 `conversation_locked` where somebody has it and keeps it, in OpenAI's words.
 */
export async function lockConversation(
  id: string,
  { state, config }: Pick<Services, 'state' | 'config'>,
  owner: string,
): Promise<() => Promise<void>> {
  const collection = `conversation-locks/${owner}`
  const now = state.now ?? Date.now
  let endsAt = 0
  const put = async (ifVersion: number) => {
    const expiresAt = now() + LEASE
    const version = await state.put(collection, { id, value: '{}' }, { ifVersion, expiresAt })
    if (version !== undefined) endsAt = expiresAt
    return version
  }
  let version = await put(0)
  for (let left = TRIES; version === undefined && left > 0; left--) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
    version = await put(0)
  }
  if (version === undefined) {
    throw new GatewayError(
      'invalid-request',
      'Another process is currently operating on this conversation. Please retry in a few seconds.',
      { param: 'conversation', reason: 'conversation_locked' },
    )
  }
  // After a standstill it may be somebody else's.
  const isOurs = () => version !== undefined && now() < endsAt - MARGIN
  // An answer takes no longer; whoever forgets to let go must not keep others out for good.
  let left = Math.ceil((config.TOTAL_TIMEOUT * 1000) / RENEWAL)
  const timer = setInterval(() => {
    if (left-- <= 0 || !isOurs()) return clearInterval(timer)
    put(version!).then(
      (renewed) => {
        version = renewed
      },
      // The next one may succeed.
      () => {},
    )
  }, RENEWAL)
  let isReleased = false
  return async () => {
    clearInterval(timer)
    if (isReleased || !isOurs()) return
    isReleased = true
    // One that cannot be given back lapses.
    await state.delete(collection, id).catch(() => {})
  }
}
