/** One scenario, done once to one target: numbers by name. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Settings } from './fake-answers.ts'
import type { Stats } from './fake-bedrock.ts'
import { type LoadOrder, type LoadResult, runLoad } from './load.ts'
import { freePort, launch, type Running, resetPeak, socketsOf, usageOf } from './process.ts'
import { isStream, type Kind } from './questions.ts'
import type { Scenario } from './scenarios.ts'
import { placed, type Target } from './targets.ts'

export type Numbers = Record<string, number>

/** A target that runs. */
export interface Live {
  target: Target
  program: Running
  port: number
  headers: Record<string, string>
  /** Faults seen so far, with their counts. */
  faults: Map<string, number>
}

export interface Fake {
  origin: string
  set(settings: Partial<Settings>): Promise<{ bytes: number }>
  stats(): Promise<Stats>
}

export interface Bench {
  fake: Fake
  /** The core gateways are pinned to. */
  core?: number
  seconds: number
}

const PLAIN: Partial<Settings> = { firstMs: 0, split: 0, walk: false, wide: false }
const BURST: Partial<Settings> = { ...PLAIN, tokens: 128, delayMs: 0, perWrite: 8 }

export async function begin(bench: Bench, target: Target): Promise<Live> {
  const port = await freePort()
  const { command, env, headers, directory } = placed(target, port, bench.fake.origin)
  const program = launch(command, env, { core: bench.core, directory })
  return { target, program, port, headers, faults: new Map() }
}

/** Waits for the first right answer; milliseconds since `since`. */
export async function firstAnswer(live: Live, since: number): Promise<number> {
  let result: LoadResult | undefined
  while (performance.now() - since < 20_000 && !live.program.exited()) {
    result = await ask(live, { kind: 'chat', connections: 1, seconds: 5, maximum: 1, tokens: 128 })
    if (result.answers === 1) return performance.now() - since
    await sleep(1)
  }
  const why = JSON.stringify(result?.faults)
  throw new Error(`${live.target.name} gave no right answer: ${why} ${live.program.words()}`)
}

function ask(live: Live, order: Omit<LoadOrder, 'port' | 'headers'>): Promise<LoadResult> {
  return runLoad({ ...order, port: live.port, headers: live.headers })
}

async function asked(live: Live, order: Omit<LoadOrder, 'port' | 'headers'>): Promise<LoadResult> {
  const result = await ask(live, order)
  for (const [fault, count] of Object.entries(result.faults)) {
    live.faults.set(fault, (live.faults.get(fault) ?? 0) + count)
  }
  return result
}

/** Lets the program's compiler do its work before anything counts. */
export async function warmUp(
  bench: Bench,
  live: Live,
  work: { kind: Kind; seconds: number },
): Promise<void> {
  await bench.fake.set(BURST)
  await asked(live, { ...work, connections: 16, tokens: 128 })
}

/** Whether the target serves this kind of request; undefined when it does, else what it said. */
export async function refusal(bench: Bench, live: Live, kind: Kind): Promise<string | undefined> {
  await bench.fake.set(BURST)
  const result = await ask(live, { kind, connections: 1, seconds: 5, maximum: 1, tokens: 128 })
  return Object.keys(result.faults)[0]
}

/** Whether a target does what it is said to do: 64 requests, how many were signed, how many logged. */
export async function switchedOn(bench: Bench, live: Live): Promise<string> {
  await bench.fake.set(BURST)
  const before = await bench.fake.stats()
  const printed = live.program.lines()
  await ask(live, { kind: 'chat', connections: 4, seconds: 10, maximum: 64, tokens: 128 })
  await sleep(1500)
  const after = await bench.fake.stats()
  const faults = [...live.faults].map(([fault, count]) => `; ${count} x ${fault}`).join('')
  const requests = after.requests - before.requests
  const signed = after.signed - before.signed
  const logged = live.program.lines() - printed
  return `${live.target.name}: ${signed} of ${requests} requests signed, ${logged} log lines${faults}`
}

async function load(bench: Bench, live: Live, scenario: Scenario): Promise<Numbers> {
  const tokens = scenario.settings.tokens ?? 128
  resetPeak(live.program.pid)
  const before = usageOf(live.program.pid)
  const result = await asked(live, {
    kind: scenario.kind,
    connections: scenario.connections,
    seconds: scenario.seconds ?? bench.seconds,
    tokens,
  })
  const after = usageOf(live.program.pid)
  const perAnswer = (after.cpu - before.cpu) / result.answers
  return {
    cpu: perAnswer,
    ...(isStream(scenario.kind) && { token: perAnswer / tokens, first: result.firstTokenP50 }),
    rate: result.answers / result.seconds,
    p50: result.p50,
    p99: result.p99,
    peak: after.peak,
    growth: after.peak - before.memory,
    damaged: result.damaged,
  }
}

