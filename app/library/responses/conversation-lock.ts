import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'

/** Milliseconds a lock is good for when nobody renews it, as when its process has died; and between two renewals. */
const LEASE = 60_000
const RENEWAL = 20_000

/**
 * Has a conversation to oneself until what is returned is called, which never rejects and may be called again.
 * Throws 400 `conversation_locked` where somebody has it, in OpenAI's words.
 */
export async function lockConversation(
  id: string,
  { state, config }: Pick<Services, 'state' | 'config'>,
  owner: string,
): Promise<() => Promise<void>> {
  const now = state.now ?? Date.now
  const put = (ifVersion: number) =>
    state.put(
      `conversation-locks/${owner}`,
      { id, value: '{}' },
      { ifVersion, expiresAt: now() + LEASE },
    )
  let version = await put(0)
  if (version === undefined) {
    throw new GatewayError(
      'invalid-request',
      'Another process is currently operating on this conversation. Please retry in a few seconds.',
      { param: 'conversation', reason: 'conversation_locked' },
    )
  }
  // An answer takes no longer; whoever forgets to let go must not keep others out for good.
  let left = Math.ceil((config.TOTAL_TIMEOUT * 1000) / RENEWAL)
  const timer = setInterval(() => {
    if (left-- <= 0 || version === undefined) return clearInterval(timer)
    put(version).then(
      (renewed) => {
        version = renewed
      },
      // The next one may succeed.
      () => {},
    )
  }, RENEWAL)
  return async () => {
    clearInterval(timer)
    const isHeld = version !== undefined
    version = undefined
    // One that cannot be given back lapses.
    if (isHeld) await state.delete(`conversation-locks/${owner}`, id).catch(() => {})
  }
}
