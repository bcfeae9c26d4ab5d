/** How a language writes values. */
interface Words {
  true: string
  false: string
  null: string
  /** The name of a member and what parts it from its value. */
  member(name: string): string
  string(text: string): string
  /** Columns by which what lies within is set in. */
  step: number
}

const quoted = (text: string) => JSON.stringify(text)
const single = (text: string) =>
  text.includes("'") ? quoted(text) : `'${quoted(text).slice(1, -1).replaceAll('\\"', '"')}'`

const JSON_WORDS: Words = {
  true: 'true',
  false: 'false',
  null: 'null',
  member: (name) => `${quoted(name)}: `,
  string: quoted,
  step: 2,
}
const PYTHON: Words = { ...JSON_WORDS, true: 'True', false: 'False', null: 'None', step: 4 }
const JAVASCRIPT: Words = {
  ...JSON_WORDS,
  member: (name) => `${/^[a-z_]\w*$/i.test(name) ? name : single(name)}: `,
  string: single,
}

const WORDS = { json: JSON_WORDS, python: PYTHON, javascript: JAVASCRIPT } as const
type LiteralLanguage = keyof typeof WORDS

/** Letters up to which anything is shown whole. */
const LONGEST = 400

/** A value as it is shown: files and seals would fill the page, and nobody reads them. */
export function shortened(value: unknown): unknown {
  if (typeof value === 'string') return isRead(value) ? value : `${value.slice(0, 60)}…`
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(shortened)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shortened(one)]))
}

/** Words of any language have something in them that base64 has not. */
const isRead = (text: string) => text.length <= LONGEST || !/^[\w+/=:;,.-]+$/.test(text)

/** Columns within which a value stands in one line. */
const WIDE = 76

/** A value as a literal, set in by so many columns from its second line on. */
export function literal(value: unknown, language: LiteralLanguage, indent = 0): string {
  const words: Words = WORDS[language]
  if (value === null || value === undefined) return words.null
  if (typeof value === 'boolean') return words[value ? 'true' : 'false']
  if (typeof value === 'string') return words.string(value)
  if (typeof value !== 'object') return String(value)
  const isList = Array.isArray(value)
  const own = (inner: number) =>
    isList
      ? value.map((one) => literal(one, language, inner))
      : Object.entries(value).map(
          ([name, one]) => words.member(name) + literal(one, language, inner),
        )
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  const line = own(0).join(', ')
  const isSpaced = language === 'javascript' && !isList && line !== ''
  const padded = isSpaced ? ` ${line} ` : line
  if (!line.includes('\n') && indent + line.length < WIDE) return open + padded + close
  const margin = ' '.repeat(indent + words.step)
  const rows = own(indent + words.step).map((row) => margin + row)
  const trailing = language === 'json' ? '' : ','
  return `${open}\n${rows.join(',\n')}${trailing}\n${' '.repeat(indent)}${close}`
}

/** Members as the named arguments of a Python call. */
export const keywords = (members: Record<string, unknown>): string =>
  Object.entries(members)
    .map(([name, value]) => `    ${name}=${literal(value, 'python', 4)},\n`)
    .join('')
