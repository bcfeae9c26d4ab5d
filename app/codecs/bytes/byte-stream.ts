/** Bytes, pulled; `undefined` at the end. */
interface Pulled {
  read(): Promise<Uint8Array | undefined>
  cancel(): void
}

/** What is pulled as a stream of the Web that asks for nothing ahead; whoever cancels it stops the source. */
export function streamOfBytes(source: Pulled): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const bytes = await source.read()
        if (bytes === undefined) controller.close()
        else controller.enqueue(bytes as Uint8Array<ArrayBuffer>)
      },
      cancel: () => source.cancel(),
    },
    { highWaterMark: 0 },
  )
}

/** A stream with each of its pieces changed; `last` may add to the end. Cancelling it cancels the source. */
export function mappedStream(
  source: ReadableStream<Uint8Array>,
  change: (bytes: Uint8Array) => Uint8Array,
  last?: () => Uint8Array,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader()
  let ended = false
  return streamOfBytes({
    async read() {
      while (!ended) {
        const { done, value } = await reader.read()
        ended = done
        const made = done ? last?.() : change(value)
        if (made && made.length > 0) return made
      }
      return undefined
    },
    cancel: () => void reader.cancel().catch(() => {}),
  })
}

/** How a stream went. */
interface StreamEnd {
  ended: 'complete' | 'failed' | 'caller-left'
  bytes: number
  error?: unknown
}

/** The stream as it is; `ended` is told once how it went: to its end, until it failed, or until its reader left. */
export function watchedStream(
  source: ReadableStream<Uint8Array>,
  ended: (end: StreamEnd) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader()
  let bytes = 0
  return streamOfBytes({
    async read() {
      try {
        const { done, value } = await reader.read()
        if (done) ended({ ended: 'complete', bytes })
        else bytes += value.length
        return value
      } catch (error) {
        ended({ ended: 'failed', bytes, error })
        throw error
      }
    },
    cancel() {
      ended({ ended: 'caller-left', bytes })
      void reader.cancel().catch(() => {})
    },
  })
}

/** Bytes that come before a stream. */
export function precededBy(
  front: Uint8Array,
  source: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader()
  let first: Uint8Array | undefined = front
  return streamOfBytes({
    async read() {
      const given = first
      first = undefined
      return given ?? (await reader.read()).value
    },
    cancel: () => void reader.cancel().catch(() => {}),
  })
}

/** Whole bytes as a stream. */
export function streamOfWhole(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let rest: Uint8Array | undefined = bytes
  return streamOfBytes({
    async read() {
      const given = rest
      rest = undefined
      return given?.length ? given : undefined
    },
    cancel() {
      rest = undefined
    },
  })
}
