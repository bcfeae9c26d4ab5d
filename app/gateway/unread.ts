import { createPump, type PumpOutcome } from '../codecs/pump.ts'
import type { Config } from '../config.ts'
import type { Sink } from '../ports/stream-out.ts'
import type { Answer } from './answer.ts'

/** Who follows an answer that has no reader. */
export interface Follower {
  /** Takes what was said since it was last called. */
  tell(text: string): Promise<void>
  /** Called every second; true stops the answer. */
  look(): Promise<boolean>
}

/** Milliseconds for which text is gathered, and between two looks. */
const GATHER = 100
const LOOK = 1000
/** Characters that wait to be told before the model has to. */
const MOST_WAITING = 1_000_000

/** Moves a streamed answer to its end although nobody reads it. Never rejects. */
export async function runUnread(
  { frames }: Extract<Answer, { kind: 'stream' }>,
  follower: Follower,
  config: Config,
): Promise<PumpOutcome> {
  const pump = createPump(frames, {
    firstToken: config.FIRST_TOKEN_TIMEOUT * 1000,
    idle: config.AI_RESPONSE_TIMEOUT * 1000,
    total: config.TOTAL_TIMEOUT * 1000,
    keepAliveAfter: Number.POSITIVE_INFINITY,
  })
  const teller = createTeller(follower)
  const timer = setInterval(() => {
    follower.look().then(
      (isOver) => isOver && pump.left(),
      // A store that cannot be asked just now may be able to in a second.
      () => {},
    )
  }, LOOK)
  const outcome = await pump.run(teller.sink)
  clearInterval(timer)
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
