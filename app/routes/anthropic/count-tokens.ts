import { createRoute, z } from '@hono/zod-openapi'
import { withBetas } from '../../dialects/anthropic-messages/betas.ts'
import { anthropicMessages } from '../../dialects/anthropic-messages/index.ts'
import { countTokensReply, countTokensRequest } from '../../dialects/anthropic-messages/wire.ts'
import { countTokens } from '../../gateway/count-tokens.ts'
import { reply } from '../../http/answers/reply.ts'
import { caller } from '../../http/caller.ts'
import { endpoint } from '../../http/endpoint.ts'
import { COUNTED_BY } from '../answer-contract.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { modelErrors } from './model-errors.ts'
import type { Place } from './place.ts'
import { readThread } from './thread.ts'
import { BETA_HEADER, versionHeaders } from './version-headers.ts'

const contract = ({ prefix, name }: Place) =>
  createRoute({
    method: 'post',
    path: `${prefix}/v1/messages/count_tokens`,
    operationId: name('count_message_tokens'),
    summary: 'Count the tokens of a conversation',
    description:
      'Counted by the model where AWS counts for it, else estimated by the length of the texts: the header says which.',
    tags: ['Anthropic'],
    request: {
      headers: versionHeaders,
      body: jsonRequest(countTokensRequest),
    },
    responses: {
      200: {
        ...jsonAnswer('The tokens the model would read.', countTokensReply),
        headers: z.object({
          'request-id': z.string(),
          [COUNTED_BY]: z.enum(['model', 'estimate']),
        }),
      },
      ...modelErrors,
    },
  })

export const countMessageTokens = (place: Place) =>
  endpoint(
    contract(place),
    async (c) => {
      const body = withBetas(c.req.valid('json'), c.req.header(BETA_HEADER))
      const asking = caller(c)
      const heard = { dialect: anthropicMessages, body: await readThread(c, body), ...asking }
      const { tokens, estimated } = await countTokens(heard, c.get('services'))
      return reply(c, JSON.stringify({ input_tokens: tokens }), {
        headers: {
          'request-id': asking.requestId,
          [COUNTED_BY]: estimated ? 'estimate' : 'model',
        },
      })
    },
    { words: anthropicMessages.server.validationWords },
  )
