import { encodeBase64 } from '../../../codecs/bytes/base64.ts'
import { imageSize } from '../../../codecs/pictures/image-size.ts'
import type { FrameSource } from '../../../codecs/streams/pump.ts'
import { sseComment, sseEvent } from '../../../codecs/streams/sse.ts'
import { encodeError } from '../../../dialects/openai-error.ts'
import { asGatewayError } from '../../../errors.ts'
import type { ExchangeRecord } from '../../../gateway/answer.ts'
import { usageHeaders } from '../../../gateway/answers/answer-headers.ts'
import { draw, type ImageOrder } from '../../../gateway/operations/draw.ts'
import { respond } from '../../../http/answers/respond.ts'
import { caller } from '../../../http/caller.ts'
import type { HttpContext } from '../../../http/context.ts'
import type { DrawnImages, ImageBytes } from '../../../ports/images.ts'
import { withDetails } from '../error-details.ts'
import { formatOf, inImageWords, look, usageOf } from './image-answer.ts'

/** What a stream is called by the operation it is of (OpenAI's API reference, images/streaming). */
const NAMES = {
  generate: 'image_generation',
  edit: 'image_edit',
  // OpenAI streams no variations; whoever asks for that all the same is given the events of an edit.
  vary: 'image_edit',
} as const

/**
 * Pictures as server-sent events: unfinished ones as they come, then each finished one. The head is sent with
 * the first of them or after FIRST_FRAME_WAIT, so that what fails before that is an HTTP error.
 */
export async function streamImages(c: HttpContext, order: ImageOrder): Promise<Response> {
  const services = c.get('services')
  const told = caller(c)
  const events = createEvents(order)
  let record: ExchangeRecord | undefined
  let stop: (() => void) | undefined
  const asking = {
    ...told,
    begun(begun: ExchangeRecord) {
      record = begun
      begun.stream = true
      told.begun?.(begun)
    },
    onLeft(leave: () => void) {
      stop = leave
      told.onLeft?.(leave)
    },
  }
  let headers: Record<string, string> = {}
  const onAsked = ({ ignored }: { ignored: string[] }) => {
    if (ignored.length > 0) headers = { 'x-outcrop-ignored-params': ignored.join(', ') }
  }
  const drawing = draw({ order, onPartial: events.partial, onAsked }, asking, services)
    .then((operated) => {
      headers = operated.headers
      events.finished(operated.result)
    })
    .catch((thrown: unknown) => events.failed(inImageWords(thrown, order)))
  await events.begun(services.config.FIRST_FRAME_WAIT * 1000)
  const failure = events.failure()
  if (failure !== undefined) {
    if (record) c.get('entry').record = record
    throw failure
  }
  // Only what has not even found its model yet has no record.
  if (!record) await drawing
  const frames = framesOf(
    events,
    () => stop?.(),
    () => record,
  )
  return respond(c, { kind: 'stream', frames, headers, record: record! })
}

type Events = ReturnType<typeof createEvents>

function framesOf(
  events: Events,
  stop: () => void,
  record: () => ExchangeRecord | undefined,
): FrameSource {
  return {
    keepAlive: sseComment('drawing'),
    next: events.next,
    fail: (error) => sseEvent('error', JSON.stringify(errorText(error))),
    cancel: stop,
    trailers: () => {
      const usage = record()?.usage
      return usage && usageHeaders(usage)
    },
  }
}

const voice = withDetails({ encodeError })

const errorText = (error: unknown) => {
  const { error: told } = voice.encodeError(asGatewayError(error), '') as { error: object }
  return { type: 'error', error: told }
}

/** What there is to send, in order, and whoever waits for it. */
function createEvents(order: ImageOrder) {
  const name = NAMES[order.task]
  const waiting: string[] = []
  let over = false
  let error: unknown
  let wake: () => void = () => {}
  let first: () => void = () => {}
  const begun = new Promise<void>((resolve) => {
    first = resolve
  })
  const put = (...frames: string[]) => {
    waiting.push(...frames)
    first()
    wake()
  }
  const frame = (kind: string, image: ImageBytes, more: object) => {
    const type = `${name}.${kind}`
    const event = { type, b64_json: encodeBase64(image.bytes), ...about(image, order), ...more }
    return sseEvent(type, JSON.stringify(event))
  }
  return {
    partial(image: ImageBytes, index: number) {
      put(frame('partial_image', image, { partial_image_index: index }))
    },
    finished(drawn: DrawnImages) {
      over = true
      // Every event of several has to tell a bill, and only the sum of them may be the bill.
      const last = drawn.images.length - 1
      const frames = drawn.images.map((image, at) => {
        const usage = usageOf(
          at === last ? drawn : { ...drawn, usage: NOTHING, inputImageTokens: 0 },
        )
        const known = { quality: 'auto', ...look({ ...drawn, images: [image] }, order) }
        return frame('completed', image, { ...known, usage })
      })
      put(...frames)
    },
    failed(thrown: unknown) {
      over = true
      error = thrown
      put()
    },
    failure: () => (waiting.length === 0 ? error : undefined),
    /** Resolves when there is something to send, or after so many milliseconds. */
    async begun(patience: number) {
      let timer: ReturnType<typeof setTimeout> | undefined
      const enough = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patience)
      })
      await Promise.race([begun, enough]).finally(() => clearTimeout(timer))
    },
    async next(): Promise<string | undefined> {
      while (waiting.length === 0 && !over) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (waiting.length > 0) return waiting.splice(0).join('')
      if (error !== undefined) throw error
      return undefined
    },
  }
}

const NOTHING = { input: 0, output: 0 }

/** The members every event must have. */
function about(image: ImageBytes, { quality, background }: ImageOrder) {
  const size = imageSize(image.bytes)
  return {
    created_at: Math.floor(Date.now() / 1000),
    size: size ? `${size.width}x${size.height}` : 'auto',
    quality: quality ?? 'auto',
    background: background ?? 'auto',
    output_format: formatOf(image),
  }
}
