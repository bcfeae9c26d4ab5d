import { GatewayError } from '../errors.ts'
import type { ModelCard } from '../ports/models.ts'
import type { Services } from '../ports/services.ts'
import { configuredGuardrail } from './caller-options.ts'

/** Throws for a model that would answer past the guardrail this server puts before every answer. */
export function requireGuardrail({ id, traits }: ModelCard, { config }: Services): void {
  if (!configuredGuardrail(config) || traits.guardrails) return
  throw new GatewayError(
    'unsupported-parameter',
    `The guardrail configured on this server cannot be applied to the model ${id}, so it is not asked.`,
    { param: 'model' },
  )
}
