import { z } from '@hono/zod-openapi'
import { errorResponsesIn } from '../error-responses.ts'

const id = z.union([z.string(), z.number(), z.null()])

const mcpMessage = z
  .looseObject({
    jsonrpc: z.literal('2.0'),
    id: id.optional().describe('Absent in a notification.'),
    method: z.string().optional().describe('`initialize`, `tools/list`, `tools/call` and others.'),
    params: z.looseObject({}).optional(),
  })
  .openapi('McpMessage')

/** One message, or several of clients of revision 2025-03-26. */
export const mcpMessages = z.union([mcpMessage, z.array(mcpMessage)])

export const mcpAnswer = z
  .looseObject({
    jsonrpc: z.literal('2.0'),
    id,
    result: z.looseObject({}).optional(),
    error: z.looseObject({ code: z.int(), message: z.string() }).optional(),
  })
  .openapi('McpAnswer')

export const errorResponses = errorResponsesIn(mcpAnswer)
