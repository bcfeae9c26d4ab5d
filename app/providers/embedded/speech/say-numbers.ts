import { entryOf } from '../../../codecs/table.ts'

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const TENS = 'x x twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const LARGE: readonly [value: number, name: string][] = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
  [1000, 'thousand'],
]

/** Signs that are said. */
const SIGNS: Readonly<Record<string, string>> = {
  '%': ' percent',
  '&': ' and ',
  '+': ' plus ',
  '=': ' equals ',
  '@': ' at ',
  '#': ' number ',
  '°': ' degrees ',
  '€': ' euros ',
  $: ' dollars ',
  '£': ' pounds ',
}

/** A text in which numbers and signs are words. */
export function inWords(text: string): string {
  return text
    .replace(/(\d{1,2}):(\d{2})\b/g, (_, hours: string, minutes: string) =>
      minutes === '00' ? `${hours} o'clock` : `${hours} ${minutes}`,
    )
    .replace(/([$€£])(\d+(?:[,.]\d+)*)/g, '$2$1')
    .replace(/(\d),(?=\d{3})/g, '$1')
    .replace(/\d+(\.\d+)?/g, numberInWords)
    .replace(/[%&+=@#°€$£]/g, (sign) => entryOf(SIGNS, sign)!)
}

function numberInWords(digits: string): string {
  const [whole = '', rest] = digits.split('.')
  const isCode = whole.length > 15 || (whole.length > 1 && whole.startsWith('0'))
  const said = isCode ? eachDigit(whole) : cardinal(Number(whole))
  return ` ${rest === undefined ? said : `${said} point ${eachDigit(rest)}`} `
}

const eachDigit = (digits: string) => [...digits].map((digit) => SMALL[Number(digit)]).join(' ')

function cardinal(value: number): string {
  if (value < 20) return SMALL[value]!
  if (value < 100) {
    const rest = value % 10
    return TENS[Math.floor(value / 10)]! + (rest > 0 ? ` ${SMALL[rest]}` : '')
  }
  if (value < 1000) {
    const rest = value % 100
    return `${SMALL[Math.floor(value / 100)]} hundred${rest > 0 ? ` ${cardinal(rest)}` : ''}`
  }
  const [size, name] = LARGE.find(([least]) => value >= least)!
  const rest = value % size
  return `${cardinal(Math.floor(value / size))} ${name}${rest > 0 ? ` ${cardinal(rest)}` : ''}`
}
