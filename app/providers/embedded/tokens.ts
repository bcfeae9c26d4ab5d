const WORD_PIECE = 6
const NUMBER_PIECE = 3
const BLANK_PIECE = 4
const SPACE = 32
/** From here on (CJK and what follows) a character is a token. */
const FIRST_WIDE = 0x2e80

/**
 * Where the token that begins at `from` ends. A token is up to six letters or three digits with the one
 * blank before them, a single sign, a single wide character, or up to four blanks: about four
 * characters of English. No real model counts exactly like this; the same text always counts the same.
 */
function tokenEnd(text: string, from: number): number {
  const first = text.charCodeAt(from)
  const leads = first === SPACE && from + 1 < text.length && !isBlank(text.charCodeAt(from + 1))
  const at = leads ? from + 1 : from
  const code = text.charCodeAt(at)
  if (isDigit(code)) return runEnd(text, at, { belongs: isDigit, most: NUMBER_PIECE })
  if (isLetter(code)) return runEnd(text, at, { belongs: isLetter, most: WORD_PIECE })
  if (isBlank(code)) return runEnd(text, at, { belongs: isBlank, most: BLANK_PIECE })
  return isHighSurrogate(code) && at + 1 < text.length ? at + 2 : at + 1
}

export function countTokens(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at = tokenEnd(text, at)) count += 1
  return count
}

/** The tokens of a text; joined they are the text. */
export function splitTokens(text: string): string[] {
  const tokens: string[] = []
  for (let at = 0; at < text.length; ) {
    const end = tokenEnd(text, at)
    tokens.push(text.slice(at, end))
    at = end
  }
  return tokens
}

/** The first tokens of a text, at most `most`. */
export function firstTokens(text: string, most: number): string {
  let at = 0
  for (let count = 0; count < most && at < text.length; count += 1) at = tokenEnd(text, at)
  return text.slice(0, at)
}

interface Run {
  belongs(code: number): boolean
  most: number
}

function runEnd(text: string, from: number, { belongs, most }: Run): number {
  let at = from + 1
  while (at < text.length && at - from < most && belongs(text.charCodeAt(at))) at += 1
  return at
}

function isBlank(code: number): boolean {
  return code === SPACE || (code >= 9 && code <= 13)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isLetter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 0xc0 && code < FIRST_WIDE && !(code >= 0x2000 && code < 0x2c00))
  )
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00
}
