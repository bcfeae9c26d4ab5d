import { h } from '../shared/element.ts'
import { count, duration, known, money, NOTHING } from '../shared/format.ts'
import { headerOf, type Run } from './run.ts'

/** What a run cost, as far as that is known by now. */
export function costOf({ cost, free, state }: Run): string | undefined {
  if (state === 'running') return undefined
  if (free && cost === 0) return 'free'
  if (cost === null) return 'no price known'
  return cost === undefined ? undefined : money(cost)
}

/** Tokens a second, from the first text to the end. */
function paceOf({ reading, firstTextAt, endedAt }: Run): string {
  const { output = 0 } = reading.usage ?? {}
  const seconds = ((endedAt ?? 0) - (firstTextAt ?? 0)) / 1000
  return output === 0 || seconds <= 0 ? NOTHING : `${(output / seconds).toFixed(1)} tok/s`
}

/** A run at a glance. */
export function facts(run: Run): HTMLElement {
  const { usage, stop } = run.reading
  const read = usage && usage.input + usage.cacheRead + usage.cacheWrite
  const cached = usage?.cacheRead ? ` (${count(usage.cacheRead)} cached)` : ''
  const all: [string, string, string?][] = [
    ['Cost', costOf(run) ?? NOTHING, 'cost'],
    ['Tokens in', known(read, count) + cached, 'in'],
    ['Tokens out', known(usage?.output, count), 'out'],
    ['First text', known(run.firstTextAt, duration)],
    ['In all', known(run.endedAt, duration)],
    ['Pace', paceOf(run)],
    [
      'Served by',
      headerOf(run, 'x-outcrop-region') ?? headerOf(run, 'x-outcrop-provider') ?? NOTHING,
    ],
    ['Ended by', run.state === 'stopped' ? 'you' : (stop ?? NOTHING)],
  ]
  return h(
    'dl',
    { class: 'facts' },
    ...all.map(([title, value, id]) =>
      h('div', { 'data-fact': id }, h('dt', {}, title), h('dd', { title: value }, value)),
    ),
  )
}
