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

/** `arn:aws:bedrock:eu-west-1:123456789012:guardrail/abc` tells its region. */
export function placesOf(id: string, regions: readonly string[]): readonly string[] {
  const region = id.startsWith('arn:') ? id.split(':')[3] : undefined
  return region ? [region] : regions
}

/** Guardrails of Bedrock for whoever asks for a verdict alone. */
export const createJudge = ({
  call: ask,
  regions,
}: {
  call: AwsCall
  regions: readonly string[]
}): Judge => ({
  async apply(judgement, call) {
    const places = placesOf(judgement.id, regions)
    const { text, region, attempts } = await askGuardrail(ask, { ...judgement, places }, call)
    const served = { provider: 'aws', model: judgement.id, region, attempts, ignored: [] }
    return { body: text, served }
  },
})
