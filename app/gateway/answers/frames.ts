import type { FrameSource } from '../../codecs/streams/pump.ts'
import { incomplete } from '../../conversation/collect.ts'
import type { ReplyEvent } from '../../conversation/events.ts'
import type { ReplyEncoder } from '../../dialects/dialect.ts'
import { asGatewayError, GatewayError } from '../../errors.ts'
import type { ExchangeRecord } from '../answer.ts'
import type { AnswerStream } from '../batch.ts'
import { usageHeaders } from './answer-headers.ts'
import type { Keeper } from './keep.ts'
import { addUsage, createMeter, type Meter } from './meter.ts'

/** One choice of a streamed answer on its way. */
interface Choice {
  index: number
  events: AnswerStream
  meter: Meter
}

interface Read {
  choice: Choice
  batch: ReplyEvent[] | undefined
}

/** What becomes of an answer beside its frames. */
interface FramesOptions {
  record: ExchangeRecord
  /** About how many tokens the reply of this index reads. */
  estimateInput?(index: number): number
  /** Present where the answer is to be kept. */
  keeper?: Keeper
}

/** The streams of all choices as frames of one answer, in the order their events arrive. */
export function createFrames(
  streams: AnswerStream[],
  encoder: ReplyEncoder,
  { record, keeper, estimateInput }: FramesOptions,
): FrameSource {
  const choices = streams.map<Choice>((events, index) => ({
    index,
    events,
    meter: createMeter(record, estimateInput && (() => estimateInput(index))),
  }))
  const reader = createReader(choices)
  let running = choices
  let closed = false
  let failed = false
  let keeping: Promise<void> | undefined
  const bill = () => {
    const asked = choices.filter(({ events }) => events.wasAsked?.() ?? true)
    record.usage = addUsage(asked.map((choice) => choice.meter.bill()))
  }

  const take = ({ choice, batch }: Read): string => {
    if (batch === undefined) throw incomplete()
    choice.meter.watch(batch)
    keeper?.watch(batch, choice.index)
    if (choice.meter.ended()) {
      void drain(choice.events)
      running = running.filter((other) => other !== choice)
    } else reader.again(choice)
    return encoder.write(batch, choice.index)
  }

  const next = async (): Promise<string | undefined> => {
    if (closed) return undefined
    if (keeping) return endWhenKept(keeping)
    let text = take(await reader.next())
    // What came with it for other choices goes out with it: one write costs more than many words.
    for (let more = reader.ready(); more; more = reader.ready()) text += take(more)
    if (running.length > 0) return text
    bill()
    if (keeper) {
      // The last words need not wait for the store; only the end does.
      keeping = keeper.keep()
      return text
    }
    closed = true
    return text + encoder.end()
  }

  const endWhenKept = async (kept: Promise<void>): Promise<string | undefined> => {
    await kept
    if (closed) return undefined
    closed = true
    return encoder.end()
  }

  return {
    keepAlive: encoder.keepAlive,
    next,
    fail(error) {
      closed = failed = true
      bill()
      const why = asGatewayError(error)
      keeper?.broke(why, record.usage!)
      return encoder.fail(why)
    },
    trailers: () => record.usage && usageHeaders(record.usage),
    cancel() {
      for (const choice of running) choice.events.cancel()
      if (closed) return
      bill()
      closed = true
      // A failure cancels as well, and is told of right afterwards.
      if (keeper) queueMicrotask(() => failed || keeper.broke(readerLeft(), record.usage!))
    },
  }
}

/** Reads of several choices at the same time, given out in the order in which they come. */
interface Reader {
  next(): Promise<Read>
  /** Another that has come meanwhile; a stream that broke is left for `next`. */
  ready(): Read | undefined
  /** The choice has more to say: it is read again when next something is wanted. */
  again(choice: Choice): void
}

function createReader(choices: readonly Choice[]): Reader {
  const [only] = choices
  if (only && choices.length === 1) {
    return { next: () => read(only), ready: () => undefined, again: () => {} }
  }
  let idle = [...choices]
  const done: (Read | { thrown: unknown })[] = []
  let wake: (() => void) | undefined

  const put = (one: Read | { thrown: unknown }) => {
    done.push(one)
    wake?.()
  }
  // Every read is waited for once; a race would be run anew over all of them for each piece of each.
  const begin = (choice: Choice) => read(choice).then(put, (thrown: unknown) => put({ thrown }))
  return {
    async next() {
      const beginning = idle
      idle = []
      for (const choice of beginning) void begin(choice)
      while (done.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const one = done.shift()!
      if ('thrown' in one) throw one.thrown
      return one
    },
    ready() {
      const one = done[0]
      if (one === undefined || 'thrown' in one || one.batch === undefined) return undefined
      done.shift()
      return one
    },
    again: (choice) => void idle.push(choice),
  }
}

async function read(choice: Choice): Promise<Read> {
  return { choice, batch: await choice.events.read() }
}

// The reply has ended but the connection has not: reading it out lets it be used again.
async function drain(events: AnswerStream): Promise<void> {
  try {
    while ((await events.read()) !== undefined);
  } catch {
    // What comes after the end of a reply is of no interest, its failure neither.
    events.cancel()
  }
}

const readerLeft = () =>
  new GatewayError('caller-left', 'The caller left before the answer was complete.')
