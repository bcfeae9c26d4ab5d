import { amended, type ErrorCode, GatewayError } from '../../../errors.ts'
import type { Attempt } from '../../../ports/call.ts'
import { concernsRegion, isLocal, isUnknownModel, troubleOf } from './faults.ts'
import { type Candidate, type Plan, refusalOf } from './region-policy.ts'
import type { Router, Way } from './router.ts'

/** What one request may be asked, and where. */
export interface Routes {
  plan: Plan
  /** A plan made with the catalogue, where the first was made without; waits for it. */
  better?(): Promise<Plan | undefined>
}

/** How regions are asked for one request. Times in milliseconds. */
interface Turn<T> {
  way: Way
  signal: AbortSignal
  /** The region that holds the prompt in its cache. */
  warm?: string
  /** After how long a second region is asked as well; 0 never. */
  hedgeAfter: number
  /** How long a region has to begin, unless it is the last. */
  patience: number
  ask(candidate: Candidate, signal: AbortSignal): Promise<T>
  /** Stops what was begun and is not needed any more. */
  undo(answer: T): void
  /** A region did not answer and another is asked. */
  onFailure?(attempt: Attempt): void
}

interface Outcome<T> {
  answer: T
  candidate: Candidate
  tried: Attempt[]
}

/**
 * Asks one region after the other until one begins to answer; every region at most once. Only what
 * concerns the region leads to the next: throttling, its failures, timeouts. Throws the `GatewayError` of
 * the last region, with `retryAfter` by what the router knows.
 */
export async function askInTurn<T>(
  router: Router,
  routes: Routes,
  turn: Turn<T>,
): Promise<Outcome<T>> {
  const queue = createQueue(router, routes, turn)
  const tried: Attempt[] = []
  let failure: unknown
  for (;;) {
    const coming = queue.next()
    const first = coming instanceof Promise ? await coming : coming
    if (!first) break
    const settled = await askHedged(router, queue, { turn, first, tried })
    if ('answer' in settled) return { ...settled, tried }
    const { thrown } = settled
    if (turn.signal.aborted) throw brokenOff(turn.signal, { thrown, tried })
    // A refusal that concerns one region must not hide why the others could not answer.
    if (failure === undefined || !isLocal(thrown)) failure = thrown
    queue.failed(thrown)
    if (queue.isOver(thrown)) break
    turn.onFailure?.(tried.at(-1)!)
  }
  throw explain(failure, tried, router.retryAfter(queue.planned()))
}

interface Queue {
  /** A promise only where the catalogue must be asked first. */
  next(): Candidate | undefined | Promise<Candidate | undefined>
  /** The next one if it is known without waiting. */
  take(): Candidate | undefined
  hasMore(): boolean
  failed(thrown: unknown): void
  isOver(thrown: unknown): boolean
  planned(): readonly Candidate[]
}

function createQueue<T>(router: Router, { plan, better }: Routes, { way, warm }: Turn<T>): Queue {
  let planned = plan.candidates
  let waiting = router.order(planned, way, warm)
  let at = 0
  let improve = better
  let isRotating = false
  /** What was asked, by region; and ids AWS did not know there, whose region may be asked for another. */
  const asked: string[] = []
  const unknown: string[] = []

  const take = () => {
    const next = waiting[at]
    if (next) {
      at++
      asked.push(next.region)
    }
    return next
  }
  /** Looks once into the catalogue: for the other regions, or for the id by which this one knows the model. */
  const replan = async () => {
    const look = improve
    improve = undefined
    const found = await look?.()
    if (!found) return
    const isNeeded = asked.length === 0 || unknown.length > 0
    if (found.candidates.length === 0 && isNeeded) throw refusalOf(found.refusal ?? '')
    planned = found.candidates
    const isNew = ({ region, key }: Candidate) =>
      !asked.includes(region) || (unknown.includes(region) && !unknown.includes(key))
    waiting = router.order(planned, way, warm).filter(isNew)
    at = 0
  }
  /** Whether a region that would have been asked before is still to come. */
  const isResting = () => waiting.slice(at).some((one) => router.retryAfter([one]) !== undefined)
  const takeNext = () => {
    if (asked.length + waiting.length === 0) throw refusalOf(plan.refusal ?? '')
    return take()
  }
  return {
    take,
    next() {
      const isDue = improve !== undefined && (at === waiting.length || asked.length > 0)
      return isDue ? replan().then(takeNext) : takeNext()
    },
    hasMore: () => at < waiting.length,
    failed(thrown) {
      if (troubleOf(thrown)) isRotating = true
    },
    isOver(thrown) {
      if (troubleOf(thrown)) return false
      if (isLocal(thrown) && (isRotating || isResting())) return false
      if (!isUnknownModel(thrown) || !improve) return true
      unknown.push(...asked)
      for (const { region, key } of planned) if (asked.includes(region)) unknown.push(key)
      return false
    },
    planned: () => planned,
  }
}

interface HedgedTurn<T> {
  turn: Turn<T>
  first: Candidate
  tried: Attempt[]
}

type Settled<T> = { answer: T; candidate: Candidate } | { thrown: unknown }

/** Asks one region, and a second when the first is slow to begin; whichever begins first has won. */
function askHedged<T>(router: Router, queue: Queue, hedged: HedgedTurn<T>): Promise<Settled<T>> {
  const first = askOnce(router, hedged, { candidate: hedged.first, hasMore: queue.hasMore() })
  const isAlone = hedged.turn.hedgeAfter <= 0 || !queue.hasMore()
  return isAlone ? first.settled : race(first, { router, queue, hedged })
}

