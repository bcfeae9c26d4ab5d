/**
 * `npm run soak`: half an hour of mixed traffic against the built server in front of a fake Bedrock, while its
 * memory, handles, latency and errors are written down and plotted. Ends with 1 when memory still rises after the
 * warm-up, when handles stay open, or when an answer was wrong. How to read it: docs/reliability.md.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { bundleServer } from '../deploy/bundle-server.ts'
import { startFake } from './fake-bedrock.ts'
import { freePort, launch, usageOf } from './process.ts'
import { pageOf } from './soak/page.ts'
import {
  type Handles,
  handlesOf,
  insideOf,
  type Sample,
  sampleOf,
  type Watched,
} from './soak/sample.ts'
import {
  onceEach,
  type Stage,
  stageOf,
  startTraffic,
  THROTTLED,
  type Traffic,
  WORKS,
} from './soak/traffic.ts'
import { trendOf } from './soak/trend.ts'
import { NODE_FLAGS, REPOSITORY } from './targets.ts'

const HELP = `npm run soak -- [options]
  --minutes n     how long the traffic lasts (default 30)
  --warm n        the share of that in which memory may grow (default 0.4)
  --every n       seconds between two samples (default 2)
  --pause n       milliseconds each lane rests between two pieces of work (default 25)
  --tolerance n   MB a minute by which RSS may rise after the warm-up (default 1)
  --only a,b      some kinds of traffic alone: ${Object.keys(WORKS).join(', ')}
  --env NAME=v    one more variable of the server, to try what it does; may be given again
  --page f        where the plot goes (default soak.html in the folder of temporary files)`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    warm: { type: 'string', default: '0.4' },
    every: { type: 'string', default: '2' },
    pause: { type: 'string', default: '25' },
    tolerance: { type: 'string', default: '1' },
    only: { type: 'string' },
    env: { type: 'string', multiple: true, default: [] },
    page: { type: 'string', default: join(tmpdir(), 'soak.html') },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}

const KEY = 'soak-key'
const TOKENS = 48
/** Seconds: idle upstream connections live for 30. */
const SETTLING = 45
const MB = 1024 * 1024

async function startServer(folder: string) {
  const fake = await startFake(0, {
    tokens: TOKENS,
    delayMs: 4,
    perWrite: 3,
    throttled: THROTTLED,
  })
  await bundleServer(join(folder, 'server'))
  const [port, probePort] = [await freePort(), await freePort()]
  const probe = `--import=${join(REPOSITORY, 'bench/soak/probe.ts')}`
  const running = launch(
    [process.execPath, ...NODE_FLAGS, probe, join(folder, 'server', 'server.mjs')],
    {
      PORT: String(port),
      PROBE_PORT: String(probePort),
      PROVIDER: 'aws',
      API_KEY: KEY,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(fake.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example-secret',
      ...Object.fromEntries(values.env.map((given) => given.split(/=(.*)/s).slice(0, 2))),
      STATE_DIR: join(folder, 'state'),
      FILES_DIR: join(folder, 'files'),
    },
    { directory: folder },
  )
  const watched: Watched = { pid: running.pid, probe: `http://127.0.0.1:${probePort}`, fake }
  const stage = stageOf(`http://127.0.0.1:${port}`, KEY, TOKENS)
  for (let turn = 0; turn < 200 && !running.exited(); turn++) {
    const health = await fetch(`${stage.url}/health`).catch(() => undefined)
    await health?.text()
    if (health?.ok) return { running, watched, stage }
    await sleep(50)
  }
  throw new Error(`the server did not start: ${running.words()}`)
}

/** Samples until the time is over; the heap is collected once, at the end of the warm-up. */
async function observe(watched: Watched, traffic: Traffic, faults: Map<string, number>) {
  const samples: Sample[] = []
  const began = performance.now()
  const since = () => (performance.now() - began) / 1000
  const end = Number(values.minutes) * 60
  let warmHeap: number | undefined
  for (let last = 0; last < end; ) {
    await sleep(Math.min(Number(values.every), end - last + 0.01) * 1000)
    const at = since()
    const tally = traffic.look()
    for (const [fault, count] of tally.faults) faults.set(fault, (faults.get(fault) ?? 0) + count)
    samples.push(await sampleOf(watched, { at, tally, seconds: at - last }))
    if (warmHeap === undefined && at >= end * Number(values.warm)) {
      warmHeap = (await insideOf(watched, true)).heap
    }
    last = at
  }
  return { samples, warmHeap: warmHeap ?? 0 }
}

/** Waits until no more is held than at the start. */
async function settledHandles(watched: Watched, start: Handles): Promise<Handles> {
  for (let waited = 0; ; waited++) {
    const now = await handlesOf(watched)
    const isBack = now.descriptors <= start.descriptors && now.upstream === 0
    if (isBack || waited >= SETTLING) return now
    await sleep(1000)
  }
}

const told = (handles: Handles) =>
  `${handles.descriptors} descriptors, ${handles.upstream} to the upstream, ${JSON.stringify(handles.resources)}`

async function soak(watched: Watched, stage: Stage) {
  await onceEach(stage)
  const start = await handlesOf(watched)
  const faults = new Map<string, number>()
  const traffic = startTraffic(stage, Number(values.pause), values.only?.split(','))
  const { samples, warmHeap } = await observe(watched, traffic, faults)
  await traffic.stop()
  await stage.dispatcher.destroy()
  const handles = await settledHandles(watched, start)
  const { heap } = await insideOf(watched, true)
  const warm = samples.filter(({ at }) => at >= Number(values.minutes) * 60 * Number(values.warm))
  const { slope, error } = trendOf(warm.map(({ at, rss }) => ({ x: at / 60, y: rss })))
  const works = [...traffic.totals.values()].reduce((sum, count) => sum + count, 0)
  const verdicts = {
    memory: slope <= Number(values.tolerance),
    handles: handles.descriptors <= start.descriptors && handles.upstream === 0,
    answers: faults.size === 0,
  }
  const findings = [
    `${works} pieces of work in ${values.minutes} minutes: ${JSON.stringify(Object.fromEntries(traffic.totals))}`,
    `RSS after the warm-up: ${slope.toFixed(2)} MB a minute (standard error ${error.toFixed(2)}, tolerance ${values.tolerance}); ${warm[0]?.rss.toFixed(0)} MB at its end, ${samples.at(-1)?.rss.toFixed(0)} MB at the end`,
    `heap after a collection: ${(warmHeap / MB).toFixed(1)} MB under load at the end of the warm-up, ${(heap / MB).toFixed(1)} MB when all was over (RSS then: ${usageOf(watched.pid).memory.toFixed(0)} MB)`,
    `handles at the start: ${told(start)}`,
    `handles when all was over: ${told(handles)}`,
    `wrong: ${faults.size === 0 ? 'nothing' : JSON.stringify(Object.fromEntries(faults))}`,
    `verdict: ${JSON.stringify(verdicts)}`,
  ]
  return { samples, findings, well: Object.values(verdicts).every(Boolean) }
}

const folder = mkdtempSync(join(tmpdir(), 'outcrop-soak-'))
const { running, watched, stage } = await startServer(folder)
try {
  const { samples, findings, well } = await soak(watched, stage)
  writeFileSync(values.page, pageOf(samples, findings))
  for (const finding of findings) console.log(finding)
  console.log(`plotted in ${values.page}`)
  if (!well) console.log(`the last words of the server: ${running.words()}`)
  process.exitCode = well ? 0 : 1
} finally {
  await running.stop()
  watched.fake.close()
  rmSync(folder, { recursive: true, force: true })
}
