import { z } from '@hono/zod-openapi'
import { errorResponsesIn } from '../error-responses.ts'

/** How Bedrock says that something went wrong; the header `x-amzn-errortype` says it as well. */
const bedrockError = z
  .looseObject({
    message: z.string(),
    __type: z.string().describe('The exception: ValidationException, ThrottlingException, ...'),
    details: z.string().optional().describe('What is known of a name that no model has.'),
  })
  .openapi('BedrockError')

/** The error answers of a contract. A wrong key is a 403 here, as at AWS. */
export const bedrockErrors = errorResponsesIn(bedrockError)

/** What any operation on a model may end with. */
export const modelErrors = bedrockErrors(400, 403, 404, 408, 413, 424, 429, 500, 503)

export const modelParams = z.object({
  modelId: z
    .string()
    .describe('The model: id, profile or ARN, percent-encoded or raw.')
    .openapi({ example: 'amazon.nova-lite-v1:0' }),
})

/** As the router knows a parameter that may hold slashes. */
export const modelPath = (operation: string) => `/model/:modelId{.+}/${operation}`

/** AWS's event stream, as the document shows it. */
export const EVENT_STREAM = 'application/vnd.amazon.eventstream'

/** Frames are bytes; what they hold is said in words. */
export const eventStream = z.string().openapi({ format: 'binary' })
