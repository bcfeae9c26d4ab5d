import { z } from '@hono/zod-openapi'

/** What operators write about models in JSON variables; read by `config.ts`. */

/** Region names become host names: nothing else may pass. */
export const region = z
  .string()
  .regex(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, 'not the name of an AWS region')

const stop = z.union([z.string(), z.array(z.string())]).optional()

/**
 * Parameters of a request by the names OpenAI gives them. Those known here are checked at the start; any
 * other is a field of the model's own.
 */
const modelParams = z.looseObject({
  max_tokens: z.int().min(1).optional(),
  max_completion_tokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.int().min(0).optional(),
  stop,
  stop_sequences: stop,
  seed: z.int().optional(),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  parallel_tool_calls: z.boolean().optional(),
  service_tier: z.string().min(1).optional(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).optional(),
  verbosity: z.string().min(1).optional(),
})

export type ModelParams = z.infer<typeof modelParams>

export const defaultParams = z.record(z.string().min(1), modelParams)

const guardrailTrace = z.enum(['disabled', 'enabled', 'enabled_full'])

const aliasObject = z
  .strictObject({
    model: z.string().min(1),
    service_tier: z.string().min(1).optional(),
    guardrail_id: z.string().min(1).optional(),
    guardrail_identifier: z.string().min(1).optional(),
    guardrail_version: z.string().min(1).optional(),
    guardrail_trace: guardrailTrace.optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    extra_params: modelParams.optional(),
  })
  .refine(
    (alias) =>
      (alias.guardrail_id ?? alias.guardrail_identifier) !== undefined ||
      (alias.guardrail_version ?? alias.guardrail_trace) === undefined,
    'guardrail_version and guardrail_trace need a guardrail_id',
  )

/** A name of the operator's own for a model, with what goes along whenever it is used. */
export interface ModelAlias {
  model: string
  serviceTier?: string
  guardrail?: { id: string; version: string; trace?: z.infer<typeof guardrailTrace> }
  metadata?: Record<string, string>
  params?: ModelParams
}

const aliasOf = (written: string | z.infer<typeof aliasObject>): ModelAlias => {
  if (typeof written === 'string') return { model: written }
  const id = written.guardrail_id ?? written.guardrail_identifier
  return {
    model: written.model,
    ...(written.service_tier && { serviceTier: written.service_tier }),
    ...(id && {
      guardrail: {
        id,
        version: written.guardrail_version ?? 'DRAFT',
        ...(written.guardrail_trace && { trace: written.guardrail_trace }),
      },
    }),
    ...(written.metadata && { metadata: written.metadata }),
    ...(written.extra_params && { params: written.extra_params }),
  }
}

export const modelAliases = z
  .record(z.string().min(1), z.union([z.string().min(1), aliasObject]).transform(aliasOf))
  .superRefine((aliases, context) => {
    for (const name of Object.keys(aliases)) {
      if (leadsToItself(name, aliases)) {
        context.addIssue({ code: 'custom', message: `the alias "${name}" leads in a circle` })
      }
    }
  })

/** An alias for its own name is none: it adds something to the built-in meaning of that name. */
function leadsToItself(name: string, aliases: Record<string, ModelAlias>): boolean {
  const met = new Set<string>()
  for (let at = name; Object.hasOwn(aliases, at); at = aliases[at]!.model) {
    if (aliases[at]!.model === at) return false
    if (met.has(at)) return true
    met.add(at)
  }
  return false
}
