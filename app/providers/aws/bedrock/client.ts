import type { UpstreamResponse } from '../../../ports/transport.ts'
import type { AwsCall } from '../call.ts'
import { encodeStrictly } from '../canonical-request.ts'
import { readModelId } from './model-id.ts'

export type Operation =
  | 'converse'
  | 'converse-stream'
  | 'invoke'
  | 'invoke-with-response-stream'
  | 'count-tokens'

/** One request to one model. `body` is JSON text. */
export interface ModelRequest {
  operation: Operation
  modelId: string
  region: string
  body: string
  /** Lower-case names; they are signed. */
  headers?: Readonly<Record<string, string>>
}

/** Bedrock Runtime, where every operation on a model has the same form. */
export type BedrockClient = (
  request: ModelRequest,
  signal: AbortSignal,
) => Promise<UpstreamResponse>

export function createBedrockClient(call: AwsCall): BedrockClient {
  return ({ operation, modelId, region, body, headers }, signal) =>
    call(
      {
        service: 'bedrock-runtime',
        region,
        method: 'POST',
        // An id is one segment of the path, so the slashes and colons of an ARN are encoded.
        path: `/model/${encodeStrictly(modelId)}/${operation}`,
        body,
        headers,
      },
      signal,
    )
}

/** Where a model is asked: an ARN belongs to its region, everything else to the region that is preferred. */
export function regionOf(modelId: string, preferred: string): string {
  return readModelId(modelId)?.region ?? preferred
}
