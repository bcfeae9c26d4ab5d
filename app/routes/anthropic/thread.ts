import type { Answered, Heard } from '../../gateway/answer.ts'
import { caller } from '../../http/caller.ts'
import type { HttpContext } from '../../http/context.ts'
import {
  messageThreads,
  type ThreadAnswer,
  type ThreadRequest,
} from '../../library/message-threads.ts'

type Threaded = Pick<Heard, 'body' | 'keep' | 'keeps'>

/** The request with its whole conversation, which is kept when it is answered, where it is one of a thread. */
export async function openThread(c: HttpContext, body: ThreadRequest): Promise<Threaded> {
  const services = c.get('services')
  // Where none are kept, the dialect tells the caller so.
  if (!body.thread || !services.config.MESSAGE_THREADS) return { body }
  const threaded = await messageThreads(services, caller(c).owner).open(body)
  if (!threaded) return { body }
  return {
    body: threaded.request,
    keep: ({ body: answer }: Answered) => threaded.keep(answer as ThreadAnswer),
    keeps: true,
  }
}
