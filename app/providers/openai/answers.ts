import { GatewayError } from '../../errors.ts'
import type { Served } from '../../ports/call.ts'
import type { UpstreamResponse } from '../../ports/transport.ts'
import type { Upstream } from './upstreams.ts'

export type Json = Record<string, unknown>

/** A whole answer. Throws `upstream` when it is no JSON. */
export async function readJson(response: UpstreamResponse): Promise<Json> {
  const text = await response.text()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw unreadable(cause)
  }
  if (typeof value !== 'object' || value === null) throw unreadable(undefined)
  return value as Json
}

export const unreadable = (cause: unknown) =>
  new GatewayError('upstream', 'The model gave an answer that could not be read.', { cause })

/** One call, one server: nothing else is known of who served. */
export const servedBy = (
  { name }: Pick<Upstream, 'name'>,
  model: string,
  ignored: readonly string[] = [],
): Served => ({ provider: name, model, attempts: 1, ignored: [...ignored] })
