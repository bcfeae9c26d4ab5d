import { refusalIn, type Session, troubleIn } from '../shared/session.ts'
import type { Dialect, ModelTurn, Reading, Settings, Turn } from './dialect.ts'
import { createEventReader, type StreamEvent } from './event-stream.ts'

export interface TimedEvent extends StreamEvent {
  /** Milliseconds since the request was sent. */
  at: number
}

/** One request and everything that came of it, filled while it comes. */
export interface Run {
  dialect: Dialect
  /** Relative to the page. */
  path: string
  body: Record<string, unknown>
  state: 'running' | 'done' | 'failed' | 'stopped'
  reading: Reading
  status?: number
  headers: [name: string, value: string][]
  events: TimedEvent[]
  /** Milliseconds since the request was sent. */
  headersAt?: number
  firstTextAt?: number
  endedAt?: number
  /** What went wrong, in words. */
  error?: string
  /** US dollars; null where nobody knows. */
  cost?: number | null
  free?: boolean
}

interface Asked {
  session: Session
  dialect: Dialect
  settings: Settings
  turns: readonly Turn[]
  signal: AbortSignal
  /** Called whenever something has come. */
  onchange(): void
}

/** Sends what was asked; the run fills while the answer comes. Never rejects. */
export function ask(asked: Asked): { run: Run; ended: Promise<void> } {
  const { dialect, settings, turns } = asked
  const turn: ModelTurn = { role: 'model', parts: [], dialect: dialect.name, native: [] }
  const run: Run = {
    dialect,
    path: dialect.path,
    body: dialect.encode(settings, turns),
    state: 'running',
    reading: { turn },
    headers: [],
    events: [],
  }
  return { run, ended: follow(run, asked) }
}

async function follow(run: Run, { session, signal, onchange }: Asked): Promise<void> {
  const began = performance.now()
  const since = () => performance.now() - began
  try {
    const answer = await fetch(run.path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...session.headers() },
      body: JSON.stringify(run.body),
      signal,
    })
    run.headersAt = since()
    run.status = answer.status
    run.headers = [...answer.headers]
    onchange()
    if (answer.ok && answer.body) await readStream(run, answer.body, { since, onchange })
    else failWith(run, await answer.text(), since())
    run.state = run.error === undefined && run.reading.error === undefined ? 'done' : 'failed'
    run.error ??= run.reading.error
  } catch (thrown) {
    run.state = signal.aborted ? 'stopped' : 'failed'
    if (!signal.aborted) run.error = breakIn(run, thrown)
  }
  run.endedAt = since()
  if (run.state !== 'done') cutOff(run.reading.turn)
  onchange()
  await price(run, session)
  onchange()
}

function breakIn({ status }: Run, thrown: unknown): string {
  const isMidway = status !== undefined && thrown instanceof TypeError
  return isMidway ? 'The connection broke before the answer was whole.' : troubleIn(thrown)
}

interface Watch {
  since(): number
  onchange(): void
}

async function readStream(
  run: Run,
  body: ReadableStream<Uint8Array>,
  { since, onchange }: Watch,
): Promise<void> {
  const read = createEventReader()
  const decoder = new TextDecoder()
  const reader = body.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    for (const event of read(decoder.decode(part.value, { stream: true }))) {
      run.events.push({ ...event, at: since() })
      if (event.data !== '[DONE]') run.dialect.read(run.reading, JSON.parse(event.data))
    }
    if (run.reading.turn.parts.length > 0) run.firstTextAt ??= since()
    onchange()
  }
}

/** What was cut off goes back as the words there are: signatures and calls may be broken. */
function cutOff(turn: ModelTurn): void {
  turn.dialect = undefined
  turn.parts = turn.parts.filter(({ type }) => type !== 'call')
}

function failWith(run: Run, text: string, at: number): void {
  run.events.push({ name: undefined, data: text, at })
  run.error = refusalIn(text) ?? `The server answered ${run.status}.`
}

export const headerOf = ({ headers }: Run, name: string): string | undefined =>
  headers.find(([known]) => known === name)?.[1]

/** Asks what it cost, by the rules by which it is booked. */
async function price(run: Run, session: Session): Promise<void> {
  const { usage, tier } = run.reading
  // What was cut off is not told to its end, and neither is its price.
  if (!usage || run.state !== 'done') return
  const query = new URLSearchParams({
    model: String(run.body['model']),
    served_model: headerOf(run, 'x-bedrock-model') ?? '',
    region: headerOf(run, 'x-outcrop-region') ?? '',
    service_tier: tier ?? '',
    input_tokens: String(usage.input),
    output_tokens: String(usage.output),
    cached_tokens: String(usage.cacheRead),
    cache_write_tokens: String(usage.cacheWrite),
  })
  try {
    const told = (await session.get(`v1/cost?${query}`)) as { cost: number | null; free: boolean }
    run.cost = told.cost
    run.free = told.free
  } catch {
    run.cost = null
  }
}
