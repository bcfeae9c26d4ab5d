import type { FrameSource } from '../codecs/pump.ts'
import type { ReplyEncoder } from '../dialects/dialect.ts'
import { asGatewayError, GatewayError } from '../errors.ts'
import type { ReplyStream } from '../ports/models.ts'
import type { ExchangeRecord } from './answer.ts'
import { addUsage, createMeter, type Meter } from './meter.ts'

/** One choice of a streamed answer on its way. */
interface Choice {
  index: number
  events: ReplyStream
  meter: Meter
  reading?: Promise<Choice>
  batch?: Awaited<ReturnType<ReplyStream['read']>>
}

/** The streams of all choices as frames of one answer, in the order their events arrive. */
export function createFrames(
  streams: ReplyStream[],
  encoder: ReplyEncoder,
  record: ExchangeRecord,
): FrameSource {
  const choices = streams.map<Choice>((events, index) => ({
    index,
    events,
    meter: createMeter(record),
  }))
  let running = choices
  let closed = false
  const bill = () => {
    record.usage = addUsage(choices.map((choice) => choice.meter.bill()))
  }

  const next = async (): Promise<string | undefined> => {
    if (closed) return undefined
    const choice = running.length === 1 ? await read(running[0]!) : await readFirst(running)
    if (choice.batch === undefined) throw brokeOff()
    choice.meter.watch(choice.batch)
    const text = encoder.write(choice.batch, choice.index)
    if (!choice.meter.ended()) return text

    void drain(choice.events)
    running = running.filter((other) => other !== choice)
    if (running.length > 0) return text
    closed = true
    bill()
    return text + encoder.end()
  }

  return {
    keepAlive: encoder.keepAlive,
    next,
    fail(error) {
      closed = true
      bill()
      return encoder.fail(asGatewayError(error))
    },
    cancel() {
      for (const choice of running) choice.events.cancel()
      if (!closed) bill()
      closed = true
    },
  }
}

async function read(choice: Choice): Promise<Choice> {
  choice.batch = await choice.events.read()
  choice.reading = undefined
  return choice
}

function readFirst(running: Choice[]): Promise<Choice> {
  for (const choice of running) choice.reading ??= read(choice)
  return Promise.race(running.map((choice) => choice.reading!))
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
