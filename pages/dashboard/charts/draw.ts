import { svg } from '../../shared/element.ts'
import type { Frame } from './frame.ts'

/** One colour's values by bucket; undefined where there are none. */
export interface Strip {
  text: string
  colour: number
  values: readonly (number | undefined)[]
}

/** How strips are drawn, and how high they reach. */
export interface Drawing {
  highest(strips: readonly Strip[]): number
  draw(frame: Frame, strips: readonly Strip[]): SVGElement[]
}

/** Bars upon each other: for what adds up. */
export const bars: Drawing = {
  highest(strips) {
    const buckets = strips[0]?.values.length ?? 0
    let highest = 0
    for (let at = 0; at < buckets; at++) {
      highest = Math.max(
        highest,
        strips.reduce((sum, { values }) => sum + (values[at] ?? 0), 0),
      )
    }
    return highest
  },
  draw(frame, strips) {
    const gap = frame.band > 12 ? Math.min(6, frame.band * 0.22) : frame.band > 3 ? 1 : 0
    const floors = (strips[0]?.values ?? []).map(() => 0)
    return strips.map(({ values, colour }) => {
      let path = ''
      for (const [at, value] of values.entries()) {
        if (!value) continue
        const x = (frame.x(at) + gap / 2).toFixed(1)
        const floor = frame.y(floors[at]!)
        floors[at]! += value
        // What is there at all can be seen.
        const top = Math.min(frame.y(floors[at]!), floor - 0.75)
        const width = (frame.band - gap).toFixed(1)
        path += `M${x} ${floor.toFixed(1)}V${top.toFixed(1)}h${width}V${floor.toFixed(1)}z`
      }
      return svg('path', { class: `bar colour-${colour}`, d: path })
    })
  },
}

/** Lines from bucket to bucket: for what does not add up. They pass over those in which nothing is known. */
export const lines: Drawing = {
  highest: (strips) =>
    strips.reduce((most, { values }) => Math.max(most, ...values.map((one) => one ?? 0)), 0),
  draw(frame, strips) {
    // The first is the one that matters most, so it lies on top.
    return strips.toReversed().flatMap(({ values, colour }) => {
      const places = values.flatMap((value, at) =>
        value === undefined
          ? []
          : `${(frame.x(at) + frame.band / 2).toFixed(1)} ${frame.y(value).toFixed(1)}`,
      )
      if (places.length === 0) return []
      const isAlone = places.length === 1
      const path = isAlone ? `M${places[0]}h0` : `M${places.join('L')}`
      return svg('path', { class: `${isAlone ? 'dot' : 'line'} colour-${colour}`, d: path })
    })
  },
}
