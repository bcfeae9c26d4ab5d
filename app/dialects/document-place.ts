/** Where in the documents of a request a passage stands: in the one of this number, from `start` to before `end`. */
export interface DocumentPlace {
  unit: 'character' | 'page' | 'block' | 'search-result'
  index: number
  start: number
  end: number
}

/** Converse's members of a location (its CitationLocation). */
const UNITS: Readonly<Record<string, DocumentPlace['unit']>> = {
  documentChar: 'character',
  documentPage: 'page',
  documentChunk: 'block',
  searchResultLocation: 'search-result',
}

/** The place in a location as Converse writes it; undefined for every other. */
export function documentPlace(
  location: Readonly<Record<string, unknown>> | undefined,
): DocumentPlace | undefined {
  for (const member in location) {
    const unit = Object.hasOwn(UNITS, member) ? UNITS[member] : undefined
    const found = location[member]
    if (unit === undefined || typeof found !== 'object' || found === null) continue
    const { documentIndex, searchResultIndex, start, end }: Readonly<Record<string, unknown>> = {
      ...found,
    }
    const index = documentIndex ?? searchResultIndex
    return { unit, index: numberOf(index), start: numberOf(start), end: numberOf(end) }
  }
  return undefined
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
