/** Beginnings of the steps people count in. */
const STEPS = [1, 2, 2.5, 5, 10]

export interface Scale {
  /** Where the axis ends, never below the highest value. */
  top: number
  /** Lines to draw, from zero up. */
  marks: number[]
}

/** A scale of about so many round steps. Of `whole` things there are no halves. */
export function scaleOf(highest: number, { steps = 4, whole = false } = {}): Scale {
  if (!(highest > 0)) return { top: 1, marks: [0] }
  const least = highest / steps
  const power = 10 ** Math.floor(Math.log10(least))
  const round = STEPS.map((step) => step * power).find((step) => step >= least * 0.999)!
  const step = whole ? Math.max(1, Math.ceil(round)) : round
  const count = Math.ceil(highest / step - 1e-9)
  return { top: step * count, marks: Array.from({ length: count + 1 }, (_, at) => at * step) }
}
