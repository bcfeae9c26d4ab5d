import type { Config } from '../../../config.ts'
import type { Candidate } from './region-policy.ts'

/** Why a region did not answer: for want of quota, or because it could not. */
export type Trouble = 'quota' | 'unavailable'

/** What is asked: streams begin sooner than whole answers are complete. */
export type Way = 'reply' | 'stream'

/** What is known of one model in one region. Times in Unix milliseconds. */
export interface Health {
  /** Quota errors in a row. */
  strikes: number
  trouble?: Trouble
  troubledAt: number
  restsUntil: number
}

export interface RouterOptions {
  strategy: Config['AWS_BEDROCK_REGION_ROUTING']
  /** Milliseconds. */
  quotaBackoff: number
  mostQuotaBackoff: number
  unavailableBackoff: number
  /** Unix milliseconds. */
  now?(): number
  /** A region has begun to rest, or is well again. */
  onChange?(key: string, health: Health): void
}

/** One question to one region, from its beginning to its outcome. Exactly one of the methods is called. */
export interface Ticket {
  /** It began to answer. */
  answered(): void
  failed(trouble: Trouble): void
  /** It was given up for reasons of ours; nothing was learnt. */
  dropped(): void
}

/** Knows which regions are well. Pure but for its clock; one per provider. */
export interface Router {
  /** The order to ask in. `warm` is a region that holds the prompt in its cache. */
  order(candidates: readonly Candidate[], way: Way, warm?: string): readonly Candidate[]
  begin(candidate: Candidate, way: Way): Ticket
  /** Seconds until one of these is worth another try; undefined while one is well. */
  retryAfter(candidates: readonly Candidate[]): number | undefined
  /** What others have seen of a region. */
  learn(key: string, health: Health): void
  /** A first guess of how fast a region is, until its models have been measured. */
  near(region: string, milliseconds: number): void
}

/** A streak of quota errors is forgotten after this many times the longest rest without one. */
const STALE = 2
/** Regions that are remembered; callers make model names up. */
const MOST_KEYS = 5000
/** How much the newest measurement counts. */
const WEIGHT = 0.3
/** One request in so many goes to the region that was measured longest ago. */
const EXPLORE = 50
/** Bedrock counts quotas by the minute, so no caller need wait longer than that. */
const LONGEST_WAIT = 60

interface State extends Health {
  /** A request is finding out whether a region that rested is well again. */
  probing: boolean
  /** Milliseconds until answers begin, by what was asked; absent until measured. */
  pace: Partial<Record<Way, number>>
  measuredAt: number
  /** Being measured for the first time. */
  measuring: boolean
}

const fresh = (): State => ({
  strikes: 0,
  troubledAt: 0,
  restsUntil: 0,
  probing: false,
  pace: {},
  measuredAt: 0,
  measuring: false,
})

