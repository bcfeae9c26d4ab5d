import { errorReply } from '../../dialects/anthropic-messages/wire-reply.ts'
import { errorResponsesIn } from '../error-responses.ts'

/** The error answers of a contract, all in Anthropic's envelope. */
export const errorResponses = errorResponsesIn(errorReply)

/** What any call to a model may end with. */
export const modelErrors = errorResponses(400, 401, 403, 404, 413, 429, 500, 502, 503, 504, 529)
