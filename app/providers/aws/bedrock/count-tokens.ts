import { GatewayError } from '../../../errors.ts'
import type { Call } from '../../../ports/call.ts'
import { parseReply } from './answers.ts'
import type { BedrockClient } from './client.ts'
import type { Target } from './routed.ts'

/** A model, as it is called and as it is counted for. */
export interface Counted extends Target {
  /** The id of the model itself, where it is known. */
  base?: string
}

/**
 * CountTokens for the id as it was called, then for the model's own, for it takes no profiles (T41). `input`
 * is a request of one of the two operations it knows. Undefined where AWS counts for neither.
 */
export async function countTokens(
  client: BedrockClient,
  { card, base, routes }: Counted,
  { input, call }: { input: object; call: Call },
): Promise<number | undefined> {
  const body = JSON.stringify({ input })
  const { as, trace } = call
  const region = routes(as).plan.candidates[0]?.region
  if (region === undefined) return undefined
  for (const modelId of new Set([card.id, base])) {
    if (modelId === undefined) continue
    try {
      const asked = { operation: 'count-tokens', modelId, region, body, as, trace } as const
      const answer = await client(asked, call.signal)
      const { inputTokens } = parseReply(await answer.text()) as { inputTokens?: unknown }
      if (typeof inputTokens === 'number') return inputTokens
    } catch (thrown) {
      if (!(thrown instanceof GatewayError) || call.signal.aborted) throw thrown
    }
  }
  return undefined
}
