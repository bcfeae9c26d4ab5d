/** Why a region did not answer: for want of quota, or because it could not. */
export type Trouble = 'quota' | 'unavailable'

/** What is known of one model in one region. Times in Unix milliseconds. */
export interface Health {
  /** Quota errors in a row. */
  strikes: number
  trouble?: Trouble
  /** When its trouble began, grew or ended. */
  troubledAt: number
  restsUntil: number
}

/** How long regions rest, in milliseconds. */
export interface Rests {
  /** After a first quota error; doubles with every further one. */
  quotaBackoff: number
  mostQuotaBackoff: number
  unavailableBackoff: number
}

export const WELL: Health = { strikes: 0, trouble: undefined, troubledAt: 0, restsUntil: 0 }

/** A streak of quota errors is forgotten after this many times the longest rest without one. */
const STALE = 2

export const restsAt = ({ trouble, restsUntil }: Health, time: number): boolean =>
  trouble !== undefined && restsUntil > time

/** The health after a failure; undefined when it says nothing new, for the region rests already. */
export function struck(
  health: Health,
  { trouble, time }: { trouble: Trouble; time: number },
  { quotaBackoff, mostQuotaBackoff, unavailableBackoff }: Rests,
): Health | undefined {
  const rests = restsAt(health, time)
  if (trouble === 'unavailable') {
    const restsUntil = time + unavailableBackoff
    if (rests && health.restsUntil >= restsUntil) return undefined
    const cause = rests ? health.trouble : trouble
    return { strikes: health.strikes, trouble: cause, troubledAt: time, restsUntil }
  }
  // A burst of requests that were all under way when the quota ran out counts once.
  if (rests && health.trouble === 'quota') return undefined
  const isForgotten = time - health.troubledAt > mostQuotaBackoff * STALE
  const strikes = (isForgotten ? 0 : health.strikes) + 1
  const rest = Math.min(quotaBackoff * 2 ** (strikes - 1), mostQuotaBackoff)
  return { strikes, trouble, troubledAt: time, restsUntil: time + rest }
}
