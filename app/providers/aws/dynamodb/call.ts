import type { Config } from '../../../config.ts'
import { GatewayError } from '../../../errors.ts'
import type { Runtime } from '../../../ports/runtime.ts'
import { type AwsCall, createAwsCall } from '../call.ts'
import { createEndpoints } from '../endpoints.ts'
import { regionsOf } from '../regions-of.ts'
import { sigV4Signer } from '../sign.ts'
import { staticCredentials } from '../static-credentials.ts'
import { isConflict, isSafeToRepeat, isThrottled, storeFault } from './faults.ts'
import type { Dynamo } from './operation.ts'
import type { TableClock } from './table-clock.ts'

export interface DynamoOptions {
  config: Config
  runtime: Pick<Runtime, 'env' | 'transport' | 'credentials' | 'digest'>
}

/** Milliseconds for one try, and for all of them: a request is waiting. */
const PATIENCE = 2000
const PATIENCE_IN_ALL = 5000
const TRIES = 5
/** Milliseconds before the second try; doubles with each, and a random part of it is waited. */
const PAUSE = 40

export function createDynamo({ config, runtime }: DynamoOptions, clock?: TableClock): Dynamo {
  const region = config.AWS_DYNAMODB_REGION ?? regionsOf(config)[0]!
  const call = openCall({ config, runtime })
  const ask: AwsCall = async (request, signal) => {
    const sentAt = Date.now()
    const response = await call(request, signal)
    clock?.heard(response.header('date'), sentAt)
    return response
  }
  return async (operation, body) => {
    const request = {
      service: 'dynamodb',
      region,
      method: 'POST',
      path: '/',
      body: JSON.stringify(body),
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      },
    } as const
    const until = performance.now() + PATIENCE_IN_ALL
    for (let tried = 1; ; tried++) {
      try {
        const left = until - performance.now()
        const answer = await within(Math.min(PATIENCE, left), (signal) => ask(request, signal))
        return JSON.parse(answer) as Record<string, unknown>
      } catch (thrown) {
        if (isConflict(thrown)) return undefined
        // What may have been done must not be done twice, unless that changes nothing.
        const mayRepeat = isThrottled(thrown) || isSafeToRepeat(operation, thrown)
        const pause = PAUSE * 2 ** (tried - 1) * (0.5 + Math.random() / 2)
        if (!mayRepeat || tried === TRIES || performance.now() + pause > until) {
          throw storeFault(thrown)
        }
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
  }
}

function openCall({ config, runtime }: DynamoOptions): AwsCall {
  const credentials = runtime.credentials ?? staticCredentials(runtime.env)
  return createAwsCall({
    transport: runtime.transport,
    endpoints: createEndpoints(runtime.env),
    // An API key of Bedrock is nobody at DynamoDB.
    sign: credentials
      ? sigV4Signer({ credentials, digest: runtime.digest })
      : () => {
          throw new Error('AWS_DYNAMODB_TABLE is set, but no AWS credentials are.')
        },
    connectTimeout: Math.min(config.CONNECT_TIMEOUT * 1000, PATIENCE),
  })
}

/** The answer's text, or an error once time is over: a signal of the platform's would be told as a caller who left. */
async function within(
  milliseconds: number,
  ask: (signal: AbortSignal) => ReturnType<AwsCall>,
): Promise<string> {
  const controller = new AbortController()
  const late = () =>
    controller.abort(new GatewayError('timeout', 'The state store did not answer in time.'))
  const timer = setTimeout(late, milliseconds)
  try {
    const response = await ask(controller.signal)
    return await response.text()
  } finally {
    clearTimeout(timer)
  }
}
