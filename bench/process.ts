/**
 * Programs under measurement, as Linux sees them. `/proc` is read for CPU time, memory and sockets, and
 * `taskset` pins programs to a core where it is installed; both are why the bench runs on Linux only.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

interface Usage {
  /** User and system time in microseconds, at the kernel's grain of usually 10 ms. */
  cpu: number
  /** Resident memory in MB, now and at its highest since `resetPeak`. */
  memory: number
  peak: number
}

export interface Running {
  pid: number
  /** Lines the program has printed; they are read and thrown away. */
  lines(): number
  /** The last of what it printed to either stream. */
  words(): string
  exited(): boolean
  stop(): Promise<void>
}

const TICK = 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
const HAS_TASKSET = spawnSync('taskset', ['--version']).status === 0

/** The process and all that descend from it. */
function family(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    const fields = /^\d+$/.test(entry) ? statFields(Number(entry)) : undefined
    const parent = Number(fields?.[1])
    if (fields) children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
  }
  const out = [pid]
  for (const member of out) out.push(...(children.get(member) ?? []))
  return out
}

/** The fields of `/proc/<pid>/stat` from the state on; undefined when the process is gone. */
function statFields(pid: number): string[] | undefined {
  const text = readProc(`/proc/${pid}/stat`)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** Processes end while they are looked at: then there is nothing to read. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const megabytes = (status: string, name: string) =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024

export function usageOf(pid: number): Usage {
  const sum = { cpu: 0, memory: 0, peak: 0 }
  for (const member of family(pid)) {
    const fields = statFields(member)
    const status = readProc(`/proc/${member}/status`) ?? ''
    sum.cpu += (Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0)) * TICK
    sum.memory += megabytes(status, 'VmRSS')
    sum.peak += megabytes(status, 'VmHWM')
  }
  return sum
}

/** The peak of memory starts again from what is resident now. */
export function resetPeak(pid: number): void {
  for (const member of family(pid)) writeFileSync(`/proc/${member}/clear_refs`, '5')
}

/** How many sockets the process holds open. */
export function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`
  let count = 0
  for (const descriptor of readdirSync(folder)) {
    try {
      if (readlinkSync(`${folder}/${descriptor}`).startsWith('socket:')) count++
    } catch {
      // Closed between the listing and the look: not open, so not counted.
    }
  }
  return count
}

/** Binds this process to a core, so that it does not stand in the way of the one measured. */
export function pinSelf(core: number): boolean {
  return (
    HAS_TASKSET && spawnSync('taskset', ['-acp', String(core), String(process.pid)]).status === 0
  )
}

/** A port nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}

/** Starts a program with nothing in its environment but PATH, HOME and `env`. */
export function launch(
  command: string[],
  env: Record<string, string>,
  options: { core?: number; directory: string },
): Running {
  const pinned = options.core !== undefined && HAS_TASKSET
  const [file = '', ...rest] = pinned
    ? ['taskset', '-c', String(options.core), ...command]
    : command
  const child = spawn(file, rest, {
    cwd: options.directory,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let lines = 0
  let last = ''
  const read = (bytes: Buffer) => {
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++
    last = bytes.toString('utf8', Math.max(0, bytes.length - 2000))
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  child.on('error', (error) => {
    last = error.message
  })
  const gone = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  return {
    pid: child.pid ?? 0,
    lines: () => lines,
    words: () => last,
    exited: gone,
    async stop() {
      if (!gone()) child.kill('SIGTERM')
      for (let turn = 0; turn < 40 && !gone(); turn++) await sleep(25)
      if (!gone()) kill()
      process.off('exit', kill)
    },
  }
}
