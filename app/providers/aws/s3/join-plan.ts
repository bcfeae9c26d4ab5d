/** A stretch of one source; `last` is counted in. */
export interface Stretch {
  source: number
  first: number
  last: number
}

/** How one part of the new object is made: copied within S3, or read and sent by us, which may be of several. */
type JoinStep = { copy: Stretch } | { send: Stretch[] }

/** S3's bounds of a part: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const LEAST = 5 * 1024 * 1024
const MOST = 5 * 1024 ** 3
/** Parts of one object. */
const MOST_PARTS = 10_000

/**
 * The parts of an object made of sources of these sizes. S3 copies by itself what is large enough to be a
 * part; smaller stretches are gathered until they are, the last alone may be of any size.
 */
export function planJoin(sizes: readonly number[], least = LEAST, most = MOST): JoinStep[] {
  const steps: JoinStep[] = []
  let gathered: Stretch[] = []
  let missing = 0
  for (const [source, size] of sizes.entries()) {
    for (let first = 0; first < size; ) {
      const left = size - first
      if (missing === 0 && left >= least) {
        // What would be left of a copy of the most must be large enough again.
        const length = left > most && left - most < least ? most - least : Math.min(left, most)
        steps.push({ copy: { source, first, last: first + length - 1 } })
        first += length
        continue
      }
      if (missing === 0) missing = least
      const length = Math.min(left, missing)
      gathered.push({ source, first, last: first + length - 1 })
      missing -= length
      first += length
      if (missing > 0) continue
      steps.push({ send: gathered })
      gathered = []
    }
  }
  if (gathered.length > 0) steps.push({ send: gathered })
  if (steps.length > MOST_PARTS) throw new Error(`An object has ${MOST_PARTS} parts at most.`)
  return steps
}
