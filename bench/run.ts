/**
 * `npm run bench`: gateways beside each other, in rounds that take turns, as ratios to a bare proxy.
 * `npm run bench -- --help` lists the options. How to read the result: docs/performance.md.
 */

import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import {
  type Bench,
  begin,
  type Fake,
  firstAnswer,
  type Live,
  measure,
  refusal,
  switchedOn,
  warmUp,
} from './measure.ts'
import { freePort, launch, pinSelf } from './process.ts'
import type { Kind } from './questions.ts'
import { type Results, table } from './report.ts'
import { SCENARIOS, type Scenario, scenariosNamed } from './scenarios.ts'
import { findTargets, REPOSITORY, type Target } from './targets.ts'

const HELP = `npm run bench -- [options]
  --targets a,b      which gateways (default: all that are found)
  --scenarios a,b    of ${SCENARIOS.map(({ name }) => name).join(', ')}
  --baseline name    what ratios are taken to (default raw-node-proxy)
  --rounds n         rounds that take turns (default 5)
  --seconds n        length of one round (default 2)
  --warm n           seconds of warm-up for each target and kind of request (default 6)
  --quick            3 rounds of 1 second
  --no-pin           leave it to the system which core runs what
  --targets-file f   a JSON list of further targets
  --json f           write every number there
BENCH_PORTKEY=dir finds @portkey-ai/gateway in dir/node_modules; BENCH_OUTCROP=dir measures another checkout.`

function readOptions() {
  const { values } = parseArgs({
    options: {
      targets: { type: 'string' },
      scenarios: { type: 'string' },
      baseline: { type: 'string', default: 'raw-node-proxy' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      warm: { type: 'string', default: '6' },
      quick: { type: 'boolean', default: false },
      'no-pin': { type: 'boolean', default: false },
      'targets-file': { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    ...values,
    scenarios: scenariosNamed(values.scenarios?.split(',')),
    targets: chosen(findTargets(values['targets-file']), values.targets?.split(',')),
    rounds: Number(values.rounds ?? (values.quick ? 3 : 5)),
    seconds: Number(values.seconds ?? (values.quick ? 1 : 2)),
    warm: Number(values.warm),
    pin: !values['no-pin'] && cpus().length > 1,
  }
}

function chosen(found: Target[], names: string[] | undefined): Target[] {
  if (!names) return found
  return names.map((name) => {
    const target = found.find((one) => one.name === name)
    if (!target) throw new Error(`No target "${name}"; found: ${found.map((one) => one.name)}.`)
    return target
  })
}

/** The fake runs in a process of its own, on the core of the load generator. */
async function startFake(core: number | undefined): Promise<{ fake: Fake; stop(): Promise<void> }> {
  const port = await freePort()
  const program = launch(
    [process.execPath, 'bench/fake-bedrock.ts'],
    { PORT: String(port) },
    { core, directory: REPOSITORY },
  )
  while (program.lines() === 0) {
    if (program.exited()) throw new Error(`The fake did not start: ${program.words()}`)
    await sleep(5)
  }
  const origin = `http://127.0.0.1:${port}`
  const call = async (path: string, body?: unknown) =>
    (
      await fetch(`${origin}/-/${path}`, { method: 'POST', body: JSON.stringify(body ?? {}) })
    ).json()
  const fake = {
    origin,
    set: (settings: object) => call('settings', settings),
    stats: () => call('stats'),
  }
  return { fake, stop: () => program.stop() }
}

async function runScenario(
  bench: Bench,
  scenario: Scenario,
  work: { lives: Live[]; rounds: number; results: Results },
): Promise<void> {
  process.stderr.write(`${scenario.name} `)
  const rows: Results[string] = {}
  work.results[scenario.name] = rows
  for (let round = 0; round < Math.min(work.rounds, scenario.rounds ?? work.rounds); round++) {
    for (const live of work.lives) {
      const numbers = await measure(bench, live, scenario)
      rows[live.target.name] = [...(rows[live.target.name] ?? []), numbers]
      await sleep(40)
    }
    process.stderr.write('.')
  }
  process.stderr.write(' ')
}

/** Starts a target; one that does not come up is named and left out. */
async function join(bench: Bench, target: Target, lives: Live[]): Promise<void> {
  const live = await begin(bench, target)
  try {
    await firstAnswer(live, performance.now())
    lives.push(live)
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown)
    await live.program.stop()
  }
}

/** The targets that serve this kind of request, warm; the others are named and left out. */
async function warmed(bench: Bench, lives: Live[], work: { kind: Kind; seconds: number }) {
  const able: Live[] = []
  for (const live of lives) {
    const said = await refusal(bench, live, work.kind)
    if (said) console.error(`\n${live.target.name} does not serve ${work.kind}: ${said}`)
    else able.push(live)
  }
  for (const live of able) await warmUp(bench, live, work)
  return able
}

async function main(): Promise<void> {
  const options = readOptions()
  if (options.help) return console.log(HELP)
  if (process.platform !== 'linux') throw new Error('The bench reads /proc and needs Linux.')
  const other = options.pin && pinSelf(1) ? 1 : undefined
  const { fake, stop } = await startFake(other)
  const bench: Bench = { fake, core: other === undefined ? undefined : 0, seconds: options.seconds }
  const results: Results = {}
  const lives: Live[] = []
  try {
    for (const target of options.targets) await join(bench, target, lives)
    const kinds = new Set(options.scenarios.map(({ kind }) => kind))
    for (const kind of kinds) {
      const able = await warmed(bench, lives, { kind, seconds: options.warm })
      for (const scenario of options.scenarios.filter((one) => one.kind === kind)) {
        await runScenario(bench, scenario, { lives: able, rounds: options.rounds, results })
      }
    }
    process.stderr.write('\n')
    console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}\n`)
    for (const one of options.scenarios) console.log(table(one, results, options.baseline))
    for (const live of lives) console.log(`- ${await switchedOn(bench, live)}`)
    if (options.json) writeFileSync(options.json, JSON.stringify(results, null, 1))
  } finally {
    for (const live of lives) await live.program.stop()
    await stop()
  }
}

await main()
