/** Milliseconds to which the first class of durations reaches; each of the others reaches twice as far as the one before. */
const FIRST = 50

/** Of answers that came to their end: how many took so long. The last class has no end. */
export const TOOK = [
  'took50',
  'took100',
  'took200',
  'took400',
  'took800',
  'took1600',
  'took3200',
  'took6400',
  'took12800',
  'took25600',
  'took51200',
  'took102400',
  'tookLonger',
] as const

/** The same of the time until a stream's first text. */
export const BEGAN = [
  'began50',
  'began100',
  'began200',
  'began400',
  'began800',
  'began1600',
  'began3200',
  'began6400',
  'began12800',
  'began25600',
  'began51200',
  'began102400',
  'beganLater',
] as const

/** The place of a duration's class among the names above. */
export function classOf(milliseconds: number): number {
  let at = 0
  for (let end = FIRST; milliseconds > end && at < TOOK.length - 1; end *= 2) at += 1
  return at
}

/**
 * Below how many milliseconds a share of what was counted lies, supposing that durations are spread evenly over
 * the logarithms of their class: at worst twice the truth or half of it. Null where nothing was counted.
 */
export function quantile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const rank = Math.max(1, Math.ceil(share * total))
  let before = 0
  for (const [at, count] of counts.entries()) {
    // One alone is thought in the middle of its class.
    if (before + count >= rank && count > 0)
      return Math.round(within(at, (rank - before - 0.5) / count))
    before += count
  }
  return null
}

function within(at: number, part: number): number {
  const end = FIRST * 2 ** at
  // The first class begins at nothing, which has no logarithm.
  return at === 0 ? end * part : (end / 2) * 2 ** part
}
