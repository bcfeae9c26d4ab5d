import type { Guardrail } from '../conversation/conversation.ts'
import { GatewayError } from '../errors.ts'
import type { Call } from '../ports/call.ts'
import type { ModelCard } from '../ports/models.ts'
import type { Services } from '../ports/services.ts'
import { configuredGuardrail } from './caller-options.ts'

/** For whom something is judged. */
export interface Guarding {
  card: ModelCard
  services: Services
  call: Call
  /** That of the name which was asked for, before that of this server. */
  guardrail?: Guardrail
}

type Fields = Readonly<Record<string, unknown>>

/** What a model is told in words: its texts, and beside them fields of its own that may hold more. */
export interface Told {
  texts: readonly string[]
  extras?: Fields
  /** The field that holds what is no text; where there is one, nobody can judge it. */
  wordless?: string
}

/** Throws for a model that would answer past the guardrail this server puts before every answer. */
export function requireGuardrail(
  { id, traits }: ModelCard,
  { config }: Services,
  guardrail = configuredGuardrail(config),
): void {
  if (guardrail && !traits.guardrails) throw notApplicable(id, 'model')
}

/**
 * The same as it may go on to a model that takes no guardrail, judged before it is asked. What a card says
 * of guardrails is about answers in words, so it is not looked at. Throws `content-filter` where the
 * guardrail of this server steps in, and `unsupported-parameter` where nobody can apply it.
 */
export async function screened(told: Told, guarding: Guarding): Promise<Told> {
  const { card, services, call } = guarding
  const { config, providers } = services
  const guardrail = guarding.guardrail ?? configuredGuardrail(config)
  if (!guardrail) return told
  const guard = providers.find((provider) => provider.guard)?.guard
  if (!guard) throw notApplicable(card.id, 'model')
  if (told.wordless !== undefined) throw notApplicable(card.id, told.wordless)
  const words: string[] = []
  const noted = (text: string) => {
    if (text.trim() !== '') words.push(text)
    return text
  }
  rewritten(told.texts, noted)
  rewritten(told.extras, noted)
  if (words.length === 0) return told
  const judged = (await guard.screen(words, guardrail, call)).values()
  const replaced = (text: string) => (text.trim() === '' ? text : judged.next().value!)
  const texts = told.texts.map(replaced)
  return { texts, extras: rewritten(told.extras, replaced) as Fields | undefined }
}

/** The same value with every text in it replaced, in one order. */
function rewritten(value: unknown, replaced: (text: string) => string): unknown {
  if (typeof value === 'string') return replaced(value)
  if (Array.isArray(value)) return value.map((one) => rewritten(one, replaced))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, rewritten(one, replaced)]),
  )
}

function notApplicable(id: string, param: string): GatewayError {
  const to = param === 'model' ? `the model ${id}` : `what '${param}' holds for the model ${id}`
  return new GatewayError(
    'unsupported-parameter',
    `The guardrail configured on this server cannot be applied to ${to}, so it is not asked.`,
    { param },
  )
}
