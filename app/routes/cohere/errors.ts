import { z } from '@hono/zod-openapi'
import type { GatewayError } from '../../errors.ts'
import type { Voice } from '../../http/surface.ts'
import { errorResponsesIn } from '../error-responses.ts'

const cohereError = z.object({ message: z.string() }).openapi('CohereError')

/** What any call to a model may end with. */
export const modelErrors = errorResponsesIn(cohereError)(
  400,
  401,
  403,
  404,
  413,
  429,
  500,
  502,
  503,
  504,
)

/** Cohere's errors are a sentence and nothing else, so that one has to name the place. */
export const cohereVoice: Voice = {
  encodeError: ({ message, param }: GatewayError) => ({
    message: param === undefined || message.includes(param) ? message : `${param}: ${message}`,
  }),
}