export function createRouter(options: RouterOptions): Router {
  const { strategy, now = Date.now, onChange } = options
  const states = new Map<string, State>()
  const turns = new Map<string, number>()
  const distances = new Map<string, number>()

  const stateOf = (key: string): State => {
    const kept = states.get(key)
    if (kept) return kept
    if (states.size >= MOST_KEYS) forgetHealthy(states)
    const state = fresh()
    states.set(key, state)
    return state
  }

  /** Counts requests per model, and tells which turn it is. */
  const turnOf = (candidates: readonly Candidate[]): number => {
    const key = candidates[0]!.key
    const turn = turns.get(key) ?? 0
    if (turns.size >= MOST_KEYS) turns.clear()
    turns.set(key, turn + 1)
    return turn
  }

  const paceOf = ({ key, region }: Candidate, way: Way): number => {
    const state = stateOf(key)
    const pace = state.pace[way]
    if (pace !== undefined) return pace
    // The unmeasured come first, one request at a time; meanwhile the distance of their region must do.
    return state.measuring ? 1e9 + (distances.get(region) ?? 1e9) : -1 / (distances.get(region) ?? 1)
  }

  const arrange = (well: Candidate[], way: Way): Candidate[] => {
    if (well.length < 2 || strategy === 'ordered') return well
    const turn = turnOf(well)
    if (strategy === 'round_robin') {
      const start = turn % well.length
      return [...well.slice(start), ...well.slice(0, start)]
    }
    const paces = new Map(well.map((candidate) => [candidate, paceOf(candidate, way)]))
    const byPace = well.toSorted((a, b) => paces.get(a)! - paces.get(b)!)
    if (turn % EXPLORE !== EXPLORE - 1) return byPace
    const oldest = byPace.reduce((a, b) =>
      stateOf(b.key).measuredAt < stateOf(a.key).measuredAt ? b : a,
    )
    return foremost(byPace, oldest)
  }

  return {
    order(candidates, way, warm) {
      if (strategy === 'disabled') return candidates.slice(0, 1)
      if (candidates.length < 2) return candidates
      const time = now()
      const well: Candidate[] = []
      const resting: Candidate[] = []
      for (const candidate of candidates) {
        const state = states.get(candidate.key)
        const rests = state?.trouble && (state.restsUntil > time || state.probing)
        ;(rests ? resting : well).push(candidate)
      }
      const first = arrange(well, way)
      const kept = warm === undefined ? undefined : first.find(({ region }) => region === warm)
      const ordered = kept ? foremost(first, kept) : first
      if (resting.length === 0) return ordered
      // Whoever rests is asked last, not never: no request is lost while it may be well again.
      const rest = resting.toSorted((a, b) => stateOf(a.key).restsUntil - stateOf(b.key).restsUntil)
      return [...ordered, ...rest]
    },

    begin({ key }, way) {
      const state = stateOf(key)
      const startedAt = now()
      const probes = state.trouble !== undefined && state.restsUntil <= startedAt && !state.probing
      if (probes) state.probing = true
      const measures = strategy === 'lowest_latency' && state.pace[way] === undefined
      if (measures) state.measuring = true
      const done = () => {
        if (probes) state.probing = false
        if (measures) state.measuring = false
      }
      return {
        answered() {
          done()
          measure(state, way, startedAt, now())
          // An answer that was asked for before the trouble began says nothing about its end.
          if (state.trouble === undefined || startedAt < state.troubledAt) return
          Object.assign(state, { strikes: 0, trouble: undefined, restsUntil: 0 })
          onChange?.(key, state)
        },
        failed(trouble) {
          done()
          if (strike(state, trouble, now(), options)) onChange?.(key, state)
        },
        dropped: done,
      }
    },

    retryAfter(candidates) {
      let soonest = Number.POSITIVE_INFINITY
      for (const { key } of candidates) {
        soonest = Math.min(soonest, states.get(key)?.restsUntil ?? 0)
      }
      const seconds = Math.ceil((soonest - now()) / 1000)
      return seconds > 0 && soonest < Number.POSITIVE_INFINITY
        ? Math.min(seconds, LONGEST_WAIT)
        : undefined
    },

    learn(key, { strikes, trouble, troubledAt, restsUntil }) {
      const state = stateOf(key)
      if (troubledAt <= state.troubledAt) return
      Object.assign(state, { strikes, trouble, troubledAt, restsUntil })
    },

    near: (region, milliseconds) => void distances.set(region, milliseconds),
  }
}

const foremost = (candidates: readonly Candidate[], first: Candidate): Candidate[] => [
  first,
  ...candidates.filter((candidate) => candidate !== first),
]

/** Notes a failure; false when it says nothing new because the region already rests for it. */
function strike(state: State, trouble: Trouble, time: number, options: RouterOptions): boolean {
  const { quotaBackoff, mostQuotaBackoff, unavailableBackoff } = options
  const rests = state.trouble !== undefined && state.restsUntil > time
  if (trouble === 'unavailable') {
    const until = time + unavailableBackoff
    if (rests && state.restsUntil >= until) return false
    const cause = rests ? state.trouble : trouble
    Object.assign(state, { trouble: cause, troubledAt: time, restsUntil: until })
    return true
  }
  // A burst of requests that were all under way when the quota ran out counts once.
  if (rests && state.trouble === 'quota') return false
  const forgotten = time - state.troubledAt > mostQuotaBackoff * STALE
  const strikes = (forgotten ? 0 : state.strikes) + 1
  const rest = Math.min(quotaBackoff * 2 ** (strikes - 1), mostQuotaBackoff)
  Object.assign(state, { strikes, trouble, troubledAt: time, restsUntil: time + rest })
  return true
}

function measure(state: State, way: Way, startedAt: number, time: number): void {
  const taken = time - startedAt
  const before = state.pace[way]
  state.pace[way] = before === undefined ? taken : before + (taken - before) * WEIGHT
  state.measuredAt = time
}

/** Makes room: a region without trouble loses no more than its measurements. */
function forgetHealthy(states: Map<string, State>): void {
  for (const [key, state] of states) {
    if (state.trouble === undefined) states.delete(key)
  }
  if (states.size >= MOST_KEYS) states.clear()
}
