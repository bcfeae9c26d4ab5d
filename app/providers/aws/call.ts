import { stage } from '../../codecs/streams/stage.ts'
import { awsError } from '../../dialects/bedrock-converse/decode-error.ts'
import { GatewayError, messageOf } from '../../errors.ts'
import type { AwsIdentity } from '../../ports/caller.ts'
import type { Transport, UpstreamResponse } from '../../ports/transport.ts'
import type { AwsService, Endpoints } from './endpoints.ts'
import type { Sign } from './sign.ts'

/** One call to an AWS service that takes and gives JSON. */
export interface AwsRequest {
  service: AwsService
  region: string
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query, encoded once, as it stands behind the endpoint. */
  path: string
  body?: string | Uint8Array
  /** Beside those every call has; lower-case names. */
  headers?: Readonly<Record<string, string>>
  /** As whom, where it is not as ourselves. */
  as?: AwsIdentity
  /** As that of a `Call`. */
  trace?: Readonly<Record<string, string>>
}

/** Sends one request; resolves with AWS's answer only when that is a success. Throws `GatewayError`. */
export type AwsCall = (request: AwsRequest, signal: AbortSignal) => Promise<UpstreamResponse>

export interface AwsCallDependencies {
  transport: Transport
  endpoints: Endpoints
  sign: Sign
  /** Signs as others; absent where nobody else is ever asked for. */
  signAs?(identity: AwsIdentity): Sign
  /** Milliseconds. */
  connectTimeout: number
}

/** What AWS said when it refused: the `cause` of the `GatewayError`, for the log and for those who may try again. */
export interface AwsFault extends Error {
  status: number
  /** `ValidationException`; empty when AWS did not say. */
  type: string
  requestId?: string
  region: string
}

export function createAwsCall(dependencies: AwsCallDependencies): AwsCall {
  const { transport, endpoints, connectTimeout } = dependencies
  const signerOf = createSigners(dependencies)
  const ask = async (
    request: AwsRequest,
    signal: AbortSignal,
    isFirst: boolean,
  ): Promise<UpstreamResponse> => {
    const { origin, host, prefix, service } = endpoints(request.service, request.region)
    const headers: Record<string, string> = {
      ...(request.body === undefined ? LISTING : POSTING),
      ...request.headers,
    }
    const { method, body } = request
    const path = prefix + request.path
    let sign: Sign
    let proof: Record<string, string>
    try {
      await stage
      sign = signerOf(request.as)
      const made = sign({ method, host, path, headers, body }, { region: request.region, service })
      proof = made instanceof Promise ? await made : made
      Object.assign(headers, proof)
    } catch (thrown) {
      throw asRefusalToSign(thrown)
    }
    // Not signed: whoever passes a trace on may put itself between.
    if (request.trace) Object.assign(headers, request.trace)
    await stage
    const sent = { method, origin, path, headers, body }
    const response = await transport.send(sent, { signal, connectTimeout })
    if (isAnswer(response)) return response
    const { error, type } = await readRefusal(response, request)
    const refusal = { type, date: response.header('date') }
    // Nothing was done where the signature was refused.
    if (isFirst && (await sign.learn?.(proof, refusal))) return ask(request, signal, false)
    throw error
  }
  return (request, signal) => ask(request, signal, true)
}

/** AWS answers with no pages: who does stands between us. */
const isAnswer = ({ status, header }: UpstreamResponse) =>
  status >= 200 && status < 300 && !header('content-type')?.startsWith('text/html')

function createSigners({ sign, signAs }: AwsCallDependencies) {
  return (identity: AwsIdentity | undefined): Sign => {
    if (identity?.roleArn === undefined) return sign
    // Never as ourselves instead: it is another account that is to be asked, and to pay.
    if (!signAs) throw new Error('No role can be assumed here.')
    return signAs(identity)
  }
}

// AWS compresses nothing of Bedrock, but a proxy between could, and frames must come as they are sent.
const LISTING: Record<string, string> = {
  accept: 'application/json',
  'accept-encoding': 'identity',
}
const POSTING: Record<string, string> = {
  'content-type': 'application/json',
  'accept-encoding': 'identity',
}

/** The type of a fault of ours: nothing was sent, so no region is to blame. */
export const UNSIGNED = 'Unsigned'

function asRefusalToSign(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  const words = messageOf(thrown)
  return new GatewayError('upstream', 'The upstream could not be asked. Retry the request later.', {
    cause: Object.assign(new Error(words, { cause: thrown }), { type: UNSIGNED }),
  })
}

async function readRefusal(
  response: UpstreamResponse,
  { region }: AwsRequest,
): Promise<{ error: GatewayError; type: string }> {
  const { status } = response
  const requestId = response.header('x-amzn-requestid')
  const text = await response.text()
  const { message, type } = readFault(text, response.header('x-amzn-errortype'))
  // Anything that is no JSON is a proxy's page: it goes to the log alone, at a length one can read.
  const said = message || text.slice(0, 500)
  const fault: AwsFault = Object.assign(
    new Error(
      `AWS answered ${status} ${type}: ${said} (${region}, request ${requestId ?? 'unknown'})`,
    ),
    { status, type, requestId, region },
  )
  const error = awsError(status, type, message)
  return { error: new GatewayError(error.code, error.message, { ...error, cause: fault }), type }
}

/** The type stands in a header, with an address behind it, or in the body, with a namespace before it. */
function readFault(text: string, header: string | undefined): { message: string; type: string } {
  const body = parseObject(text)
  const type = header ?? textOf(body['__type']) ?? ''
  return {
    message: textOf(body['message']) ?? textOf(body['Message']) ?? wrappedMessage(body) ?? '',
    type: type.split(':', 1)[0]!.replace(/^.*#/, ''),
  }
}

/** As the endpoints write it that speak OpenAI's language. */
function wrappedMessage({ error }: Record<string, unknown>): string | undefined {
  return typeof error === 'object' && error !== null
    ? textOf((error as Record<string, unknown>)['message'])
    : textOf(error)
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)
