import type { Conversation } from '../../../conversation/conversation.ts'
import { openaiResponses } from '../../../dialects/openai-responses/index.ts'
import {
  brokenResponse,
  endOfResponse,
  queuedResponse,
} from '../../../dialects/openai-responses/stored-response.ts'
import type { WireRequest } from '../../../dialects/openai-responses/wire.ts'
import { asGatewayError, GatewayError } from '../../../errors.ts'
import type { Answer, Heard } from '../../../gateway/answer.ts'
import { toldFrames } from '../../../gateway/answers/told-frames.ts'
import { type Brake, createBrake } from '../../../gateway/brake.ts'
import { exchange, newAnswerId } from '../../../gateway/exchange.ts'
import { runUnread } from '../../../gateway/unread.ts'
import { reply } from '../../../http/answers/reply.ts'
import { respond } from '../../../http/answers/respond.ts'
import { caller } from '../../../http/caller.ts'
import type { HttpContext } from '../../../http/context.ts'
import { attend, type ResponseJob, responseJobs } from '../../../library/responses/response-jobs.ts'
import { type TakenThread, takeResponseThread } from '../../../library/responses/response-thread.ts'
import {
  type KeptResponse,
  type StoredResponses,
  storedResponses,
} from '../../../library/responses/stored-responses.ts'
import { currentResponse } from './current-response.ts'

const { server } = openaiResponses

/** Responses that are worked on while nobody waits for them. */
export interface BackgroundResponses {
  create(c: HttpContext, body: WireRequest): Promise<Response>
}

/** Milliseconds for which a model is waited for, so that what it refuses is refused at once. */
const PATIENCE = 2000

/** One response on its way. */
interface Work {
  id: string
  queued: KeptResponse
  conversation: Conversation
  thread: TakenThread<WireRequest>
  shelf: StoredResponses
  job: ResponseJob
  brake: Brake
  /** Resolves when what broke off is kept; absent where nothing did. */
  kept?: Promise<void>
}

/** Counts those of one process. */
export function createBackgroundResponses(): BackgroundResponses {
  let running = 0
  return {
    async create(c, body) {
      checkBackground(c, body, running)
      running++
      let release = async () => {}
      try {
        const thread = await takeResponseThread(body, c.get('services'), caller(c).owner)
        release = thread.release
        const work = prepare(c, thread)
        const asked = exchange(heardOf(c, work), c.get('services'))
        await begin(work, asked)
        c.get('entry').streaming = true
        const done = finish(c, work, asked)
        c.get('services').afterwork.add(done)
        done.finally(() => running--).finally(release)
        return answered(c, work, body.stream === true)
      } catch (thrown) {
        running--
        await release()
        throw thrown
      }
    },
  }
}

function checkBackground(c: HttpContext, body: WireRequest, running: number): void {
  const { runtime, config } = c.get('services')
  if (runtime.transient) {
    throw new GatewayError(
      'unsupported-parameter',
      `'background' needs a server that goes on working when it has answered, and this one (${runtime.name}) does not.`,
      { param: 'background', reason: 'background_not_supported' },
    )
  }
  if (body.store === false) {
    throw new GatewayError('invalid-request', "'background' needs 'store' to be true.", {
      param: 'background',
      reason: 'background_requires_store',
    })
  }
  if (running < config.BACKGROUND_RESPONSES) return
  throw new GatewayError('rate-limit', 'Too many responses are worked on in the background.', {
    retryAfter: 5,
  })
}

function prepare(c: HttpContext, thread: Work['thread']): Work {
  const services = c.get('services')
  const { owner } = caller(c)
  const conversation = server.decodeRequest(thread.request)
  const id = newAnswerId(server)
  const created = Math.floor(Date.now() / 1000)
  const head = { id, created, model: conversation.model }
  return {
    id,
    queued: queuedResponse(conversation, head) as KeptResponse,
    conversation,
    thread,
    shelf: storedResponses(services, owner),
    job: toldOnce(responseJobs(services, owner).open(id)),
    brake: createBrake(),
  }
}

/** From here on it can be found. Throws what the model says against it at once. */
async function begin(work: Work, asked: Promise<Answer>): Promise<void> {
  try {
    const early = await soon(asked)
    await work.thread.keepBroken({ ...work.queued, status: early ? 'in_progress' : 'queued' })
    await work.job.beat()
    await work.job.tell(startOf(work))
  } catch (thrown) {
    // Nobody will read what the model says to a response that is not there.
    asked.then(
      (answer) => answer.kind === 'stream' && answer.frames.cancel(),
      () => {},
    )
    throw thrown
  }
}

/** Who follows has to know the id, however long the model thinks before it speaks. */
const startOf = ({ id, queued, conversation }: Work): string => {
  const head = { id, created: queued.created_at, model: conversation.model }
  return server.replyEncoder(conversation, head).write([])
}

/** `response.created` and `response.in_progress`. */
const EVENTS_OF_START = 2

/** A job that is told its start beforehand, and passes over it where the model's stream begins with it. */
function toldOnce(job: ResponseJob): ResponseJob {
  let isBegun = false
  let left = EVENTS_OF_START
  return {
    ...job,
    async tell(text) {
      let rest = text
      for (; isBegun && left > 0 && rest !== ''; left--) rest = rest.slice(rest.indexOf('\n\n') + 2)
      isBegun = true
      if (rest !== '') await job.tell(rest)
    },
  }
}