async function withFresh<T>(
  bench: Bench,
  target: Target,
  work: (live: Live) => Promise<T>,
): Promise<T> {
  await bench.fake.set(BURST)
  const live = await begin(bench, target)
  try {
    await firstAnswer(live, performance.now())
    return await work(live)
  } finally {
    await live.program.stop()
  }
}

/** Memory tells most in a process that has not yet grown for other reasons. */
function fresh(bench: Bench, target: Target, scenario: Scenario): Promise<Numbers> {
  return withFresh(bench, target, async (live) => {
    const few = { kind: scenario.kind, connections: 4, seconds: 1, maximum: 40, tokens: 128 }
    await asked(live, few)
    await bench.fake.set(scenario.settings)
    const idle = usageOf(live.program.pid).memory
    const { peak = 0, growth = 0, damaged = 0 } = await load(bench, live, scenario)
    return { idle, peak, growth, damaged }
  })
}

/** Waits until the fake writes no stream and the gateway's sockets are back to `sockets`, 5 s at most. */
async function settled(bench: Bench, live: Live, sockets: number): Promise<Numbers> {
  const since = performance.now()
  for (;;) {
    const { running } = await bench.fake.stats()
    // The gateway may keep its pool of idle upstream connections; those of readers must be gone.
    const left = Math.max(0, socketsOf(live.program.pid) - sockets)
    const waited = performance.now() - since
    if ((running === 0 && left === 0) || waited > 5000) return { running, left, waited }
    await sleep(20)
  }
}

const WAVES = 5

function abort(bench: Bench, target: Target, scenario: Scenario): Promise<Numbers> {
  return withFresh(bench, target, async (live) => {
    const { connections, kind } = scenario
    await asked(live, { kind, connections, seconds: 10, maximum: 400, tokens: 128 })
    await sleep(200)
    const sockets = socketsOf(live.program.pid)
    const start = usageOf(live.program.pid).memory
    await bench.fake.set(scenario.settings)
    const wave = { kind, connections, seconds: 10, maximum: 2000, tokens: 1000, leave: true }
    // Memory that a runtime takes and keeps stops growing after some waves; a leak does not.
    const memory = [start]
    const total = { opened: 0, damaged: 0 }
    let rest: Numbers = {}
    for (let turn = 0; turn < WAVES; turn++) {
      const result = await asked(live, wave)
      rest = await settled(bench, live, sockets)
      memory.push(usageOf(live.program.pid).memory)
      total.opened += result.answers
      total.damaged += result.damaged
    }
    const last = memory[WAVES - 1] ?? 0
    await bench.fake.set(BURST)
    const after = await asked(live, { kind, connections: 1, seconds: 5, maximum: 20, tokens: 128 })
    return {
      ...total,
      sockets: rest['left'] ?? 0,
      upstream: rest['running'] ?? 0,
      settle: rest['waited'] ?? 0,
      waves: last - start,
      lastWave: (memory[WAVES] ?? 0) - last,
      damaged: total.damaged + after.damaged,
    }
  })
}

const PIECES = [1, 2, 3, 5, 7, 13, 64, 333, 997]

async function cut(bench: Bench, live: Live, scenario: Scenario): Promise<Numbers> {
  const { kind, connections } = scenario
  const common = { kind, connections, seconds: 60, wide: true, deepEvery: 1 }
  let streams = 0
  let damaged = 0
  const add = (result: LoadResult) => {
    streams += result.answers + result.damaged
    damaged += result.damaged
  }
  const walk = { ...PLAIN, ...scenario.settings, tokens: 8, delayMs: 1, walk: true }
  const { bytes } = await bench.fake.set(walk)
  add(await asked(live, { ...common, tokens: 8, maximum: bytes }))
  for (const split of PIECES) {
    await bench.fake.set({ ...PLAIN, ...scenario.settings, tokens: 40, delayMs: 0, split })
    add(await asked(live, { ...common, tokens: 40, maximum: 48 }))
  }
  return { streams, damaged }
}

async function start(bench: Bench, target: Target): Promise<Numbers> {
  const since = performance.now()
  const live = await begin(bench, target)
  try {
    const ready = await firstAnswer(live, since)
    const { memory, cpu } = usageOf(live.program.pid)
    return { ready, startCpu: cpu / 1000, idle: memory }
  } finally {
    await live.program.stop()
  }
}

export async function measure(bench: Bench, live: Live, scenario: Scenario): Promise<Numbers> {
  if (scenario.way === 'start') return start(bench, live.target)
  if (scenario.way === 'fresh') return fresh(bench, live.target, scenario)
  if (scenario.way === 'abort') return abort(bench, live.target, scenario)
  await bench.fake.set({ ...PLAIN, ...scenario.settings })
  return scenario.way === 'cut' ? cut(bench, live, scenario) : load(bench, live, scenario)
}
