import { createRoute, z } from '@hono/zod-openapi'
import { withBetas } from '../../dialects/anthropic-messages/betas.ts'
import { anthropicMessages } from '../../dialects/anthropic-messages/index.ts'
import { messagesRequest } from '../../dialects/anthropic-messages/wire.ts'
import { messageReply, messageStreamEvent } from '../../dialects/anthropic-messages/wire-reply.ts'
import { exchange } from '../../gateway/exchange.ts'
import { respond } from '../../http/answers/respond.ts'
import { caller } from '../../http/caller.ts'
import { endpoint } from '../../http/endpoint.ts'
import { answerHeaders } from '../answer-contract.ts'
import { jsonRequest } from '../json-contract.ts'
import { modelErrors } from './model-errors.ts'
import type { Place } from './place.ts'
import { inThread } from './thread.ts'
import { BETA_HEADER, versionHeaders } from './version-headers.ts'

const contract = ({ prefix, name }: Place) =>
  createRoute({
    method: 'post',
    path: `${prefix}/v1/messages`,
    operationId: name('create_message'),
    summary: 'Answer a conversation',
    description:
      "Anthropic's Messages API with any chat model. With `stream` the answer comes as server-sent events that end with `message_stop`; a stream that breaks off ends with an `error` event.",
    tags: ['Anthropic'],
    request: {
      headers: versionHeaders,
      body: jsonRequest(messagesRequest),
    },
    responses: {
      200: {
        description: 'The answer, whole or as a stream of events.',
        headers: answerHeaders.extend({ 'request-id': z.string() }),
        content: {
          'application/json': { schema: messageReply },
          'text/event-stream': { schema: messageStreamEvent },
        },
      },
      ...modelErrors,
    },
  })

export const createMessage = (place: Place) =>
  endpoint(
    contract(place),
    async (c) => {
      const asking = caller(c)
      const body = withBetas(c.req.valid('json'), c.req.header(BETA_HEADER))
      const answer = await inThread(c, body, (threaded) =>
        exchange({ dialect: anthropicMessages, ...asking, ...threaded }, c.get('services')),
      )
      return respond(c, answer, { 'request-id': asking.requestId })
    },
    { words: anthropicMessages.server.validationWords },
  )
