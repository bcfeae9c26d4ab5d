import type { z } from '@hono/zod-openapi'
import { jsonAnswer } from './json-contract.ts'

const DESCRIPTIONS = {
  '4XX': 'The request cannot be taken.',
  400: 'The request is not valid; the error names the path of the field at fault.',
  401: 'The API key is missing or wrong.',
  403: 'The caller may not do this, or AWS does not grant the model.',
  404: 'No such model, or no such thing.',
  406: 'The caller takes no form of answer that there is.',
  408: 'The model did not answer in time.',
  409: 'Others are changing the same thing.',
  413: 'The request body is too large.',
  415: 'The body is of no type that is read here.',
  416: 'It has no such range.',
  424: 'The model failed or its answer broke off.',
  429: 'Too many requests or tokens; `retry-after` says when to come back.',
  500: 'Something broke here; the log knows what.',
  502: 'The model failed or its answer broke off.',
  503: 'The model has no capacity, or a feature is not configured here.',
  504: 'The model did not answer in time.',
  529: 'The model has no capacity.',
} as const

type Status = keyof typeof DESCRIPTIONS

/** The error answers of contracts, all in the envelope of one surface. */
export function errorResponsesIn<const Schema extends z.ZodType>(schema: Schema) {
  interface ErrorResponse {
    description: string
    content: { 'application/json': { schema: Schema } }
  }
  return <const Statuses extends readonly Status[]>(...statuses: Statuses) => {
    const responses = statuses.map((status) => [status, jsonAnswer(DESCRIPTIONS[status], schema)])
    return Object.fromEntries(responses) as Record<Statuses[number], ErrorResponse>
  }
}
