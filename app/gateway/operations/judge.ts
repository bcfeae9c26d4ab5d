import type { Config } from '../../config.ts'
import { GatewayError } from '../../errors.ts'
import type { Judgement } from '../../ports/judge.ts'
import type { Services } from '../../ports/services.ts'
import type { Asking } from '../answer.ts'
import { answerHeaders } from '../answers/answer-headers.ts'
import { configuredGuardrail } from '../caller-options.ts'
import { openDeadline } from '../deadline.ts'

/** A verdict as it was given, and who gave it. */
interface Judged {
  body: string
  headers: Record<string, string>
}

/**
 * Has contents judged by a guardrail that the caller names, where they may name it. Throws `GatewayError`:
 * `permission` for another than this server's own, `not-found` where nobody keeps guardrails.
 */
export async function judge(
  asked: Judgement,
  asking: Asking,
  { config, providers, runtime }: Services,
): Promise<Judged> {
  const judgement = permitted(asked, config)
  const found = providers.find((provider) => provider.judge)?.judge
  if (!found) {
    throw new GatewayError('not-found', 'Nobody who keeps guardrails is configured on this server.')
  }
  if (found.pretends && configuredGuardrail(config)) {
    throw new GatewayError(
      'unsupported-parameter',
      'The guardrail configured on this server cannot be applied: no AWS is configured.',
      { param: 'guardrailIdentifier' },
    )
  }
  const deadline = openDeadline(config.AI_RESPONSE_TIMEOUT, asking.onLeft, runtime.alarm)
  try {
    const { requestId, as, trace } = asking
    const call = { requestId, signal: deadline.signal, as, trace }
    const { body, served } = await found.apply(judgement, call)
    const { 'x-bedrock-model': _, ...headers } = answerHeaders(served, undefined)
    return { body, headers }
  } catch (thrown) {
    throw deadline.explain(thrown)
  } finally {
    deadline.clear()
  }
}

/** The operator's own guardrail under the operator's name for it; another only where a request may name one. */
function permitted(asked: Judgement, config: Config): Judgement {
  const own = configuredGuardrail(config)
  if (own && own.version === asked.version && isSame(own.id, asked.id)) {
    return { ...asked, id: own.id }
  }
  if (config.AWS_BEDROCK_ALLOW_GUARDRAIL_OVERRIDE ?? !own) return asked
  throw new GatewayError(
    'permission',
    'This server applies its own guardrail alone (AWS_BEDROCK_ALLOW_GUARDRAIL_OVERRIDE).',
    { param: 'guardrailIdentifier' },
  )
}

/** One of the two may be written as an ARN, which ends in the id. */
const isSame = (own: string, id: string) =>
  own === id || (id.startsWith('arn:') ? endOf(id) === own : endOf(own) === id)

const endOf = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1)