interface Race<T> {
  router: Router
  queue: Queue
  hedged: HedgedTurn<T>
}

async function race<T>(first: Asked<T>, { router, queue, hedged }: Race<T>): Promise<Settled<T>> {
  const { turn } = hedged
  const early = await within(first.settled, turn.hedgeAfter)
  if (early) return early
  const candidate = queue.take()!
  const second = askOnce(router, hedged, { candidate, hasMore: queue.hasMore() })
  const winner = await Promise.race([
    first.settled.then((settled) => ({ settled, other: second })),
    second.settled.then((settled) => ({ settled, other: first })),
  ])
  if ('thrown' in winner.settled && concernsRegion(winner.settled.thrown)) {
    queue.failed(winner.settled.thrown)
    return winner.other.settled
  }
  winner.other.cancel()
  void winner.other.settled.then((late) => 'answer' in late && turn.undo(late.answer))
  return winner.settled
}

interface Asked<T> {
  settled: Promise<Settled<T>>
  /** Gives it up for an answer that has just come, before which it is noted. */
  cancel(): void
}

function askOnce<T>(
  router: Router,
  { turn: { way, signal, ask, patience, hedgeAfter }, tried }: HedgedTurn<T>,
  { candidate, hasMore }: { candidate: Candidate; hasMore: boolean },
): Asked<T> {
  const ticket = router.begin(candidate, way)
  const startedAt = performance.now()
  let isNoted = false
  const note = (outcome: string, place = tried.length) => {
    if (isNoted) return
    isNoted = true
    const milliseconds = Math.round(performance.now() - startedAt)
    const { region, id: model } = candidate
    tried.splice(place, 0, { region, model, outcome, milliseconds })
  }
  // The only region of a request needs no signal of its own; that is most requests.
  const own = hasMore || hedgeAfter > 0 ? openLimit(signal, hasMore ? patience : 0) : undefined
  const run = async (): Promise<Settled<T>> => {
    try {
      const answer = await ask(candidate, own?.signal ?? signal)
      own?.settle(way === 'stream')
      ticket.answered()
      note('answered')
      return { answer, candidate }
    } catch (thrown) {
      own?.settle(false)
      const error = own?.reason() ?? thrown
      const trouble = error === CANCELLED || hasLeft(signal) ? undefined : troubleOf(error)
      if (trouble) ticket.failed(trouble)
      else ticket.dropped()
      note(codeOf(error))
      return { thrown: error }
    }
  }
  const cancel = () => {
    own?.cancel()
    note('cancelled', tried.length - 1)
  }
  return { settled: run(), cancel }
}

/** A loser of a race; nobody sees this. */
const CANCELLED = new GatewayError('caller-left', 'Another region was faster.')

/** A signal that also fires when a region takes too long to begin. */
function openLimit(outer: AbortSignal, patience: number) {
  const controller = new AbortController()
  let reason: GatewayError | undefined
  const stop = (error: GatewayError) => {
    reason = error
    controller.abort(error)
  }
  const follow = () => controller.abort(outer.reason)
  if (outer.aborted) follow()
  outer.addEventListener('abort', follow, { once: true })
  const timer =
    patience > 0
      ? setTimeout(() => stop(new GatewayError('timeout', TOO_LATE)), patience)
      : undefined
  return {
    signal: controller.signal,
    reason: () => reason,
    cancel: () => stop(CANCELLED),
    /** A stream goes on under this signal, so the caller's leaving must still reach it. */
    settle(goesOn: boolean) {
      clearTimeout(timer)
      if (!goesOn) outer.removeEventListener('abort', follow)
    },
  }
}

const TOO_LATE = 'The model did not answer in time. Retry the request.'

async function within<T>(promise: Promise<T>, patience: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const waited = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience)
  })
  try {
    return await Promise.race([promise, waited])
  } finally {
    clearTimeout(timer)
  }
}

/** Whether it was the caller who ended it; a deadline of ours is the region's fault. */
const hasLeft = ({ aborted, reason }: AbortSignal) => aborted && !troubleOf(reason)

/** What ended it from outside, with where it was asked until then. */
function brokenOff(
  { reason }: AbortSignal,
  { thrown, tried }: { thrown: unknown; tried: Attempt[] },
): unknown {
  const why = [thrown, reason].find((one) => one instanceof GatewayError)
  return why ? amended(why, { attempts: tried.length, tried }) : thrown
}

const codeOf = (thrown: unknown): ErrorCode =>
  thrown instanceof GatewayError ? thrown.code : 'internal'

/** The last error, with what all regions together tell. A model too slow everywhere is unavailable: 503. */
function explain(thrown: unknown, tried: Attempt[], retryAfter: number | undefined): unknown {
  if (!(thrown instanceof GatewayError)) return thrown
  const code = thrown.code === 'timeout' ? 'overloaded' : thrown.code
  const waits = troubleOf(thrown) ? (retryAfter ?? thrown.retryAfter) : thrown.retryAfter
  const cause =
    tried.length < 2
      ? thrown.cause
      : new Error(
          tried.map(({ region, model, outcome }) => `${region} ${model}: ${outcome}`).join('; '),
          { cause: thrown.cause },
        )
  const details = { ...thrown, retryAfter: waits, attempts: tried.length, tried, cause }
  return new GatewayError(code, thrown.message, details)
}