/** Who asked may leave: only a cancellation stops the work. What was cancelled stays so, with what had been said. */
function heardOf(c: HttpContext, work: Work): Heard {
  const { id, thread, shelf } = work
  return {
    dialect: openaiResponses,
    ...caller(c),
    onLeft: work.brake.by,
    body: { ...thread.request, stream: true },
    id,
    keeps: true,
    async keep({ body }) {
      const said = body as KeptResponse
      // First the conversation: who reads that the response is complete may go on with it at once.
      const [appended] = await Promise.allSettled([thread.append(said)])
      const changing = shelf.change(id, (now) =>
        now.status === 'cancelled' ? { ...now, output: said.output } : said,
      )
      const [kept] = await Promise.allSettled([changing])
      const isWhole = kept.status === 'fulfilled' && kept.value.status !== 'cancelled'
      if (!isWhole) await thread.retract(said)
      await thread.release()
      if (kept.status === 'rejected') unlessDeleted(kept.reason)
      if (isWhole && appended.status === 'rejected') throw appended.reason
    },
    async keepBroken({ body }, why) {
      const broken = brokenResponse(body as KeptResponse, why) as KeptResponse
      await thread.release()
      const keeping = shelf.change(id, (now) =>
        now.status === 'cancelled' ? { ...now, output: broken.output } : broken,
      )
      // Deleted meanwhile, or the store is gone as well.
      work.kept = keeping.then(
        () => {},
        () => {},
      )
      await work.kept
    },
  }
}

/** Nothing is left to be kept then, which is nobody's failure. */
function unlessDeleted(thrown: unknown): void {
  if (!(thrown instanceof GatewayError) || thrown.code !== 'not-found') throw thrown
}

/** What comes of it within our patience; undefined where it takes longer. */
async function soon(asked: Promise<Answer>): Promise<Answer | undefined> {
  let stop = () => {}
  const patience = new Promise<undefined>((resolve) => {
    const timer = setTimeout(resolve, PATIENCE)
    stop = () => clearTimeout(timer)
  })
  try {
    return await Promise.race([asked, patience])
  } finally {
    stop()
  }
}

/** Never rejects: nobody would hear of it. The log line is written when all is done. */
async function finish(c: HttpContext, work: Work, asked: Promise<Answer>): Promise<void> {
  const entry = c.get('entry')
  const { job, brake } = work
  const rest = attend(job, brake.pull)
  try {
    const answer = await asked
    if (answer.kind !== 'stream') return
    entry.record = answer.record
    await begun(work)
    const follower = { tell: job.tell, begun: brake.by }
    const outcome = await runUnread(answer, follower, c.get('services'))
    await work.kept
    entry.firstTextAfter = outcome.firstText
    if (outcome.ended !== 'complete') {
      entry.error = asGatewayError(outcome.error ?? cancelled())
    }
  } catch (thrown) {
    const error = asGatewayError(thrown)
    entry.error = error
    await failed(work, error)
  } finally {
    await rest()
    await job.end().catch(() => {})
    c.get('log').close(entry, 200)
  }
}

/** Its model speaks. */
async function begun({ id, shelf }: Work): Promise<void> {
  try {
    await shelf.change(id, (now) =>
      now.status === 'queued' ? { ...now, status: 'in_progress' } : undefined,
    )
  } catch {
    // Deleted meanwhile, which the next look tells; or the store will take its end.
  }
}

const cancelled = () => new GatewayError('caller-left', 'The response was cancelled.')

/** It did not even begin. */
async function failed(work: Work, error: GatewayError) {
  const { id, queued, conversation, thread, shelf, job } = work
  await thread.release()
  const head = { id, created: queued.created_at, model: conversation.model }
  const broken = brokenResponse(queued, error) as KeptResponse
  try {
    if (error.code !== 'caller-left') {
      await job.tell(server.replyEncoder(conversation, head).fail(error))
    }
    await shelf.change(id, (now) => (now.status === 'cancelled' ? undefined : broken))
  } catch {
    // The store is gone as well; without a sign of life the response counts as failed all the same.
  }
}

function answered(c: HttpContext, { id, queued }: Work, isStream: boolean): Response {
  if (!isStream) return reply(c, JSON.stringify(queued))
  const { model } = queued as { model?: string }
  return respond(c, followed(c, { id, model: String(model) }))
}

/** What a response in the background tells, as an answer. */
export function followed(
  c: HttpContext,
  { id, model, startingAfter }: { id: string; model: string; startingAfter?: number },
): Answer {
  const jobs = responseJobs(c.get('services'), caller(c).owner)
  const { encodeError } = server
  const endBehind = async (number: number) => {
    const response = await currentResponse(c, id)
    return response.status === 'cancelled' ? '' : endOfResponse(response, number + 1)
  }
  return {
    kind: 'stream',
    frames: toldFrames(jobs, { id, startingAfter, encodeError, endBehind }),
    headers: {},
    record: { operation: 'chat', model, stream: true },
  }
}
