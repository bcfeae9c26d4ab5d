import type { Conversation } from '../conversation/conversation.ts'
import type { ServerSide } from '../dialects/dialect.ts'
import { amended, GatewayError } from '../errors.ts'
import type { ReplyStream } from '../ports/models.ts'

/** One question per wanted reply: prompt by prompt, and each as often as there are choices. */
export function questionsOf(conversation: Conversation): readonly Conversation[] {
  const { choices = 1, batch } = conversation
  if (choices === 1 && !batch) return [conversation]
  if (!batch) return Array.from({ length: choices }, () => conversation)
  return [conversation.turns, ...batch].flatMap((turns) => {
    const question = { ...conversation, turns }
    return Array.from({ length: choices }, () => question)
  })
}

/** A question that had been asked when one of them failed; its answer, if it had come, is paid for. */
export interface Left<T> {
  question: Conversation
  answer?: T
}

/** The questions of one request, and how many of them are asked at the same time. */
export interface Questions<T> {
  questions: readonly Conversation[]
  atOnce: number
  /** Stops everything that is under way; called when one of them fails. */
  abort(): void
  /** Told, before that, of all that were asked. */
  wasted?(left: readonly Left<T>[]): void
}

/** Asks them all; the answers come in the order of the questions. One failure is the failure of all. */
export function askAll<T>(
  asked: Questions<T>,
  ask: (question: Conversation) => Promise<T>,
): Promise<T[]> {
  const { questions } = asked
  return questions.length === 1 ? ask(questions[0]!).then(only) : askSeveral(asked, ask)
}

const only = <T>(answer: T): T[] => [answer]

async function askSeveral<T>(
  { questions, atOnce, abort, wasted }: Questions<T>,
  ask: (question: Conversation) => Promise<T>,
): Promise<T[]> {
  const left: Left<T>[] = []
  let next = 0
  const work = async () => {
    while (next < questions.length) {
      const index = next++
      const one: Left<T> = { question: questions[index]! }
      left[index] = one
      await answered(one, ask)
    }
  }
  const workers = Array.from({ length: Math.min(atOnce, questions.length) }, work)
  try {
    await Promise.all(workers)
    return left.map(({ answer }) => answer!)
  } catch (thrown) {
    next = questions.length
    wasted?.(left)
    abort()
    throw thrown
  }
}

async function answered<T>(one: Left<T>, ask: (question: Conversation) => Promise<T>): Promise<T> {
  try {
    one.answer = await ask(one.question)
    return one.answer
  } catch (thrown) {
    throw inPlace(thrown, one.question)
  }
}

/** The stream of one question. */
export interface AnswerStream extends ReplyStream {
  /** Whether its model has been asked; absent where it was before the stream was there. */
  wasAsked?(): boolean
}

/** A stream that was opened, with whatever was told at its opening. */
interface Opened {
  events: ReplyStream
}

/**
 * Opens a stream for each question. Those that have to wait for a free place are opened as others end, when the
 * streams are already read: a failure then shows when they are read. `first` tells of the first one.
 */
export async function openAll<T extends Opened>(
  { questions, atOnce, abort, wasted }: Questions<T>,
  open: (question: Conversation, signal?: AbortSignal) => Promise<T>,
): Promise<{ first: T; streams: AnswerStream[] }> {
  if (questions.length === 1) {
    const first = await open(questions[0]!)
    return { first, streams: [first.events] }
  }
  const early = questions.slice(0, atOnce).map<Left<T>>((question) => ({ question }))
  const opening = early.map((one) => answered(one, open))
  const opened = await Promise.all(opening).catch((thrown: unknown) => {
    wasted?.(early)
    abort()
    for (const one of opening) one.then(({ events }) => events.cancel()).catch(() => {})
    throw thrown
  })
  const first = opened[0]!
  const streams = opened.map(({ events }) => events)
  if (questions.length === early.length) return { first, streams }
  const places = createPlaces()
  const late = questions.slice(atOnce).map((question) =>
    lateStream(places, async (signal) => {
      const { events } = await answered({ question }, () => open(question, signal))
      return events
    }),
  )
  return { first, streams: [...streams.map((events) => leaving(events, places)), ...late] }
}

/** Places that are all taken at first, and are given to those who wait in the order in which they came. */
interface Places {
  wait(): Promise<void>
  free(): void
}

function createPlaces(): Places {
  const waiting: (() => void)[] = []
  let empty = 0
  return {
    wait() {
      if (empty === 0) return new Promise((resolve) => void waiting.push(resolve))
      empty -= 1
      return Promise.resolve()
    },
    free() {
      const next = waiting.shift()
      if (next) next()
      else empty += 1
    },
  }
}

/** The same stream, giving its place away when its reply has ended. */
function leaving(events: ReplyStream, places: Places): ReplyStream {
  let hasLeft = false
  return {
    cancel: () => events.cancel(),
    async read() {
      const batch = await events.read()
      const isOver = batch === undefined || batch.at(-1)?.type === 'reply-end'
      if (isOver && !hasLeft) {
        hasLeft = true
        places.free()
      }
      return batch
    },
  }
}

/** A stream that is opened by its first reading, as soon as there is a place for it. */
function lateStream(
  places: Places,
  open: (signal: AbortSignal) => Promise<ReplyStream>,
): AnswerStream {
  const controller = new AbortController()
  let opened: ReplyStream | undefined
  let isAsked = false
  return {
    wasAsked: () => isAsked,
    async read() {
      if (!opened) {
        await places.wait()
        if (controller.signal.aborted) return undefined
        isAsked = true
        const events = await open(controller.signal).catch((thrown: unknown) => {
          isAsked = controller.signal.aborted
          throw thrown
        })
        opened = leaving(events, places)
        if (controller.signal.aborted) events.cancel()
      }
      return opened.read()
    },
    cancel() {
      controller.abort()
      opened?.cancel()
    },
  }
}

/** What upstreams call the conversation and the schema of the answer, in errors that are about them. */
const CONVERSATION = 'messages'
const FORM = 'output.schema'

/** An error about a whole prompt or the form of its answer, naming the place in the caller's request. */
export function inPlace(
  thrown: unknown,
  { turns }: Conversation,
  names: Pick<ServerSide, 'conversationName' | 'formName'> = {},
): unknown {
  if (!(thrown instanceof GatewayError)) return thrown
  const param = paramOf(thrown, turns[0]?.param ?? names.conversationName, names.formName)
  return param === undefined ? thrown : amended(thrown, { param })
}

function paramOf({ param }: GatewayError, prompt: string | undefined, form: string | undefined) {
  if (param === CONVERSATION) return prompt
  return param === FORM ? form : undefined
}
