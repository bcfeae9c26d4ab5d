import { entryOf } from '../../../codecs/table.ts'

/** Dots of a letter: five wide, seven high. */
export const LETTER_WIDTH = 5
export const LETTER_HEIGHT = 7

/** Each letter by its seven rows from the top, every row one digit of base 32, whose bits are the dots from the left. */
const LETTERS: Readonly<Record<string, string>> = {
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhf',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hhpljhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllla',
  X: 'hha4ahh',
  Y: 'hhha444',
  Z: 'v1248gv',
  '0': 'ehjlphe',
  '1': '4c4444e',
  '2': 'eh1248v',
  '3': 'v2421he',
  '4': '26aiv22',
  '5': 'vgu11he',
  '6': '68guhhe',
  '7': 'v124888',
  '8': 'ehhehhe',
  '9': 'ehhf12c',
  ' ': '0000000',
  '.': '00000cc',
  ',': '0000c48',
  '!': '4444404',
  '?': 'eh12404',
  ':': '0cc0cc0',
  ';': '0cc0c48',
  '-': '000v000',
  _: '000000v',
  "'": '4480000',
  '"': 'aaa0000',
  '(': '2488842',
  ')': '8422248',
  '[': 'e88888e',
  ']': 'e22222e',
  '/': '01248g0',
  '&': 'cik8lid',
  '#': 'aavavaa',
  '+': '044v440',
  '=': '00v0v00',
  '*': '04lel40',
  '%': 'op248j3',
  '@': 'eh1dlle',
  '<': '248g842',
  '>': '8421248',
  $: '4fke5u4',
}

/** What stands for a letter that has no form here. */
const UNKNOWN = 'vhhhhhv'

/** Whether a dot of a letter is set. */
export function isSet(letter: string, x: number, y: number): boolean {
  const row = (entryOf(LETTERS, letter) ?? UNKNOWN)[y]!
  return ((Number.parseInt(row, 32) >> (LETTER_WIDTH - 1 - x)) & 1) === 1
}

/** A text in the letters there are: capitals, without accents. */
export const spelled = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’]/g, "'")
    .replace(/\s+/g, ' ')
    .toUpperCase()

/** Lines of at most so many letters, cut between words where that can be. */
export function wrapped(text: string, width: number, most: number): string[] {
  if (width < 1 || most < 1) return []
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    for (let rest = word; rest !== ''; rest = rest.slice(width)) {
      const piece = rest.slice(0, width)
      const joined = line === '' ? piece : `${line} ${piece}`
      if (joined.length <= width) line = joined
      else {
        lines.push(line)
        line = piece
      }
    }
  }
  if (line !== '') lines.push(line)
  if (lines.length <= most) return lines
  const last = lines[most - 1]!
  return [...lines.slice(0, most - 1), `${last.slice(0, width - 3)}...`]
}
