import { bytesOfText } from '../../app/codecs/bytes/byte-text.ts'
import type { Sink, StreamOut } from '../../app/ports/stream-out.ts'

/** One ReadableStream per answer, one chunk per write. */
export const webStreamOut: StreamOut = (start, run) => {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array>
  let over = false
  let wake: (() => void) | undefined
  const pulled = () => {
    wake?.()
    wake = undefined
  }

  const body = new ReadableStream<Uint8Array>({
    start(opened) {
      controller = opened
    },
    pull: pulled,
    cancel() {
      const left = !over
      over = true
      pulled()
      if (left) start.onLeave()
    },
  })
  const sink: Sink = {
    write(text) {
      if (over || text === '') return undefined
      controller.enqueue(start.binary ? bytesOfText(text) : encoder.encode(text))
      if (controller.desiredSize! > 0) return undefined
      return new Promise((resolve) => {
        wake = resolve
      })
    },
    end() {
      if (over) return
      over = true
      controller.close()
    },
    abort() {
      if (over) return
      over = true
      controller.error(new Error('The answer broke off.'))
    },
  }
  void run(sink).catch(sink.abort)
  return new Response(body, { status: start.status, headers: start.headers })
}
