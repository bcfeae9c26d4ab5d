import { encodeStrictly } from '../../../codecs/canonical-request.ts'
import { remembered } from '../../../codecs/remembered.ts'
import type { AwsIdentity } from '../../../ports/caller.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import type { AwsCall } from '../call.ts'

const OPERATIONS = [
  'converse',
  'converse-stream',
  'invoke',
  'invoke-with-response-stream',
  'count-tokens',
] as const

export type Operation = (typeof OPERATIONS)[number]

/** One request to one model. `body` is JSON. */
interface ModelRequest {
  operation: Operation
  modelId: string
  region: string
  body: string | Uint8Array
  /** Lower-case names; they are signed. */
  headers?: Readonly<Record<string, string>>
  /** As whom; the `as` of the `Call` it is made for. */
  as?: AwsIdentity
  /** As that of the `Call`. */
  trace?: Readonly<Record<string, string>>
}

/** Bedrock Runtime, where every operation on a model has the same form. */
export type BedrockClient = (
  request: ModelRequest,
  signal: AbortSignal,
) => Promise<UpstreamResponse>

export function createBedrockClient(call: AwsCall): BedrockClient {
  const pathOf = createPaths()
  return ({ operation, modelId, region, body, headers, as, trace }, signal) =>
    call(
      {
        service: 'bedrock-runtime',
        region,
        method: 'POST',
        path: pathOf(operation, modelId),
        body,
        headers,
        as,
        trace,
      },
      signal,
    )
}

/** Paths by operation and model; there are few of both, and the signer knows a path it has seen before. */
function createPaths(): (operation: Operation, modelId: string) => string {
  const known = new Map(
    OPERATIONS.map((operation) => [
      operation,
      // An id is one segment of the path, so the slashes and colons of an ARN are encoded.
      remembered((modelId) => `/model/${encodeStrictly(modelId)}/${operation}`),
    ]),
  )
  return (operation, modelId) => known.get(operation)!(modelId)
}
