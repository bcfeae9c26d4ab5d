import { brokenResponse } from '../../../dialects/openai-responses/stored-response.ts'
import { GatewayError } from '../../../errors.ts'
import { caller } from '../../../http/caller.ts'
import type { HttpContext } from '../../../http/context.ts'
import { presentResponse } from '../../../library/responses/present-response.ts'
import { responseJobs } from '../../../library/responses/response-jobs.ts'
import { type KeptResponse, storedResponses } from '../../../library/responses/stored-responses.ts'

/** The responses of whoever asks, and those of them that are worked on in the background. */
export const shelfOf = (c: HttpContext) => storedResponses(c.get('services'), caller(c).owner)
export const jobsOf = (c: HttpContext) => responseJobs(c.get('services'), caller(c).owner)

/** The response as it is now: one that nobody works on any more has failed. Throws `not-found`. */
export async function currentResponse(c: HttpContext, id: string): Promise<KeptResponse> {
  const places = { responses: shelfOf(c), jobs: jobsOf(c) }
  const { response, isLost } = await presentResponse(id, places)
  if (!isLost) return response
  const lost = new GatewayError('internal', 'The server that worked on the response is gone.')
  return brokenResponse(response, lost) as KeptResponse
}
