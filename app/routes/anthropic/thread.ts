import type { Answer, Answered, Heard } from '../../gateway/answer.ts'
import { caller } from '../../http/caller.ts'
import type { HttpContext } from '../../http/context.ts'
import {
  messageThreads,
  type ThreadAnswer,
  type ThreadRequest,
} from '../../library/responses/message-threads.ts'

type Threaded = Pick<Heard, 'body' | 'keep' | 'keepBroken' | 'keeps'>

/** The request with the whole conversation of its thread, for what only looks at it. */
export async function readThread<Request extends ThreadRequest>(
  c: HttpContext,
  body: Request,
): Promise<Request> {
  const services = c.get('services')
  // Where none are kept, the dialect tells the caller so.
  if (!body.thread || !services.config.MESSAGE_THREADS) return body
  return messageThreads(services, caller(c).owner).read(body)
}

/** Asks with the whole conversation of the request's thread, which is kept when it is answered; without one as it is. */
export async function inThread(
  c: HttpContext,
  body: ThreadRequest,
  ask: (threaded: Threaded) => Promise<Answer>,
): Promise<Answer> {
  const services = c.get('services')
  if (!body.thread || !services.config.MESSAGE_THREADS) return ask({ body })
  const threaded = await messageThreads(services, caller(c).owner).open(body)
  if (!threaded) return ask({ body })
  const { request, keep, abandon } = threaded
  try {
    return await ask({
      body: request,
      keep: ({ body: answer }: Answered) => keep(answer as ThreadAnswer),
      keepBroken: abandon,
      keeps: true,
    })
  } catch (thrown) {
    await abandon()
    throw thrown
  }
}
