import { RANGES, type RangeName } from '../view.ts'

const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
const day: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric' }
const weekday: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric' }

/** Days are those of UTC, as the books have them; hours and minutes are those of whoever looks. */
const words = (options: Intl.DateTimeFormatOptions, range: RangeName) =>
  new Intl.DateTimeFormat('en-GB', range === 'month' ? { ...options, timeZone: 'UTC' } : options)

const TICKS: Record<RangeName, { words: Intl.DateTimeFormatOptions; isOne(date: Date): boolean }> =
  {
    hour: { words: clock, isOne: (date) => date.getMinutes() % 10 === 0 },
    day: { words: clock, isOne: (date) => date.getHours() % 4 === 0 },
    week: { words: weekday, isOne: (date) => date.getHours() === 0 },
    month: {
      words: day,
      isOne: (date) => (date.getUTCDate() - 1) % 5 === 0 && date.getUTCDate() < 31,
    },
  }

export interface Tick {
  at: number
  text: string
}

/** Where times are written below a chart, and what. */
export function ticksOf(range: RangeName, times: readonly number[]): Tick[] {
  const { words: options, isOne } = TICKS[range]
  const format = words(options, range)
  return times.flatMap((time, at) => {
    const date = new Date(time * 1000)
    return isOne(date) ? { at, text: format.format(date) } : []
  })
}

const STRETCHES: Record<RangeName, Intl.DateTimeFormatOptions> = {
  hour: clock,
  day: clock,
  week: { ...weekday, ...clock },
  month: { weekday: 'short', ...day },
}

/** What a bucket is called: `14:00–15:00`, `Thu 19 Nov`. */
export function bucketName(range: RangeName, time: number): string {
  const name = words(STRETCHES[range], range).format(time * 1000)
  if (RANGES[range].width !== '1h') return name
  const end = words(clock, range).format((time + RANGES[range].seconds) * 1000)
  return `${name}–${end}`
}
