import { readdirSync } from 'node:fs'
import type { Server } from 'node:net'
import { usageOf } from '../process.ts'
import type { Inside } from './probe.ts'
import type { Tally } from './traffic.ts'
import { quantile } from './trend.ts'

/** How the server was at one moment, and what it did in the seconds before. */
export interface Sample {
  /** Seconds since the traffic began. */
  at: number
  /** MB. */
  rss: number
  /** Bytes. */
  heap: number
  external: number
  descriptors: number
  /** Connections to the fake, of which an idle pool is no leak. */
  upstream: number
  timers: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** Per second. */
  rate: number
  wrong: number
}

export interface Watched {
  pid: number
  probe: string
  fake: Server
}

/** What the process holds: descriptors, less those to the fake. */
export interface Handles {
  descriptors: number
  upstream: number
  resources: Record<string, number>
}

const connectionsOf = (server: Server) =>
  new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })

export async function insideOf({ probe }: Watched, collected = false): Promise<Inside> {
  const response = await fetch(`${probe}/${collected ? 'gc' : ''}`)
  return (await response.json()) as Inside
}

export async function handlesOf(watched: Watched): Promise<Handles> {
  const { resources } = await insideOf(watched)
  const upstream = await connectionsOf(watched.fake)
  const open = readdirSync(`/proc/${watched.pid}/fd`).length
  return { descriptors: open - upstream, upstream, resources }
}

/** `seconds`: of what the tally tells. */
export async function sampleOf(
  watched: Watched,
  { at, tally, seconds }: { at: number; tally: Tally; seconds: number },
): Promise<Sample> {
  const { heap, external, resources } = await insideOf(watched)
  const wrong = [...tally.faults.values()].reduce((sum, count) => sum + count, 0)
  return {
    at,
    rss: usageOf(watched.pid).memory,
    heap,
    external,
    descriptors: readdirSync(`/proc/${watched.pid}/fd`).length,
    upstream: await connectionsOf(watched.fake),
    timers: resources['Timeout'] ?? 0,
    p50: quantile(tally.times, 0.5),
    p99: quantile(tally.times, 0.99),
    rate: tally.answers / seconds,
    wrong: wrong / seconds,
  }
}
