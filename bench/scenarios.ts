import type { Settings } from './fake-answers.ts'
import type { Kind } from './questions.ts'

/** What is done to every target, round by round. */
export interface Scenario {
  name: string
  title: string
  /** `load`: closed loop; `fresh`: the same in a new process each round; the others are their own tests. */
  way: 'load' | 'fresh' | 'abort' | 'cut' | 'start'
  kind: Kind
  connections: number
  settings: Partial<Settings>
  /** Instead of `--seconds`. */
  seconds?: number
  /** Rounds at most; what is counted, not timed, needs one. */
  rounds?: number
  /** Left out unless asked for by name. */
  extra?: boolean
}

const BURST = { tokens: 128, delayMs: 0, perWrite: 8 }
const SLOW = { tokens: 100, delayMs: 20, perWrite: 1 }

const burst = (name: string, kind: Kind, connections: number, extra = false): Scenario => ({
  name,
  title: `${kind}, ${connections} connections, ${BURST.tokens} tokens`,
  way: 'load',
  kind,
  connections,
  settings: BURST,
  extra,
})

export const SCENARIOS: Scenario[] = [
  {
    name: 'start',
    title: 'from spawn to the first right chat answer',
    way: 'start',
    kind: 'chat',
    connections: 1,
    settings: BURST,
  },
  burst('chat-c32', 'chat', 32),
  burst('stream-c32', 'chat-stream', 32),
  burst('chat-c1', 'chat', 1, true),
  burst('chat-c256', 'chat', 256, true),
  burst('stream-c1', 'chat-stream', 1, true),
  burst('messages-c32', 'messages', 32, true),
  burst('messages-stream-c32', 'messages-stream', 32, true),
  burst('responses-c32', 'responses', 32, true),
  burst('responses-stream', 'responses-stream', 32, true),
  {
    name: 'trickle',
    title: '200 slow streams, one token every 20 ms in its own TCP write',
    way: 'load',
    kind: 'chat-stream',
    connections: 200,
    settings: SLOW,
    seconds: 4,
  },
  {
    name: 'memory',
    title: '200 slow streams through a process just started',
    way: 'fresh',
    kind: 'chat-stream',
    connections: 200,
    settings: SLOW,
    seconds: 4,
    rounds: 3,
  },
  {
    name: 'abort',
    title: 'five waves of 2,000 streams, left by their readers at the first token',
    way: 'abort',
    kind: 'chat-stream',
    connections: 100,
    settings: { tokens: 1000, delayMs: 20, perWrite: 1 },
    rounds: 1,
  },
  {
    name: 'cut',
    title: 'streams cut at every byte, and into pieces of 1 to 997 bytes, letters of 1 to 4 bytes',
    way: 'cut',
    kind: 'chat-stream',
    connections: 16,
    settings: { perWrite: 1, wide: true },
    rounds: 1,
  },
]

/** The scenarios of these names, in the table's order; those of every day when none is named. */
export function scenariosNamed(names: string[] | undefined): Scenario[] {
  const unknown = names?.find((name) => !SCENARIOS.some((scenario) => scenario.name === name))
  if (unknown) throw new Error(`No scenario is called "${unknown}".`)
  return SCENARIOS.filter(({ name, extra }) => (names ? names.includes(name) : !extra))
}
