import { byId, fill, h } from '../shared/element.ts'
import { createSession, Refusal } from '../shared/session.ts'
import { startTheme } from '../shared/theme.ts'
import { breakdownOf, createBreakdown } from './breakdown.ts'
import { createChartList } from './chart-list.ts'
import { createControls } from './controls.ts'
import { createKeysTable, keysOf } from './keys-table.ts'
import { legend } from './legend.ts'
import { login } from './login.ts'
import { heaped, namesOf, type Series, seriesOf, timesOf } from './series.ts'
import { tiles } from './tiles.ts'
import { loadOpenStreams, loadUsage, type Overview, type Usage } from './usage.ts'
import { RANGES, searchOf, type View, viewIn } from './view.ts'

const session = createSession('outcrop.admin-key')
const main = byId('main')

/** Milliseconds after which it is asked whether what is shown has grown old. */
const TICK = 10_000

let view: View = viewIn(location.search)
/** The series that is shown alone, by its value. */
let alone: Pick<Series, 'value'> | undefined
let loading: AbortController | undefined
let shown: { usage: Usage; overview: Overview; view: View; streams?: number } | undefined
/** Whether there is anything to be known of open streams. */
let tellsStreams = true

const controls = createControls(view, (change) => look({ ...view, ...change }))
const charts = createChartList()
const summary = h('div')
const legendPlace = h('div')
const breakdown = createBreakdown()
const keys = createKeysTable()
const tables = h('div', { class: 'tables' }, breakdown.element, keys.element)
/** Nothing is drawn where nothing was ever told. */
const hiddenAtFirst = [charts.element, tables]
for (const element of hiddenAtFirst) element.hidden = true
const notice = h('p', { class: 'notice', role: 'alert', hidden: true })
const board = h(
  'div',
  { class: 'board' },
  h('h1', { class: 'unseen' }, 'Dashboard'),
  controls.element,
  notice,
  summary,
  legendPlace,
  charts.element,
  tables,
)

function look(next: View): void {
  if (next.group !== view.group || next.only !== view.only) alone = undefined
  view = next
  history.replaceState(undefined, '', searchOf(view))
  void load()
}

async function load(): Promise<void> {
  loading?.abort()
  loading = new AbortController()
  const { signal } = loading
  const asked = view
  board.setAttribute('aria-busy', 'true')
  try {
    // Whoever may not see the overview may not see the rest.
    const overview = (await session.get('v1/admin/overview', signal)) as Overview
    const usage = await loadUsage(session, asked, signal)
    const streams = tellsStreams ? await loadOpenStreams(session) : undefined
    if (signal.aborted) return
    tellsStreams = streams !== undefined
    shown = { overview, usage, view: asked, streams }
    notice.hidden = true
    if (!board.isConnected) fill(main, board)
    show()
  } catch (thrown) {
    if (!signal.aborted) fail(thrown)
  } finally {
    if (!signal.aborted) board.removeAttribute('aria-busy')
  }
}

function fail(thrown: unknown): void {
  const isRefused = thrown instanceof Refusal
  if (isRefused && (thrown.status === 401 || thrown.status === 403)) {
    askForKey(thrown.status)
    return
  }
  if (!board.isConnected) fill(main, board)
  byId('leave').hidden = session.key() === undefined
  notice.hidden = false
  notice.textContent = isRefused
    ? thrown.message
    : 'The server cannot be reached. This page goes on trying.'
}

function askForKey(status: number): void {
  const hadKey = session.key() !== undefined
  session.setKey(undefined)
  byId('leave').hidden = true
  const why = !hadKey
    ? 'This page shows what everybody used, so it asks for a key of an admin.'
    : status === 401
      ? 'This key is not known here, or no longer.'
      : 'This key may not see what others use. The dashboard needs a key of an admin.'
  fill(
    main,
    login({
      why,
      onkey(key) {
        session.setKey(key)
        void load()
      },
    }),
  )
}

function show(): void {
  const { usage, overview, view } = shown!
  byId('leave').hidden = session.key() === undefined
  byId('server').textContent = [overview.providers.join(', '), overview.runtime].join(' · ')
  const range = RANGES[view.range]
  const times = timesOf(usage.from, usage.to, range.seconds)
  const names = namesOf(overview.keys)
  const all = seriesOf({ ...usage, group: view.group, times, names })
  const series = heaped(all)
  const only = alone && series.find(({ value }) => value === alone?.value)
  alone = only
  controls.show(view, names)
  controls.told(new Date(usage.now * 1000), shown!.streams)
  fill(summary, tiles(usage, range.before))
  const choose = (next: Series | undefined) => {
    alone = next
    show()
  }
  const focused = legendPlace.querySelector<HTMLElement>('button:focus')?.title
  fill(legendPlace, series.length > 0 && legend({ series, alone: only, onchoose: choose }))
  for (const one of legendPlace.querySelectorAll('button')) if (one.title === focused) one.focus()
  for (const element of hiddenAtFirst) element.hidden = false
  charts.show({
    range: view.range,
    times,
    series: only ? [only] : series,
    total: only?.total ?? usage.total,
  })
  const filter = (group: View['group']) => (value: string) =>
    look({ ...view, only: { ...view.only, [group]: value } })
  breakdown.show(breakdownOf({ group: view.group, series: all, onfilter: filter(view.group) }))
  keys.show(keysOf({ overview, used: usage.keys, onfilter: filter('key') }))
}

startTheme()
byId('leave').addEventListener('click', () => {
  session.setKey(undefined)
  void load()
})
/** Nobody is asked for what nobody looks at. */
const again = () => {
  if (document.visibilityState !== 'visible' || !board.isConnected) return
  const age = Date.now() / 1000 - (shown?.usage.now ?? 0)
  if (age >= RANGES[view.range].every) void load()
}
setInterval(again, TICK)
document.addEventListener('visibilitychange', again)
void load()
