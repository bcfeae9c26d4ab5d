import { errorReply } from '../../dialects/anthropic-messages/wire-reply.ts'

const DESCRIPTIONS = {
  '4XX': 'The request cannot be taken.',
  400: 'The request is not valid; the message names the path of the field at fault.',
  401: 'The API key is missing or wrong.',
  403: 'The caller may not do this, or AWS does not grant the model.',
  404: 'No such model, or no such thread.',
  413: 'The request body is too large.',
  429: 'Too many requests or tokens; `retry-after` says when to come back.',
  500: 'Something broke here; the log knows what.',
  502: 'The model failed or its answer broke off.',
  503: 'A feature is not configured here.',
  504: 'The model did not answer in time.',
  529: 'The model has no capacity.',
} as const

type Status = keyof typeof DESCRIPTIONS

/** The error answers of a contract, all in Anthropic's envelope. */
export function errorResponses<const Statuses extends readonly Status[]>(...statuses: Statuses) {
  const responses = statuses.map((status) => [
    status,
    {
      description: DESCRIPTIONS[status],
      content: { 'application/json': { schema: errorReply } },
    },
  ])
  return Object.fromEntries(responses) as Record<Statuses[number], ErrorResponse>
}

interface ErrorResponse {
  description: string
  content: { 'application/json': { schema: typeof errorReply } }
}

/** What any call to a model may end with. */
export const modelErrors = errorResponses(400, 401, 403, 404, 413, 429, 500, 502, 503, 504, 529)
