import { storeFault } from './errors.ts'

/**
 * The body of an object. Where it breaks off, or stands still for that many milliseconds while somebody
 * reads, it fails as the store's requests do.
 */
export function readBody(
  body: ReadableStream<Uint8Array>,
  patience: number,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let timer: ReturnType<typeof setTimeout> | undefined
        try {
          const stalled = new Promise<never>((_, reject) => {
            timer = setTimeout(
              () => reject(new Error(`S3 sent nothing for ${patience} ms.`)),
              patience,
            )
          })
          const { done, value } = await Promise.race([reader.read(), stalled])
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (thrown) {
          reader.cancel(thrown).catch(() => {})
          throw storeFault(thrown)
        } finally {
          clearTimeout(timer)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
