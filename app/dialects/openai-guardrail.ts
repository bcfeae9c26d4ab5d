import { z } from '@hono/zod-openapi'
import type { Guardrail } from '../conversation/conversation.ts'
import type { ReplyEnd } from '../conversation/events.ts'

/** A Bedrock guardrail in a body of OpenAI's form, as `amazon-bedrock-guardrailConfig`. */
export const guardrail = z.looseObject({
  guardrailIdentifier: z.string().min(1),
  guardrailVersion: z.string().min(1),
  trace: z.enum(['disabled', 'enabled', 'enabled_full']).nullish(),
  streamProcessingMode: z.enum(['sync', 'async']).nullish(),
})

export function decodeGuardrail(
  wire: z.infer<typeof guardrail> | null | undefined,
): { guardrail: Guardrail } | undefined {
  if (!wire) return undefined
  const { guardrailIdentifier, guardrailVersion, trace, streamProcessingMode } = wire
  return {
    guardrail: {
      id: guardrailIdentifier,
      version: guardrailVersion,
      ...(trace && { trace }),
      ...(streamProcessingMode && { streamMode: streamProcessingMode }),
    },
  }
}

/** The members of an answer where a guardrail was at work; for the documentation. */
export const guardrailed = {
  'amazon-bedrock-guardrailAction': z
    .enum(['INTERVENED', 'NONE'])
    .optional()
    .describe('What the guardrail did.'),
  'amazon-bedrock-trace': z
    .looseObject({})
    .optional()
    .describe('What the guardrail found, where a trace was asked for.'),
}

/**
 * What became of a guardrail, in the members Bedrock itself adds to OpenAI-shaped answers of InvokeModel.
 * The trace quotes what it found, so it is there only where it was asked for.
 */
export function guardrailMembers(
  found: ReplyEnd['guardrail'],
): Record<string, unknown> | undefined {
  if (!found) return undefined
  const { intervened, trace } = found
  return {
    'amazon-bedrock-guardrailAction': intervened ? 'INTERVENED' : 'NONE',
    ...(trace !== undefined && { 'amazon-bedrock-trace': trace }),
  }
}
