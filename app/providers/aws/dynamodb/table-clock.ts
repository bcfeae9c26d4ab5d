/** The time by DynamoDB's own clock, which all servers go by that share a table: theirs may be minutes apart. */
export interface TableClock {
  /** Unix milliseconds. */
  now(): number
  /** An answer came just now, with this `date`, to a request that was sent then by our clock. */
  heard(date: string | undefined, sentAt: number): void
}

/** Milliseconds our own clock may be off before it is corrected; a `date` tells whole seconds. */
const SLACK = 2000

export function createTableClock(own: () => number = Date.now): TableClock {
  let offset = 0
  return {
    now: () => own() + offset,
    heard(date = '', sentAt) {
      const theirs = Date.parse(date)
      const receivedAt = own()
      // It was this second there at some moment between the two.
      const isAhead = sentAt + offset > theirs + 1000 + SLACK
      const isBehind = receivedAt + offset < theirs - SLACK
      if (isAhead || isBehind) offset = theirs + 500 - receivedAt
    },
  }
}
