interface Point {
  x: number
  y: number
}

interface Trend {
  /** Units of y for one of x. */
  slope: number
  /** The standard error of the slope; neighbours that are alike make it look smaller than it is. */
  error: number
}

/** The straight line through points, by least squares. */
export function trendOf(points: readonly Point[]): Trend {
  const count = points.length
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / count
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / count
  let spread = 0
  let joint = 0
  for (const { x, y } of points) {
    spread += (x - meanX) ** 2
    joint += (x - meanX) * (y - meanY)
  }
  if (count < 3 || spread === 0) return { slope: 0, error: Number.POSITIVE_INFINITY }
  const slope = joint / spread
  const rest = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0)
  return { slope, error: Math.sqrt(rest / (count - 2) / spread) }
}

/** The value below which `share` of the numbers lie. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
