import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** A runtime, how it is started, and what it can do. */
export interface Platform {
  name: string
  /** The program in `node_modules/.bin`, or `node` for the one that runs the tests. */
  command: [program: string, ...parameters: string[]]
  /** When it tells that a caller has left: at once, when something more is written, or never. */
  tellsLeaving: 'at once' | 'when writing' | 'never'
  /** Whether SIGTERM lets running answers finish. */
  endsWell: boolean
  /** The largest request body in megabytes that is worth sending. */
  largestBody: 5 | 100
  /** Whether it hears of a body before all of it has come. */
  listens: boolean
  /** What its program needs to know beside what Outcrop reads. */
  env?: Record<string, string>
  /** What Outcrop needs there even when nothing is configured. */
  unconfigured?: Record<string, string>
}

export interface Running {
  /** As the banner tells it. */
  url: string
  banner: string
  pid: number
  /** Milliseconds from spawn to the answer of the first request. */
  firstAnswer: number
  /** Everything written to stdout so far. */
  output(): string
  signal(signal: 'SIGTERM'): void
  /** The exit code. */
  exited: Promise<number | null>
  end(): Promise<void>
}

/** Starts a runtime on a free port with nothing of our own environment but what it needs to run at all. */
export async function launch(platform: Platform, env: Record<string, string>): Promise<Running> {
  const [program, ...parameters] = platform.command
  const began = performance.now()
  const child = spawn(
    program === 'node' ? process.execPath : join(root, 'node_modules/.bin', program),
    parameters,
    {
      cwd: root,
      // A group of its own, so that what it starts ends with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        PORT: '0',
        ...platform.env,
        ...env,
      },
    },
  )
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const { output, banner } = await listening(child)
  const url = /listens on (\S+) /.exec(banner)![1]!
  const health = await fetch(`${url}/health`)
  if (!health.ok) throw new Error(`unwell: ${await health.text()} ${output()}`)
  return {
    url,
    banner,
    pid: child.pid!,
    firstAnswer: performance.now() - began,
    output,
    signal: (signal) => void child.kill(signal),
    exited,
    async end() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL')
      await exited
    },
  }
}

/** Waits for the banner, which is the last thing a start does. Rejects with what was said instead. */
async function listening(child: ChildProcess): Promise<{ output(): string; banner: string }> {
  let out = ''
  let errors = ''
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (text) => {
      out += text
      if (/^ {2}curl .*\n/m.test(out)) resolve()
    })
    child.once('close', (code) => reject(new Error(`ended with ${code}: ${out}${errors}`)))
    child.once('error', reject)
  })
  return { output: () => out, banner: out }
}
