import { byId, fill, h, svg } from '../../shared/element.ts'
import type { RangeName } from '../view.ts'
import type { Cursor } from './cursor.ts'
import type { Drawing, Strip } from './draw.ts'
import { drawMarks, drawTicks, type Frame, frameOf } from './frame.ts'
import { followKeys, followPointer } from './pointing.ts'
import { scaleOf } from './scale.ts'
import { bucketName, ticksOf } from './time-axis.ts'
import { spokenTooltip, type TooltipOptions, tooltip } from './tooltip.ts'

interface ChartData {
  range: RangeName
  /** Unix seconds of every bucket's beginning. */
  times: readonly number[]
  strips: readonly Strip[]
  /** Shown beside the title. */
  total: string
  /** Shown where there is nothing to draw. */
  empty: string
}

interface ChartOptions {
  title: string
  drawing: Drawing
  cursor: Cursor
  format(value: number): string
  /** Shorter, for the axis. */
  axis(value: number): string
  /** What is counted has no halves. */
  whole?: boolean
  sum?: TooltipOptions['sum']
  /** Beside the title: choices. */
  extras?: HTMLElement
}

export interface Chart {
  element: HTMLElement
  show(data: ChartData): void
}

const HEIGHT = 196
const NOTHING = { top: 1, marks: [0] }

export function createChart(options: ChartOptions): Chart {
  const { title, cursor } = options
  const { element, plot, drawn, total, empty } = skeleton(options)
  const pointer = createPointer(plot, options)
  let data: ChartData | undefined

  const draw = () => {
    const width = plot.clientWidth
    if (!data || width === 0) return
    const { strips, range, times } = data
    const highest = options.drawing.highest(strips)
    const scale = highest > 0 ? scaleOf(highest, { whole: options.whole }) : NOTHING
    const frame = frameOf({ width, height: HEIGHT, buckets: times.length, scale })
    drawn.setAttribute('width', String(frame.width))
    fill(
      drawn,
      pointer.band,
      ...drawMarks(frame, scale, options.axis),
      ...drawTicks(frame, ticksOf(range, times)),
      ...options.drawing.draw(frame, strips),
    )
    empty.textContent = data.empty
    empty.hidden = highest > 0
    pointer.over(frame, data)
  }

  new ResizeObserver(draw).observe(plot)
  followPointer(plot, { cursor, ...pointer })
  followKeys(plot, { cursor, ...pointer })
  return {
    element,
    show(given) {
      data = given
      total.textContent = given.total
      plot.setAttribute('aria-label', `${title}: ${given.total}. Arrow keys go through time.`)
      draw()
    },
  }
}

function skeleton({ title, extras }: ChartOptions) {
  const drawn = svg('svg', { 'aria-hidden': 'true', height: HEIGHT })
  const empty = h('p', { class: 'empty', hidden: true })
  const role = { role: 'group', 'aria-roledescription': 'chart' }
  const plot = h('div', { class: 'plot', tabindex: 0, ...role }, drawn, empty)
  const total = h('span', { class: 'total' })
  const head = h('header', {}, h('h2', {}, title), total, extras)
  return { element: h('section', { class: 'card chart' }, head, plot), plot, drawn, total, empty }
}

/** What shows the bucket that is looked at: a band in every chart, words in the one that is pointed at. */
function createPointer(plot: HTMLElement, options: ChartOptions) {
  const { cursor, title } = options
  const band = svg('rect', { class: 'cursor', y: 10, height: HEIGHT - 32, visibility: 'hidden' })
  const tip = h('div', { class: 'tip', hidden: true })
  plot.append(tip)
  let shown: { frame: Frame; data: ChartData } | undefined
  let isPointed = false

  const toldAt = (at: number, { range, times, strips }: ChartData): TooltipOptions => ({
    ...options,
    // The last is the one we are in.
    title: bucketName(range, times[at]!) + (at === times.length - 1 ? ', so far' : ''),
    strips,
    at,
  })
  const point = () => {
    const at = cursor.at()
    const isShown = at !== undefined && shown !== undefined
    band.setAttribute('visibility', isShown ? 'visible' : 'hidden')
    tip.hidden = !isShown || !isPointed
    if (!isShown) return
    const { frame, data } = shown!
    band.setAttribute('x', frame.x(at).toFixed(1))
    band.setAttribute('width', Math.max(1, frame.band).toFixed(1))
    if (tip.hidden) return
    fill(tip, ...tooltip(toldAt(at, data)))
    const middle = frame.x(at) + frame.band / 2
    const room = tip.offsetWidth + 14
    const left = middle + room > frame.width ? Math.max(0, middle - room) : middle + 14
    tip.style.setProperty('left', `${left}px`)
  }
  cursor.listen(point)
  return {
    band,
    over(frame: Frame, data: ChartData) {
      shown = { frame, data }
      point()
    },
    bucketAt: (x: number) => shown?.frame.bucketAt(x),
    last: () => (shown?.data.times.length ?? 1) - 1,
    setPointed(is: boolean) {
      if (is === isPointed) return
      isPointed = is
      point()
    },
    speak(at: number) {
      if (shown) byId('spoken').textContent = `${title}, ${spokenTooltip(toldAt(at, shown.data))}`
    },
  }
}
