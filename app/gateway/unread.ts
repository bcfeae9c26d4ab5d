import { createPump, type PumpOutcome } from '../codecs/streams/pump.ts'
import type { Services } from '../ports/services.ts'
import type { Sink } from '../ports/stream-out.ts'
import type { Answer } from './answer.ts'

/** Who follows an answer that has no reader. */
interface Follower {
  /** Takes what was said since it was last called. */
  tell(text: string): Promise<void>
  /** Is given what stops the answer, as if its reader had left. */
  begun(stop: () => void): void
}

/** Milliseconds for which text is gathered. */
const GATHER = 100
/** Characters that wait to be told before the model has to. */
const MOST_WAITING = 1_000_000

/** Moves a streamed answer to its end although nobody reads it. Never rejects. */
export async function runUnread(
  { frames }: Extract<Answer, { kind: 'stream' }>,
  follower: Follower,
  { config, runtime }: Pick<Services, 'config' | 'runtime'>,
): Promise<PumpOutcome> {
  const total = config.TOTAL_TIMEOUT * 1000
  const pump = createPump(frames, {
    firstToken: config.FIRST_TOKEN_TIMEOUT * 1000,
    idle: config.AI_RESPONSE_TIMEOUT * 1000,
    total,
    keepAliveAfter: Number.POSITIVE_INFINITY,
  })
  const teller = createTeller(follower)
  // The pump keeps the time itself: this one rings with a reason, when the server has to end.
  const callOff = runtime.alarm?.(total, (why) => {
    if (why) pump.stop(why)
  })
  follower.begun(pump.left)
  const outcome = await pump.run(teller.sink)
  callOff?.()
  await teller.finish()
  return outcome
}

/** Gathers text, and tells it one piece after the other. */
function createTeller(follower: Follower) {
  let waiting = ''
  let telling: Promise<void> | undefined

  const tell = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, GATHER))
    const text = waiting
    waiting = ''
    await follower.tell(text)
  }
  const tellSoon = (): Promise<void> => {
    telling ??= tell().finally(() => {
      telling = undefined
      if (waiting !== '') begin()
    })
    return telling
  }
  // What could not be told is missing where it is read; the answer itself is kept by somebody else.
  const begin = () => void tellSoon().catch(() => {})

  const sink: Sink = {
    write(text) {
      waiting += text
      begin()
      return waiting.length > MOST_WAITING ? telling?.catch(() => {}) : undefined
    },
    end() {},
    abort() {},
  }
  return {
    sink,
    async finish() {
      while (telling) await telling.catch(() => {})
    },
  }
}
