import type { ErrorCode, GatewayError } from '../../errors.ts'
import type { Voice } from '../../http/surface.ts'

/** JSON-RPC's codes; those that mean nothing more are the server's own. */
const CODES: Partial<Record<ErrorCode, number>> = {
  'invalid-request': -32600,
  'not-found': -32001,
  'method-not-allowed': -32601,
  internal: -32603,
}
const PARSE_ERROR = -32700
const SERVER_ERROR = -32000

/** Errors that have no message of a client to answer, or none that could be read. */
export const mcpVoice: Voice = {
  encodeError: (error: GatewayError) => ({
    jsonrpc: '2.0',
    error: {
      code: error.reason === 'invalid_json' ? PARSE_ERROR : (CODES[error.code] ?? SERVER_ERROR),
      message: error.message,
    },
    id: null,
  }),
}
