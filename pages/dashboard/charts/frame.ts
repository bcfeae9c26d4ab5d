import { svg } from '../../shared/element.ts'
import type { Scale } from './scale.ts'
import type { Tick } from './time-axis.ts'

/** Pixels around the plot. */
const AROUND = { top: 10, right: 8, bottom: 22, left: 50 }
/** Pixels a label of the time axis needs. */
const LABEL = 52

/** Where things lie in a drawing. */
export interface Frame {
  width: number
  height: number
  /** Pixels of a bucket. */
  band: number
  /** The left edge of a bucket. */
  x(at: number): number
  y(value: number): number
  /** The bucket below a place, the nearest where there is none. */
  bucketAt(x: number): number
}

interface FrameOptions {
  width: number
  height: number
  buckets: number
  scale: Scale
}

export function frameOf({ width: given, height, buckets, scale }: FrameOptions): Frame {
  const width = Math.max(160, given)
  const band = (width - AROUND.left - AROUND.right) / buckets
  const room = height - AROUND.top - AROUND.bottom
  return {
    width,
    height,
    band,
    x: (at) => AROUND.left + at * band,
    y: (value) => AROUND.top + room * (1 - value / scale.top),
    bucketAt: (x) => Math.min(buckets - 1, Math.max(0, Math.floor((x - AROUND.left) / band))),
  }
}

/** Lines and numbers of the value axis. */
export function drawMarks(frame: Frame, { marks }: Scale, format: (value: number) => string) {
  return marks.map((mark) => {
    const y = Math.round(frame.y(mark)) + 0.5
    return svg(
      'g',
      { class: mark === 0 ? 'mark base' : 'mark' },
      svg('line', { x1: AROUND.left, x2: frame.width - AROUND.right, y1: y, y2: y }),
      svg('text', { x: AROUND.left - 8, y, dy: '0.32em', 'text-anchor': 'end' }, format(mark)),
    )
  })
}

/** Times below the plot, as many as there is room for. */
export function drawTicks(frame: Frame, ticks: readonly Tick[]) {
  let free = 0
  const shown = ticks.filter(({ at }) => {
    const x = frame.x(at)
    if (x < free || x > frame.width - LABEL) return false
    free = x + LABEL
    return true
  })
  return shown.map(({ at, text }) =>
    svg('text', { class: 'tick', x: frame.x(at), y: frame.height - 6 }, text),
  )
}
