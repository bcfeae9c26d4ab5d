import { encodeStrictly } from '../../../codecs/canonical-request.ts'
import { GatewayError } from '../../../errors.ts'
import type { Call } from '../../../ports/call.ts'
import type { Judge, Judgement } from '../../../ports/judge.ts'
import type { AwsCall } from '../call.ts'

interface Question extends Judgement {
  /** Regions to ask, in order of preference. */
  places: readonly string[]
}

/** ApplyGuardrail, asked where the guardrail is: an id is known in one region alone. */
export async function askGuardrail(
  ask: AwsCall,
  { id, version, body, places }: Question,
  { as, trace, signal }: Call,
): Promise<{ text: string; region: string; attempts: number }> {
  const path = `/guardrail/${encodeStrictly(id)}/version/${encodeStrictly(version)}/apply`
  let failure: unknown
  for (const [index, region] of places.entries()) {
    try {
      const asked = { service: 'bedrock-runtime', region, method: 'POST', as, trace } as const
      const response = await ask({ ...asked, path, body }, signal)
      return { text: await response.text(), region, attempts: index + 1 }
    } catch (thrown) {
      failure = thrown
      if (!(thrown instanceof GatewayError) || thrown.code !== 'model-not-found') break
    }
  }
  throw failure
}

/** Where guardrails may be. */
export interface GuardrailPlaces {
  /** In order of preference. */
  regions: readonly string[]
  /** Those the operator has written down, which may be elsewhere. */
  trusted: readonly string[]
}

/**
 * `arn:aws:bedrock:eu-west-1:123456789012:guardrail/abc` tells its region. Throws 400 for another than ours: callers
 * write ARNs too, and what they write there becomes part of the host that is asked.
 */
export function placesOf(id: string, { regions, trusted }: GuardrailPlaces): readonly string[] {
  const region = id.startsWith('arn:') ? id.split(':')[3] : undefined
  if (!region) return regions
  if (regions.includes(region) || trusted.includes(id)) return [region]
  throw new GatewayError(
    'invalid-request',
    'The guardrail is in none of the regions of this server (AWS_BEDROCK_REGIONS).',
    { param: 'guardrailIdentifier' },
  )
}

/** Guardrails of Bedrock for whoever asks for a verdict alone. */
export const createJudge = ({
  call: ask,
  ...known
}: GuardrailPlaces & { call: AwsCall }): Judge => ({
  async apply(judgement, call) {
    const places = placesOf(judgement.id, known)
    const { text, region, attempts } = await askGuardrail(ask, { ...judgement, places }, call)
    const served = { provider: 'aws', model: judgement.id, region, attempts, ignored: [] }
    return { body: text, served }
  },
})
