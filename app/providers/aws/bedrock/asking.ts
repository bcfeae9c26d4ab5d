import { amended, GatewayError } from '../../../errors.ts'
import type { Call, Served } from '../../../ports/call.ts'
import type { UpstreamResponse } from '../../../ports/transport.ts'
import type { Warn } from '../warn.ts'
import type { BedrockClient, Operation } from './client.ts'
import type { Candidate } from './region-policy.ts'

/** A request as it is sent. */
export interface Written {
  /** JSON. */
  text: string
  headers?: Readonly<Record<string, string>>
}

/** One request, written once for all regions that may be asked. */
export interface Draft<Sent extends Written> {
  written(): Sent
  /** Writes it anew without what a refusal names, and tells what that was; undefined when there is nothing to learn. */
  learn(thrown: unknown): readonly string[] | undefined
}

interface AskingOptions<Sent extends Written> {
  client: BedrockClient
  warn: Warn
  model: string
  call: Call
  draft: Draft<Sent>
}

/** Asks regions; again, without it, when AWS refuses by name something that can be left out. */
export function createAsking<Sent extends Written>({
  client,
  warn,
  model,
  call,
  draft,
}: AskingOptions<Sent>) {
  /** Calls beyond the first of a region. */
  let repeated = 0

  const post = (
    operation: Operation,
    candidate: Candidate,
    signal: AbortSignal,
  ): Promise<{ response: UpstreamResponse; sent: Sent }> => {
    // Another region may be asked at the same time, and learn something from its refusal.
    const sent = draft.written()
    const { id: modelId, region } = candidate
    const { text: body, headers } = sent
    const { as, trace } = call
    const asked = { operation, modelId, region, body, headers, as, trace }
    const learn = (thrown: unknown) => {
      const refused = draft.learn(thrown)
      if (!refused) throw thrown
      repeated += 1
      // AWS's own words stay out of the log: models quote whole conversations in them.
      warn('A model refused part of a request; it is asked again without.', {
        id: call.requestId,
        model,
        region,
        refused,
      })
      return post(operation, candidate, signal)
    }
    return client(asked, signal).then((response) => ({ response, sent }), learn)
  }
  const served = (by: Omit<Served, 'ignored'>, ignored: readonly string[]): Served =>
    Object.assign(by, { attempts: by.attempts + repeated, ignored: [...ignored] })
  /** Throws it on, with every call in its count. */
  const failed = (thrown: unknown): never => {
    const attempts = thrown instanceof GatewayError && repeated > 0 ? thrown.attempts : undefined
    if (attempts === undefined) throw thrown
    throw amended(thrown as GatewayError, { attempts: attempts + repeated })
  }
  return { post, served, failed }
}
