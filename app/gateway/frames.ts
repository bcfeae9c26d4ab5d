import type { FrameSource } from '../codecs/pump.ts'
import type { ReplyEvent } from '../conversation/events.ts'
import type { ReplyEncoder } from '../dialects/dialect.ts'
import { asGatewayError, GatewayError } from '../errors.ts'
import type { ReplyStream } from '../ports/models.ts'
import type { ExchangeRecord } from './answer.ts'
import { usageHeaders } from './answer-headers.ts'
import type { Keeper } from './keep.ts'
import { addUsage, createMeter, type Meter } from './meter.ts'

/** One choice of a streamed answer on its way. */
interface Choice {
  index: number
  events: ReplyStream
  meter: Meter
  /** A read under way, or done and not yet used: several choices are read at the same time. */
  reading?: Promise<Read>
}

interface Read {
  choice: Choice
  batch: ReplyEvent[] | undefined
}

/** What becomes of an answer beside its frames. */
export interface FramesOptions {
  record: ExchangeRecord
  /** Present where the answer is to be kept. */
  keeper?: Keeper
}

/** The streams of all choices as frames of one answer, in the order their events arrive. */
export function createFrames(
  streams: ReplyStream[],
  encoder: ReplyEncoder,
  { record, keeper }: FramesOptions,
): FrameSource {
  const choices = streams.map<Choice>((events, index) => ({
    index,
    events,
    meter: createMeter(record),
  }))
  let running = choices
  let closed = false
  let keeping: Promise<void> | undefined
  const bill = () => {
    record.usage = addUsage(choices.map((choice) => choice.meter.bill()))
  }

  const next = async (): Promise<string | undefined> => {
    if (closed) return undefined
    if (keeping) return endWhenKept(keeping)
    const { choice, batch } = await readAny(running)
    if (batch === undefined) throw brokeOff()
    choice.meter.watch(batch)
    keeper?.watch(batch, choice.index)
    const text = encoder.write(batch, choice.index)
    if (!choice.meter.ended()) return text

    void drain(choice.events)
    running = running.filter((other) => other !== choice)
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
      closed = true
      bill()
      return encoder.fail(asGatewayError(error))
    },
    trailers: () => record.usage && usageHeaders(record.usage),
    cancel() {
      for (const choice of running) choice.events.cancel()
      if (!closed) bill()
      closed = true
    },
  }
}

async function readAny(running: Choice[]): Promise<Read> {
  const reads = running.map((choice) => {
    choice.reading ??= read(choice)
    return choice.reading
  })
  const first = reads.length === 1 ? await reads[0]! : await Promise.race(reads)
  first.choice.reading = undefined
  return first
}

async function read(choice: Choice): Promise<Read> {
  return { choice, batch: await choice.events.read() }
}

// The reply has ended but the connection has not: reading it out lets it be used again.
async function drain(events: ReplyStream): Promise<void> {
  try {
    while ((await events.read()) !== undefined);
  } catch {
    // What comes after the end of a reply is of no interest, its failure neither.
    events.cancel()
  }
}

function brokeOff(): GatewayError {
  return new GatewayError('stream-incomplete', 'The model stopped before its answer was complete.')
}
