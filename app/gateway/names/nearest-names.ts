/** Longer names are compared by their beginning only; callers write them. */
const LONGEST = 120
const LIKE_ENOUGH = 0.45

/** The names most like one that does not exist, the nearest first; never the name itself, which may be known to lead nowhere. */
export function nearestNames(name: string, known: Iterable<string>): string[] {
  const wanted = pairsOf(name)
  const near: { name: string; likeness: number }[] = []
  for (const other of new Set(known)) {
    if (other === name) continue
    const likeness = overlap(wanted, pairsOf(other))
    if (likeness >= LIKE_ENOUGH) near.push({ name: other, likeness })
  }
  near.sort((a, b) => b.likeness - a.likeness || a.name.length - b.name.length)
  return near.map((one) => one.name)
}

/** Neighbouring letters, case aside: names of models differ by a version, a date or a prefix. */
function pairsOf(name: string): Set<string> {
  const text = name.slice(0, LONGEST).toLowerCase()
  const pairs = new Set<string>()
  for (let at = 0; at + 1 < text.length; at += 1) pairs.add(text.slice(at, at + 2))
  return pairs
}

function overlap(a: Set<string>, b: Set<string>): number {
  if (a.size === 0 || b.size === 0) return 0
  let shared = 0
  for (const pair of a) if (b.has(pair)) shared += 1
  return (2 * shared) / (a.size + b.size)
}
