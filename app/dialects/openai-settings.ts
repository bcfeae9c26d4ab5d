import { z } from '@hono/zod-openapi'
import { GatewayError } from '../errors.ts'

/** Texts that end an answer. */
export const stop = z.union([z.string(), z.array(z.string()).max(4)], {
  error: 'one of a string or array of strings',
})

// Models refuse blank stop sequences, and clients send them unknowingly (T28).
export function stopSequences(wire: z.infer<typeof stop> | null | undefined): string[] {
  if (wire == null) return []
  return (typeof wire === 'string' ? [wire] : wire).filter((text) => text.trim() !== '')
}

/** OpenAI's tiers and AWS's, by the names that callers of either have for them. */
export const serviceTier = z
  .enum(['auto', 'default', 'standard', 'flex', 'scale', 'priority', 'fast', 'reserved'])
  .nullish()
  .describe('At what price and pace to be served.')

/** Bedrock's latency-optimised inference. */
export const performanceConfig = z
  .looseObject({ latency: z.enum(['standard', 'optimized']).nullish() })
  .nullish()
  .describe("Bedrock's latency-optimised inference.")

/** The latency that served, in an answer; for the documentation. */
export const servedLatency = z
  .looseObject({ latency: z.string() })
  .optional()
  .describe('The latency that served, where Bedrock tells it.')

/** Seeds reach beyond what is safe as a JavaScript integer, but not beyond what is whole. */
export const seed = z
  .number()
  .multipleOf(1)
  .min(-9223372036854776000)
  .max(9223372036854776000)
  .nullish()

export const streamOptions = z
  .looseObject({
    include_usage: z.boolean().nullish(),
    include_obfuscation: z.boolean().nullish(),
  })
  .nullish()

/** Stop sequences as they were written, where the cleaning takes some away: OpenAI's own models do stop at a line break. */
export function writtenStop(
  wire: z.infer<typeof stop> | null | undefined,
): z.infer<typeof stop> | undefined {
  if (wire == null || wire.length === 0) return undefined
  const all = typeof wire === 'string' ? [wire] : wire
  return stopSequences(wire).length < all.length ? wire : undefined
}

/** Whether a stop sequence that means something is among those the cleaning takes away. */
export function stopsAtBlank(wire: z.infer<typeof stop> | null | undefined): boolean {
  if (wire == null) return false
  const all = typeof wire === 'string' ? [wire] : wire
  return all.some((text) => text !== '' && text.trim() === '')
}

/** Labels OpenAI takes with one request. */
export const MOST_LABELS = 16

/** Throws for more labels than OpenAI takes. */
export function limitMetadata(metadata: Record<string, string>): void {
  const { length } = Object.keys(metadata)
  if (length <= MOST_LABELS) return
  throw new GatewayError(
    'invalid-request',
    `Invalid 'metadata': too many properties. Expected an object with at most ${MOST_LABELS} properties, but got an object with ${length} properties instead.`,
    { param: 'metadata', reason: 'object_above_max_properties' },
  )
}
