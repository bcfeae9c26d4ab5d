import { decodeBase64 } from '../../codecs/bytes/base64.ts'
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

/** What base64 in an answer stands for. Throws `upstream` when it is none. */
export function readBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return decodeBase64(text)
  } catch (cause) {
    throw unreadable(cause)
  }
}

/** Whether a stream that was asked for came; some servers cannot stream, and send one JSON, or a page. */
export const isStream = ({ header }: UpstreamResponse): boolean =>
  !/json|html/i.test(header('content-type') ?? '')

/** One call, one server: nothing else is known of who served. */
export const servedBy = (
  { name }: Pick<Upstream, 'name'>,
  model: string,
  ignored: readonly string[] = [],
): Served => ({ provider: name, model, attempts: 1, ignored: [...ignored] })
