import { streamOfBytes } from '../../codecs/bytes/byte-stream.ts'
import { GatewayError } from '../../errors.ts'
import type { ByteSource, UpstreamResponse } from '../../ports/transport.ts'
import { unreadable } from './answers.ts'

/**
 * The answer as it was before the server packed it, asked for or not. A platform whose `fetch` has unpacked it may
 * still name the encoding, so the first bytes are looked at as well.
 */
export async function unpacked(response: UpstreamResponse): Promise<UpstreamResponse> {
  if (!/gzip/i.test(response.header('content-encoding') ?? '')) return response
  const first = await response.body.read()
  const whole = preceded(first, response.body)
  const body = isGzip(first) ? unpack(whole) : whole
  return {
    status: response.status,
    header: (name) => response.header(name),
    body,
    text: () => new Response(streamOfBytes(body)).text(),
  }
}

/** No text begins so. */
const isGzip = (bytes: Uint8Array | undefined) =>
  bytes?.[0] === 0x1f && (bytes.length === 1 || bytes[1] === 0x8b)

function preceded(first: Uint8Array | undefined, source: ByteSource): ByteSource {
  let kept = first
  return {
    async read() {
      const given = kept
      kept = undefined
      return given ?? source.read()
    },
    cancel: () => source.cancel(),
  }
}

/** Throws `upstream` when the bytes are damaged. */
function unpack(source: ByteSource): ByteSource {
  const reader = streamOfBytes(source).pipeThrough(new DecompressionStream('gzip')).getReader()
  return {
    async read() {
      try {
        return (await reader.read()).value
      } catch (thrown) {
        throw thrown instanceof GatewayError ? thrown : unreadable(thrown)
      }
    },
    cancel: () => void reader.cancel().catch(() => {}),
  }
}
