import type { Pixels } from '../../../codecs/pictures/pixels.ts'
import { fingerprint } from '../fingerprint.ts'
import { type Canvas, type Color, createCanvas, emptyPixels, type Shape } from './canvas.ts'
import { LETTER_HEIGHT, LETTER_WIDTH, spelled, wrapped } from './font.ts'

/** What a picture is made by: the same is drawn of the same for ever. */
interface Motif {
  prompt: string
  /** Tells pictures of one request apart. */
  index: number
  seed?: number
  width: number
  height: number
  /** Leaves what no shape covers transparent. */
  transparent?: boolean
  /** The first word of the label. */
  label: string
}

export interface Drawing extends Pixels {
  /** The row at which the label begins. */
  labelTop: number
}

/** Shapes in colours that the prompt names or its letters tell, above a label that says what it is. */
export function drawMotif(motif: Motif): Drawing {
  const { width, height, prompt, index, seed = 0 } = motif
  const next = numbers(`${prompt} ${index} ${seed}`)
  const canvas = createCanvas(emptyPixels(width, height))
  const hue = next()
  if (!motif.transparent) background(canvas, ofHue(hue + 0.5, 0.85), ofHue(hue + 0.6, 0.7))
  const colors = namedIn(prompt, COLORS)
  const anyColor = (): Color => picked(colors, next) ?? ofHue(hue + next() / 3)
  const named = thingsIn(prompt)
  const others = named.length > 0 ? 2 : 5 + Math.floor(next() * 5)
  const side = Math.min(width, height)
  for (let count = others + named.length; count > 0; count -= 1) {
    const thing = named[count - 1] ?? picked(named, next)
    const radius = side * (0.08 + next() * 0.14)
    const x = radius + next() * (width - 2 * radius)
    const y = radius + next() * (height * 0.8 - 2 * radius)
    const shape = thing?.shape ?? picked(Object.values(SHAPES), next)!
    canvas.fill(shape, { x, y, radius }, thing?.color ?? anyColor())
  }
  const labelTop = label(canvas, `${motif.label} ${index + 1}`, prompt)
  return { width, height, rgba: canvas.rgba, labelTop }
}

const picked = <T>(some: readonly T[], next: () => number): T | undefined =>
  some[Math.floor(next() * some.length)]

/** The same picture with a label upon it. */
export function labelled(pixels: Pixels, title: string): Pixels {
  const canvas = createCanvas(pixels)
  label(canvas, title, '')
  return pixels
}

const WHITE: Color = [255, 255, 255]
const DARK: Color = [20, 24, 32]

/** A strip below the picture; small pictures have room for the first word alone, and the smallest for nothing. */
function label(canvas: Canvas, title: string, prompt: string): number {
  const { width, height } = canvas
  const scale = Math.max(1, Math.floor(Math.min(width, height) / 220))
  const letter = (LETTER_WIDTH + 1) * scale
  const line = (LETTER_HEIGHT + 3) * scale
  const margin = 4 * scale
  const room = Math.floor((width - 2 * margin) / letter)
  if (room < 1 || height < 2 * line) return height
  const most = Math.max(1, Math.floor((height / 3 - margin) / line))
  const words = wrapped(spelled(prompt), room, Math.max(0, most - 1))
  const lines = [spelled(title).slice(0, room), ...(most > 1 ? words : [])]
  const strip = margin + lines.length * line
  canvas.rectangle({ x: 0, y: height - strip, width, height: strip }, DARK)
  for (const [index, text] of lines.entries()) {
    const y = height - strip + margin + index * line
    canvas.write(text, { x: margin, y, scale }, index === 0 ? [255, 210, 80] : WHITE)
  }
  return height - strip
}

/** Bands rather than a gradient: they are packed to nearly nothing. */
const BANDS = 12

function background(canvas: Canvas, top: Color, bottom: Color): void {
  const { width, height } = canvas
  for (let band = 0; band < BANDS; band += 1) {
    const share = band / (BANDS - 1)
    const from = Math.floor((band * height) / BANDS)
    const to = Math.floor(((band + 1) * height) / BANDS)
    canvas.rectangle({ x: 0, y: from, width, height: to - from }, mixed(top, bottom, share))
  }
}

const mixed = (one: Color, other: Color, share: number): Color => [
  Math.round(one[0] * (1 - share) + other[0] * share),
  Math.round(one[1] * (1 - share) + other[1] * share),
  Math.round(one[2] * (1 - share) + other[2] * share),
]

const SHAPES: Readonly<Record<string, Shape>> = {
  circle: (x, y) => x * x + y * y <= 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.8,
  triangle: (x, y) => y <= 0.8 && y >= 2 * Math.abs(x) - 1,
  ring: (x, y) => x * x + y * y <= 1 && x * x + y * y >= 0.4,
  diamond: (x, y) => Math.abs(x) + Math.abs(y) <= 1,
  star: (x, y) => Math.sqrt(Math.abs(x)) + Math.sqrt(Math.abs(y)) <= 1,
}

const COLORS: Readonly<Record<string, Color>> = {
  red: [214, 48, 49],
  orange: [240, 140, 40],
  yellow: [250, 210, 60],
  green: [46, 160, 80],
  blue: [52, 100, 220],
  purple: [130, 70, 190],
  violet: [130, 70, 190],
  pink: [240, 130, 180],
  brown: [130, 85, 50],
  black: [30, 30, 30],
  white: [245, 245, 245],
  grey: [130, 130, 135],
  gray: [130, 130, 135],
}

const wordsOf = (text: string) => text.toLowerCase().match(/[a-z]+/g) ?? []

/** What a table has for a word, singular or plural. */
function knownIn<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  const known = [word, word.replace(/s$/, '')].find((one) => Object.hasOwn(table, one))
  return known === undefined ? undefined : table[known]
}

/** What a text names of a table, in the order of the text. */
const namedIn = <T>(text: string, table: Readonly<Record<string, T>>): T[] =>
  wordsOf(text).flatMap((word) => {
    const known = knownIn(table, word)
    // In a list of its own: colours are lists themselves, and would be flattened to their numbers.
    return known === undefined ? [] : [known]
  })

/** The shapes a text names, each in the colour it names before. */
function thingsIn(text: string): { shape: Shape; color?: Color }[] {
  let color: Color | undefined
  return wordsOf(text).flatMap((word) => {
    color = knownIn(COLORS, word) ?? color
    const shape = knownIn(SHAPES, word)
    return shape ? [{ shape, color }] : []
  })
}

function ofHue(turn: number, light = 0.5): Color {
  const part = (shift: number) => {
    const place = (((turn + shift) % 1) + 1) % 1
    const wave = Math.max(0, Math.min(1, Math.abs(place * 6 - 3) - 1))
    return Math.round(255 * (light + (wave - 0.5) * 0.8 * (1 - Math.abs(2 * light - 1))))
  }
  return [part(0), part(2 / 3), part(1 / 3)]
}

/** Numbers from 0 to 1 that follow from a text (mulberry32). */
function numbers(text: string): () => number {
  const print = fingerprint(text)
  let state = Number.parseInt(print.slice(0, 8), 16) ^ Number.parseInt(print.slice(8), 16)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mix = Math.imul(state ^ (state >>> 15), 1 | state)
    mix = (mix + Math.imul(mix ^ (mix >>> 7), 61 | mix)) ^ mix
    return ((mix ^ (mix >>> 14)) >>> 0) / 4_294_967_296
  }
}
