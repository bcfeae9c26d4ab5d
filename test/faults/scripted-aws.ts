import { GatewayError } from '../../app/errors.ts'
import type {
  ByteSource,
  Transport,
  UpstreamRequest,
  UpstreamResponse,
} from '../../app/ports/transport.ts'
import { chunkFrames, claudeEvents } from '../fakes/claude-answers.ts'
import { encodeFrame, textFrames } from '../fakes/fake-bedrock-frames.ts'

/** What an upstream does next: sends bytes, breaks the connection, says nothing more, or sends for ever. */
export type Step = Uint8Array | 'reset' | 'stall' | { forever: Uint8Array }

/** How one call is answered. Steps that run out close the body. */
export interface Script {
  status?: number
  errorType?: string
  steps: Step[]
}

/** What became of one call. */
interface Made {
  request: UpstreamRequest
  reads: number
  cancelled: boolean
  ended: boolean
}

/** The control plane is well and lists nothing: models are then known by the form of their ids. */
const NOTHING_LISTED: UpstreamResponse = {
  status: 200,
  header: () => undefined,
  body: { read: async () => undefined, cancel: () => {} },
  text: async () => '{}',
}

/** An AWS without sockets that does as it is told, and remembers what was done to it. */
export function scriptedAws(answer: (request: UpstreamRequest) => Script | 'stall' | 'refused') {
  const made: Made[] = []
  const transport: Transport = {
    send: async (request, { signal }) => {
      if (request.method === 'GET') return NOTHING_LISTED
      const call: Made = { request, reads: 0, cancelled: false, ended: false }
      made.push(call)
      const script = answer(request)
      if (script === 'refused') throw new GatewayError('overloaded', 'Nobody is there.')
      if (script === 'stall') {
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            call.cancelled = true
            reject(signal.reason)
          })
        })
      }
      const body = bodyOf(script.steps, call)
      signal.addEventListener('abort', () => body.cancel())
      return {
        status: script.status ?? 200,
        header: (name) => (name === 'x-amzn-errortype' ? script.errorType : undefined),
        body,
        text: () => textOf(body),
      }
    },
  }
  return { transport, made }
}

function bodyOf(steps: readonly Step[], call: Made): ByteSource {
  let next = 0
  let stop: (error: Error) => void = () => {}
  const read = async (): Promise<Uint8Array | undefined> => {
    call.reads++
    if (call.cancelled) return undefined
    const step = steps[next]
    if (step === undefined) {
      call.ended = true
      return undefined
    }
    if (step === 'stall') {
      return new Promise((_, reject) => {
        stop = reject
      })
    }
    if (step === 'reset') {
      call.ended = true
      throw new GatewayError('upstream', 'The connection to the upstream broke.')
    }
    if (step instanceof Uint8Array) {
      next++
      return step.slice()
    }
    // The event loop turns, as it does between two reads of a socket.
    await new Promise(setImmediate)
    return step.forever.slice()
  }
  return {
    read,
    cancel() {
      if (call.ended) return
      call.cancelled = true
      stop(new GatewayError('caller-left', 'cancelled'))
    },
  }
}

async function textOf(body: ByteSource): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for (let bytes = await body.read(); bytes; bytes = await body.read()) {
    text += decoder.decode(bytes, { stream: true })
  }
  return text
}

export const WORDS = ['Once ', 'upon ', 'a ', 'time.']

/** Answers of a few words, frame by frame: of ConverseStream, and of Claude through InvokeModel. */
export const FRAMES = {
  converse: textFrames(WORDS).map(encodeFrame),
  invoke: chunkFrames(claudeEvents(WORDS)).map(encodeFrame),
}

export type Wire = keyof typeof FRAMES
