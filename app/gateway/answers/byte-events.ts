import { concatenated } from '../../codecs/bytes/byte-pieces.ts'
import type { FrameSource } from '../../codecs/streams/pump.ts'
import type { ServerSide } from '../../dialects/dialect.ts'
import { asGatewayError } from '../../errors.ts'

interface ByteEvents {
  /** The frame of some bytes. */
  piece(bytes: Uint8Array): string
  /** The frames at the end. */
  end(): string
  encodeError: ServerSide['encodeError']
}

/** Bytes as server-sent events, one for what each read brings; pieces have a length that three divides, but for the last. */
export function byteFrames(
  audio: ReadableStream<Uint8Array>,
  { piece, end, encodeError }: ByteEvents,
): FrameSource {
  const reader = audio.getReader()
  let rest: Uint8Array = new Uint8Array(0)
  let isOver = false
  return {
    keepAlive: ': keep-alive\n\n',
    async next() {
      if (isOver) return undefined
      const { done, value } = await reader.read()
      isOver = done
      const all = value ? concatenated([rest, value]) : rest
      // Whoever joins the base64 of the pieces before decoding it must get the same bytes.
      const whole = done ? all.length : all.length - (all.length % 3)
      rest = all.slice(whole)
      const text = whole > 0 ? piece(all.subarray(0, whole)) : ''
      return done ? text + end() : text
    },
    fail(error) {
      isOver = true
      return `data: ${JSON.stringify(encodeError(asGatewayError(error), ''))}\n\n`
    },
    cancel() {
      isOver = true
      void reader.cancel().catch(() => {})
    },
  }
}
