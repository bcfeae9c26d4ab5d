import { once } from 'node:events'
import { Writable } from 'node:stream'
import type { Hono } from 'hono'
import { streamHandle } from 'hono/aws-lambda'
import { unreadableRequest } from '../serving/unreadable-request.ts'
import { withoutStrayBody } from './lambda-event.ts'
import type { LambdaEnv } from './lambda-limits.ts'

/** What Lambda runs: with the event, the stream of the answer, and the invocation's context. */
export type Handler = (event: object, stream: Writable, context: object) => Promise<void>

/** What stands before an answer's content (developer guide, response-streaming-tutorial). */
interface Metadata {
  statusCode: number
  headers: Record<string, string>
  cookies: string[]
}

declare const awslambda: {
  HttpResponseStream: { from(stream: Writable, metadata: Metadata): Writable }
}

type Fetch = (request: Request, env: LambdaEnv) => Response | Promise<Response>

/** Hono reads the event. What it would write goes nowhere, for it destroys the stream of an answer that breaks off. */
export function answering(ask: Fetch): Handler {
  return async (event, stream, context) => {
    let sent: Promise<void> | undefined
    const answer = async (request: Request, env: LambdaEnv) => {
      sent = sendAnswer(stream, await ask(request, env))
      await sent.catch(() => {})
      return new Response(null)
    }
    const hear = streamHandle({ fetch: answer as Hono['fetch'] } as Hono) as Hearing
    await hear(withoutStrayBody(event), nowhere(), context)
    await (sent ?? sendAnswer(stream, unreadableRequest(UNREADABLE)))
  }
}

type Hearing = (event: object, ...others: unknown[]) => Promise<void>

const UNREADABLE = 'The request cannot be read: look at its method and its headers.'

const nowhere = () =>
  Object.assign(new Writable({ write: (_bytes, _encoding, done) => done() }), {
    setContentType() {},
  })

/**
 * Sends an answer as its content comes. Rejects where that breaks off: the runtime then tells Lambda that it did. It
 * falls itself when its stream is destroyed instead. Where nobody takes the content any more its source is told at once.
 */
export async function sendAnswer(stream: Writable, answer: Response): Promise<void> {
  const out = awslambda.HttpResponseStream.from(stream, metadataOf(answer))
  const reader = answer.body?.getReader()
  const lost = new AbortController()
  const lose = (why: unknown = new Error('Lambda has closed the stream of the answer.')) => {
    lost.abort(why)
    reader?.cancel(why).catch(() => {})
  }
  out.once('error', lose).once('close', lose)
  let isBegun = false
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    isBegun = true
    if (!out.write(read.value)) await once(out, 'drain', lost).catch(() => {})
    lost.signal.throwIfAborted()
  }
  lost.signal.throwIfAborted()
  // The metadata leaves with the first write, and without any there would be none.
  if (!isBegun) out.write('')
  out.end()
}

function metadataOf({ status, headers }: Response): Metadata {
  const cookies = headers.getSetCookie()
  const others = [...headers].filter(([name]) => name !== 'set-cookie')
  return { statusCode: status, headers: Object.fromEntries(others), cookies }
}
