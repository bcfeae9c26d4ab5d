import { GatewayError } from '../../../app/errors.ts'
import type { Transport, UpstreamRequest } from '../../../app/ports/transport.ts'

/** How one request is answered; a 200 with the models of the script where nothing is said. */
export interface Answer {
  status?: number
  headers?: Record<string, string>
  /** JSON, or text as it is. */
  body?: unknown
  /** Reads of the network. An `Error` breaks the connection. */
  reads?: (string | Uint8Array | Error)[]
  /** Never answers. */
  silent?: boolean
}

interface Asked extends UpstreamRequest {
  json: Record<string, unknown>
}

/** Of an upstream's models, and of AWS's catalogue, which is asked for beside the requests. */
const LISTING = /\/(models|foundation-models|inference-profiles)(\?|$)/

/** Servers behind a transport: listings of models apart from all else that is asked. */
export function scriptedServer(models: unknown[] | undefined = undefined) {
  const asked: Asked[] = []
  const listings: UpstreamRequest[] = []
  const answers: Answer[] = []
  let cancelled = 0
  const encoder = new TextEncoder()

  const transport: Transport = {
    async send(request, { signal }) {
      if (request.method === 'GET' && LISTING.test(request.path)) {
        listings.push(request)
        const listed = { object: 'list', data: models ?? [] }
        return respond(models === undefined ? { status: 404, body: 'no' } : { body: listed })
      }
      asked.push({ ...request, json: parsed(request.body) })
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { body: {} }
      if (answer.silent) {
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new GatewayError('caller-left', 'left')))
        })
      }
      return respond(answer)
    },
  }

  const respond = ({ status = 200, headers = {}, body, reads }: Answer) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {})
    const waiting = reads ? [...reads] : [text]
    const read = async () => {
      const next = waiting.shift()
      if (next instanceof Error)
        throw new GatewayError('upstream', 'It broke off.', { cause: next })
      return typeof next === 'string' ? encoder.encode(next) : next
    }
    const told: Record<string, string> = {
      'content-type': reads ? 'text/event-stream' : 'application/json',
      ...headers,
    }
    return {
      status,
      header: (name: string) => told[name],
      body: { read, cancel: () => void cancelled++ },
      text: async () => {
        const decoder = new TextDecoder()
        let whole = ''
        for (let piece = await read(); piece; piece = await read()) whole += decoder.decode(piece)
        return whole
      },
    }
  }
  return {
    transport,
    asked,
    listings,
    cancelled: () => cancelled,
    answer: (...next: Answer[]) => void answers.splice(0, answers.length, ...next),
    /** What was sent to models, without what every stream is asked for. */
    bodies: () => asked.map(({ json }) => json),
  }
}

function parsed(body: UpstreamRequest['body']): Record<string, unknown> {
  try {
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body))
  } catch {
    return {}
  }
}

/** Chunks as frames of a stream, one a read. */
export const framesOf = (...chunks: unknown[]): string[] =>
  chunks.map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`)

export const chunkOf = (delta: object, finish: string | null = null, more: object = {}) => ({
  id: 'chatcmpl-upstream',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  service_tier: 'default',
  system_fingerprint: 'fp_1',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  ...more,
})

export const completionOf = (message: object, more: object = {}) => ({
  id: 'chatcmpl-upstream',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hi', refusal: null, annotations: [], ...message },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
  ...more,
})
