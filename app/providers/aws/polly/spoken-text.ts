import { ssmlOf } from '../../../codecs/sound/ssml.ts'
import { entryOf } from '../../../codecs/table.ts'
import { GatewayError } from '../../../errors.ts'

/** A text as Polly is sent it. */
export interface SpokenText {
  text: string
  type: 'text' | 'ssml'
  /** What is billed: tags are not. */
  characters: number
}

/** Of one call of SynthesizeSpeech, billed and in all; of one task (Polly's quotas). */
export const CALL_LIMIT = { billed: 3000, total: 6000 }
export const TASK_LIMIT = { billed: 100_000, total: 200_000 }

export const fits = ({ text, characters }: SpokenText, { billed, total }: typeof CALL_LIMIT) =>
  characters <= billed && text.length <= total

/** Polly slows down to a fifth and hastens to twice the usual (SSML reference, prosody). */
const SLOWEST = 0.2
const FASTEST = 2

/** Throws 400 for what cannot be said, or not at this speed. */
export function readText(input: string, speed: number | undefined): SpokenText {
  const ssml = ssmlOf(input)
  const words = wordsOf(input)
  if (words.trim() === '') {
    throw refused('input', "Invalid 'input': there is nothing to say in it.")
  }
  if (speed === undefined || speed === 1) {
    const type = ssml === undefined ? 'text' : 'ssml'
    return { text: ssml ?? input, type, characters: words.length }
  }
  if (ssml !== undefined) {
    throw refused(
      'speed',
      "Unsupported parameter: 'speed' beside SSML; write <prosody rate> into it.",
    )
  }
  if (speed < SLOWEST || speed > FASTEST) {
    throw refused(
      'speed',
      `Invalid 'speed': Amazon Polly speaks between ${SLOWEST} and ${FASTEST} times as fast as usual.`,
    )
  }
  return hastened(input, speed)
}

export function hastened(words: string, speed: number): SpokenText {
  const text = `<speak><prosody rate="${Math.round(speed * 100)}%">${escaped(words)}</prosody></speak>`
  return { text, type: 'ssml', characters: words.length }
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
/** Signs that no XML may hold, as texts of scanned pages have them (https://www.w3.org/TR/xml/#charsets). */
const UNSPEAKABLE = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
const escaped = (words: string) =>
  words.replace(UNSPEAKABLE, ' ').replace(/[&<>]/g, (sign) => entryOf(ESCAPES, sign)!)

/** What a text says: SSML without its tags. */
export const wordsOf = (text: string) => ssmlOf(text)?.replace(/<[^<>]*>/g, '') ?? text

/** The language SSML says it is in. */
export const languageOfSsml = (text: string): string | undefined =>
  /^<speak\b[^>]*\bxml:lang\s*=\s*["']([\w-]+)["']/.exec(ssmlOf(text) ?? '')?.[1]

const refused = (param: string, message: string) =>
  new GatewayError('invalid-request', message, { param, reason: 'invalid_value' })

/**
 * Where a text may be cut, best first: behind a paragraph, a sentence, a line, a clause, a word. Where words are
 * parted by blanks, a mark without one is within a number or an address.
 */
const CUTS = [
  /\n[^\S\n]*\n\s*(?=\S)/g,
  /(?<=[.!?…؟۔।]["')\]»”’]{0,3})\s+(?=\S)|[。！？]+["')\]」』”’）]{0,3}\s*(?=\S)/g,
  /\n\s*(?=\S)/g,
  /(?<=[,;:،؛])\s+(?=\S)|[、，；：]\s*(?=\S)/g,
  /\s+(?=\S)/g,
]

/** A plain text in pieces that each fit into one call, cut where a speaker would breathe. */
export function inBreaths(text: string): string[] {
  const pieces: string[] = []
  let rest = text
  while (!isShort(rest)) {
    const at = cutOf(rest)
    pieces.push(rest.slice(0, at))
    rest = rest.slice(at)
  }
  pieces.push(rest)
  return pieces.filter((piece) => piece.trim() !== '')
}

/** Room for the tags around it. */
const AROUND = 100

const isShort = (text: string) =>
  text.length <= CALL_LIMIT.billed && escaped(text).length + AROUND <= CALL_LIMIT.total

function cutOf(text: string): number {
  let most = Math.min(text.length, CALL_LIMIT.billed)
  while (!isShort(text.slice(0, most))) most = Math.floor(most / 2)
  const window = text.slice(0, most)
  for (const cut of CUTS) {
    const places = [...window.matchAll(cut)].map((found) => found.index + found[0].length)
    const last = places.at(-1)
    // A cut near the front would make many small pieces.
    if (last !== undefined && last > most / 4) return last
  }
  // Half of a pair of surrogates is no character.
  const isPair = /[\uD800-\uDBFF]$/.test(window)
  return isPair && most > 1 ? most - 1 : most
}
