/**
 * `node bench/cold-start.ts`: how large the bundles for Lambda and Workers are, and how long each takes to a first
 * answer in a process that was just started, with the embedded provider. Lambda's engine is Node with a stand-in for what
 * AWS puts around a handler, that of Workers workerd; what the clouds add (a sandbox, code to fetch) is not in it.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { bundleLambda, bundleWorker } from '../deploy/bundle.ts'
import { workerdConfig } from '../deploy/workerd-config.ts'
import { zip } from '../deploy/zip.ts'
import { freePort, launch } from './process.ts'
import { REPOSITORY } from './targets.ts'

const ROUNDS = 12
const KEY = 'cold'
const ENV = { API_KEY: KEY, EMBEDDED_TOKENS_PER_SECOND: '0', STATE_DIR: 'memory' }
const QUESTION = { model: 'any', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 }

const folder = mkdtempSync(join(tmpdir(), 'cold-start-'))
function tellSizes(lambda: string, worker: string): void {
  const files = readdirSync(lambda).map((name) => ({
    name,
    bytes: readFileSync(join(lambda, name)),
  }))
  const all = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  console.log(
    `Lambda: ${kilobytes(all)} in ${files.length} files, ${kilobytes(zip(files).length)} zipped`,
  )
  const code = readFileSync(worker)
  console.log(`Workers: ${kilobytes(code.length)}, ${kilobytes(gzipSync(code).length)} gzipped`)
}

/** Milliseconds from the spawn of a process until its modules were there, and until it had answered. */
function onLambda(lambda: string): { loaded: number; answered: number }[] {
  const script = join(folder, 'invoke.mjs')
  writeFileSync(script, INVOKE)
  const command = ['--enable-source-maps=false', script, join(lambda, 'index.mjs')]
  const env = { PATH: process.env['PATH'], ...ENV }
  return Array.from({ length: ROUNDS }, () => {
    const { stdout, stderr } = spawnSync(process.execPath, command, { env, encoding: 'utf8' })
    const line = stdout.split('\n').find((text) => text.startsWith('cold '))
    if (!line) throw new Error(stderr || stdout)
    const [, loaded, answered] = line.split(' ')
    return { loaded: Number(loaded), answered: Number(answered) }
  })
}

/** One invocation, timed by the process itself, whose clock begins with it. */
const INVOKE = `
import { Writable } from 'node:stream'
globalThis.awslambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: { from: (stream) => stream },
}
const { handler } = await import(process.argv[2])
const loaded = performance.now()
let text = ''
const out = new Writable({
  write(chunk, _, done) {
    text += chunk
    done()
  },
})
const event = {
  version: '2.0',
  rawPath: '/v1/chat/completions',
  rawQueryString: '',
  headers: { authorization: 'Bearer ${KEY}', 'content-type': 'application/json' },
  requestContext: { domainName: 'abc.lambda-url.us-east-1.on.aws', http: { method: 'POST', path: '/v1/chat/completions' } },
  body: ${JSON.stringify(JSON.stringify(QUESTION))},
  isBase64Encoded: false,
}
await handler(event, out, { getRemainingTimeInMillis: () => 30000 })
if (!text.includes('chat.completion')) throw new Error(text)
console.log('cold', loaded.toFixed(1), performance.now().toFixed(1))
process.exit(0)
`

/** Milliseconds from the spawn of workerd until it had answered. */
async function onWorkers(): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const port = await freePort()
    const config = join(folder, 'config.capnp')
    writeFileSync(config, workerdConfig({ host: '127.0.0.1', port, env: ENV }))
    const begun = performance.now()
    const workerd = launch([join(REPOSITORY, 'node_modules/.bin/workerd'), 'serve', config], ENV, {
      directory: folder,
    })
    await answerOf(`http://127.0.0.1:${port}/v1/chat/completions`, workerd.words)
    times.push(performance.now() - begun)
    await workerd.stop()
  }
  return times
}

async function answerOf(url: string, words: () => string): Promise<void> {
  const request = {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify(QUESTION),
  }
  for (const until = performance.now() + 10_000; performance.now() < until; ) {
    const answer = await fetch(url, request).catch(() => undefined)
    if (answer?.ok) return void (await answer.text())
    if (answer) throw new Error(await answer.text())
  }
  throw new Error(`workerd did not answer: ${words()}`)
}

function tell(what: string, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]!
  console.log(`${what}: ${middle.toFixed(0)} ms (best ${sorted[0]!.toFixed(0)})`)
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KB`
}

try {
  const lambda = join(folder, 'lambda')
  await Promise.all([bundleLambda(lambda), bundleWorker(join(folder, 'worker.js'))])
  tellSizes(lambda, join(folder, 'worker.js'))
  const begun = onLambda(lambda)
  tell(
    'Lambda: modules loaded',
    begun.map(({ loaded }) => loaded),
  )
  tell(
    'Lambda: first answer, from spawn',
    begun.map(({ answered }) => answered),
  )
  tell('Workers: first answer, from spawn of workerd', await onWorkers())
} finally {
  rmSync(folder, { recursive: true })
}
