/** What stands where nothing is known. */
export const NOTHING = '–'

const whole = new Intl.NumberFormat('en-US')
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 })

/** `1,234`. */
export const count = (number: number): string => whole.format(Math.round(number))

/** `1,234`, but `12.3K` and `4.56M`. */
export const compact = (number: number): string =>
  Math.abs(number) < 10_000 ? count(number) : short.format(number)

/** US dollars, to the cent where that says something and to two digits where it does not. */
export function money(dollars: number): string {
  if (dollars === 0) return '$0'
  if (dollars < 0.000001) return '<$0.000001'
  if (dollars < 0.1) return `$${dollars.toFixed(Math.min(8, 1 - Math.floor(Math.log10(dollars))))}`
  if (dollars < 10_000) return `$${dollars < 1000 ? dollars.toFixed(2) : count(dollars)}`
  return `$${short.format(dollars)}`
}

/** `84 ms`, `1.24 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** The same for an axis, whose steps are round. */
export const roughDuration = (milliseconds: number): string =>
  milliseconds < 1000 ? `${milliseconds} ms` : `${milliseconds / 1000} s`

/** The same of money. */
export const roughMoney = (dollars: number): string =>
  `$${dollars >= 1 ? short.format(dollars) : Number(dollars.toPrecision(2))}`

/** Of a share between 0 and 1. */
export function percent(share: number): string {
  if (share === 0) return '0%'
  const hundredths = share * 100
  if (hundredths < 0.1) return '<0.1%'
  return `${hundredths.toFixed(hundredths < 9.95 ? 1 : 0)}%`
}

export const known = (value: number | null | undefined, format: (value: number) => string) =>
  value === null || value === undefined ? NOTHING : format(value)

/** `1.2 MB`. */
export function bytes(number: number): string {
  if (number < 1000) return `${number} B`
  return number < 1_000_000 ? `${Math.round(number / 1000)} KB` : `${(number / 1e6).toFixed(1)} MB`
}
