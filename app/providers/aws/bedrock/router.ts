import type { Config } from '../../../config.ts'
import { type Health, type Rests, restsAt, struck, type Trouble, WELL } from './health.ts'
import type { Candidate } from './region-policy.ts'

/** What is asked: streams begin sooner than whole answers are complete. */
export type Way = 'reply' | 'stream'

export interface RouterOptions extends Rests {
  strategy: Config['AWS_BEDROCK_REGION_ROUTING']
  /** Unix milliseconds. */
  now?(): number
  /** A region has begun to rest, or is well again. */
  onChange?(key: string, health: Health): void
}

/** One question to one region, from its beginning to its outcome. Exactly one of the methods is called. */
interface Ticket {
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

/** Regions that are remembered; callers make model names up. */
const MOST_KEYS = 5000
/** How much the newest measurement counts. */
const WEIGHT = 0.3
/** One request in so many goes to the region that was measured longest ago. */
const EXPLORE = 50
/** Bedrock counts quotas by the minute, so no caller need wait longer than that. */
const LONGEST_WAIT = 60
/** Milliseconds that are slower than anything measured. */
const SLOWEST = 1e9

interface State {
  health: Health
  /** A request is finding out whether a region that rested is well again. */
  probing: boolean
  /** Milliseconds until answers begin, by what was asked; absent until measured. */
  pace: Partial<Record<Way, number>>
  measuredAt: number
  /** Being measured for the first time. */
  measuring: boolean
}

export function createRouter(options: RouterOptions): Router {
  const { strategy, now = Date.now } = options
  const book = createBook()
  const arrange = createArrange(strategy, book)

  return {
    order(candidates, way, warm) {
      if (strategy === 'disabled') return candidates.slice(0, 1)
      if (candidates.length < 2) return candidates
      const time = now()
      const well: Candidate[] = []
      const resting: Candidate[] = []
      for (const candidate of candidates) {
        const state = book.peek(candidate.key)
        const isHalfOpen = state?.health.trouble !== undefined && state.probing
        const rests = isHalfOpen || (state !== undefined && restsAt(state.health, time))
        ;(rests ? resting : well).push(candidate)
      }
      const arranged = arrange(well, way)
      const kept = warm === undefined ? undefined : arranged.find(({ region }) => region === warm)
      const ordered = kept ? foremost(arranged, kept) : arranged
      if (resting.length === 0) return ordered
      // Whoever rests is asked last, not never: no request is lost while it may be well again.
      const until = ({ key }: Candidate) => book.of(key).health.restsUntil
      return [...ordered, ...resting.toSorted((a, b) => until(a) - until(b))]
    },
    begin: ({ key }, way) => openTicket(book.of(key), { key, way, options }),
    retryAfter(candidates) {
      const times = candidates.map(({ key }) => book.peek(key)?.health.restsUntil ?? 0)
      const seconds = Math.ceil((Math.min(...times) - now()) / 1000)
      return times.length > 0 && seconds > 0 ? Math.min(seconds, LONGEST_WAIT) : undefined
    },
    learn(key, health) {
      const state = book.of(key)
      if (health.troubledAt > state.health.troubledAt) state.health = health
    },
    near: book.near,
  }
}

type Book = ReturnType<typeof createBook>

/** Everything that is remembered, within bounds. */
function createBook() {
  const states = new Map<string, State>()
  const turns = new Map<string, number>()
  const distances = new Map<string, number>()
  return {
    peek: (key: string) => states.get(key),
    of(key: string): State {
      const kept = states.get(key)
      if (kept) return kept
      if (states.size >= MOST_KEYS) forgetHealthy(states)
      const state = { health: WELL, probing: false, pace: {}, measuredAt: 0, measuring: false }
      states.set(key, state)
      return state
    },
    /** Counts the requests of a model. */
    turn(key: string): number {
      const turn = turns.get(key) ?? 0
      if (turns.size >= MOST_KEYS) turns.clear()
      turns.set(key, turn + 1)
      return turn
    },
    near: (region: string, milliseconds: number) => void distances.set(region, milliseconds),
    distance: (region: string) => distances.get(region) ?? SLOWEST,
  }
}

/** The order of regions that are well. */
function createArrange(strategy: RouterOptions['strategy'], book: Book) {
  /** The unmeasured come first, one request at a time; meanwhile the distance of their region must do. */
  const paceOf = ({ key, region }: Candidate, way: Way): number => {
    const { pace, measuring } = book.of(key)
    const measured = pace[way]
    if (measured !== undefined) return measured
    return measuring ? SLOWEST + book.distance(region) : book.distance(region) - 2 * SLOWEST
  }
  const measuredAt = ({ key }: Candidate) => book.of(key).measuredAt

  return (well: Candidate[], way: Way): Candidate[] => {
    if (well.length < 2 || strategy === 'ordered') return well
    const turn = book.turn(well[0]!.key)
    if (strategy === 'round_robin') {
      const start = turn % well.length
      return [...well.slice(start), ...well.slice(0, start)]
    }
    const paces = new Map(well.map((candidate) => [candidate, paceOf(candidate, way)]))
    const byPace = well.toSorted((a, b) => paces.get(a)! - paces.get(b)!)
    if (turn % EXPLORE !== EXPLORE - 1) return byPace
    const oldest = byPace.reduce((a, b) => (measuredAt(b) < measuredAt(a) ? b : a))
    return foremost(byPace, oldest)
  }
}

const foremost = (candidates: readonly Candidate[], first: Candidate): Candidate[] => [
  first,
  ...candidates.filter((candidate) => candidate !== first),
]

interface Asking {
  key: string
  way: Way
  options: RouterOptions
}

function openTicket(state: State, { key, way, options }: Asking): Ticket {
  const { strategy, now = Date.now, onChange } = options
  const startedAt = now()
  const isTroubled = state.health.trouble !== undefined
  const probes = isTroubled && !state.probing && !restsAt(state.health, startedAt)
  if (probes) state.probing = true
  const measures = strategy === 'lowest_latency' && state.pace[way] === undefined
  if (measures) state.measuring = true
  const dropped = () => {
    if (probes) state.probing = false
    if (measures) state.measuring = false
  }
  const change = (health: Health) => {
    state.health = health
    onChange?.(key, health)
  }
  return {
    dropped,
    answered() {
      dropped()
      const time = now()
      const before = state.pace[way] ?? time - startedAt
      state.pace[way] = before + (time - startedAt - before) * WEIGHT
      state.measuredAt = time
      // An answer that was asked for before the trouble began says nothing about its end.
      const { trouble, troubledAt } = state.health
      if (trouble !== undefined && startedAt >= troubledAt) change({ ...WELL, troubledAt: time })
    },
    failed(trouble) {
      dropped()
      const health = struck(state.health, { trouble, time: now() }, options)
      if (health) change(health)
    },
  }
}

/** Makes room: a region without trouble loses only its measurements. */
function forgetHealthy(states: Map<string, State>): void {
  for (const [key, { health }] of states) if (health.trouble === undefined) states.delete(key)
  if (states.size >= MOST_KEYS) states.clear()
}
