import { createRoute } from '@hono/zod-openapi'
import { openaiResponses } from '../../../dialects/openai-responses/index.ts'
import { brokenResponse } from '../../../dialects/openai-responses/stored-response.ts'
import { responseRequest, type WireRequest } from '../../../dialects/openai-responses/wire.ts'
import { responseEvent, responseObject } from '../../../dialects/openai-responses/wire-reply.ts'
import type { Answered, Heard } from '../../../gateway/answer.ts'
import { exchange } from '../../../gateway/exchange.ts'
import { respond } from '../../../http/answers/respond.ts'
import { caller } from '../../../http/caller.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { type TakenThread, takeResponseThread } from '../../../library/responses/response-thread.ts'
import type { KeptResponse } from '../../../library/responses/stored-responses.ts'
import type { Services } from '../../../ports/services.ts'
import { answerHeaders } from '../../answer-contract.ts'
import { jsonRequest } from '../../json-contract.ts'
import { modelErrors } from '../error-contract.ts'
import type { BackgroundResponses } from './response-background.ts'

const contract = createRoute({
  method: 'post',
  path: '/v1/responses',
  operationId: 'create_response',
  summary: 'Create a response',
  description:
    "OpenAI's Responses API with any chat model. With `stream` the answer comes as numbered events that end with `response.completed`, `response.incomplete` or `response.failed`.",
  tags: ['Responses'],
  request: { body: jsonRequest(responseRequest) },
  responses: {
    200: {
      description: 'The response, whole or as a stream of events.',
      headers: answerHeaders,
      content: {
        'application/json': { schema: responseObject },
        'text/event-stream': { schema: responseEvent },
      },
    },
    ...modelErrors,
  },
})

export const createResponse = (background: BackgroundResponses) =>
  endpoint(contract, async (c) => {
    const body = c.req.valid('json')
    const services = c.get('services')
    const asking = caller(c)
    if (body.background) return background.create(c, body)
    if (isLoose(body)) {
      return respond(c, await exchange({ dialect: openaiResponses, body, ...asking }, services))
    }
    const thread = await takeResponseThread(body, services, asking.owner)
    const heard = { dialect: openaiResponses, ...asking, ...keeping(thread, services) }
    try {
      const answer = await exchange(heard, services)
      // It is kept by now, or cannot be.
      if (answer.kind !== 'stream') await thread.release()
      return respond(c, answer)
    } catch (thrown) {
      await thread.release()
      throw thrown
    }
  })

/** Nothing is kept of it, and it goes on from nothing. */
const isLoose = ({ store, input, previous_response_id, conversation }: WireRequest): boolean =>
  store === false &&
  !previous_response_id &&
  !conversation &&
  !(
    Array.isArray(input) &&
    input.some((item) => item.type === 'item_reference' || !('role' in item || item.type))
  )

/** What the gateway is told of a request with its conversation. */
function keeping(
  { request, keeps, keep, keepBroken, release }: TakenThread<WireRequest>,
  { afterwork }: Pick<Services, 'afterwork'>,
): Pick<Heard, 'body' | 'keeps' | 'keep' | 'keepBroken'> {
  return {
    body: request,
    keeps,
    keep: ({ body }: Answered) => keep(body as KeptResponse).finally(release),
    keepBroken({ body }, why) {
      const broken = brokenResponse(body as KeptResponse, why) as KeptResponse
      const kept = keepBroken(broken).finally(release)
      afterwork.add(kept)
      return kept
    },
  }
}
