import { asGatewayError } from '../errors.ts'
import type { Services } from '../ports/services.ts'
import type { Heard } from './answer.ts'
import { resolveMedia } from './attachments/resolve-media.ts'
import { openDeadline } from './deadline.ts'
import { estimateTokens } from './estimate-tokens.ts'
import { hasLane, laneOf } from './lane.ts'
import { findChatModel } from './names/find-model.ts'
import { withAvailableTools } from './optional-tools.ts'

/** Seconds a model has to count; then an estimate must do. */
const PATIENCE = 15

interface TokenCount {
  tokens: number
  /** Nobody counted: this is a guess by the length of the texts. */
  estimated: boolean
}

/**
 * The tokens a request would be read as, by the model itself where it can count, else by an estimate.
 * Throws `GatewayError` for a request that could not be asked either, or when the caller has left.
 */
export async function countTokens(
  heard: Omit<Heard, 'keep'>,
  services: Services,
): Promise<TokenCount> {
  const found = await findChatModel(heard.dialect.server.decodeRequest(heard.body), services, heard)
  heard.permit?.({ model: found.asked.model, card: found.card })
  const chat = laneOf(found, heard)
  const deadline = openDeadline(PATIENCE, heard.onLeft, services.runtime.alarm)
  const { signal } = deadline
  const { card } = found
  const asked = withAvailableTools(found.asked, card, hasLane(found, heard))
  const { owner, requestId, as, trace } = heard
  try {
    const conversation = await resolveMedia(asked, { card, services, owner, signal })
    const tokens = await chat.count?.(conversation, { requestId, signal, as, trace })
    if (tokens !== undefined) return { tokens, estimated: false }
    return { tokens: estimateTokens(conversation), estimated: true }
  } catch (thrown) {
    const error = asGatewayError(deadline.explain(thrown))
    // A file that is not there, or not the caller's, has no tokens to guess.
    if (error.code === 'caller-left' || error.code === 'not-found') throw error
    // Who only wants a number gets one: what is wrong with the request is told when it is asked.
    return { tokens: estimateTokens(asked), estimated: true }
  } finally {
    deadline.clear()
  }
}
