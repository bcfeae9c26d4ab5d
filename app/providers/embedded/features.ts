import { unit } from '../../codecs/vectors.ts'
import { plainWords, tellingWords } from './words.ts'

/** How much the features of a text count: a word, a word that is in every text, two in a row, letters of a word. */
const WORD = 1
const COMMON_WORD = 0.15
const PAIR = 0.5
const LETTERS = 0.3
/** How much it counts that two attachments are both pictures. */
const KIND = 0.02
/** From here on (CJK and what follows) two characters say as much as three letters. */
const FIRST_WIDE = 0x2e80

type Features = Map<string, number>

/**
 * A vector of unit length by the words of a text and their letters, each counted in a place that its hash
 * tells. Texts that share words, or parts of words, are near to one another; nothing here knows what words
 * mean. The same text has the same vector for ever.
 */
export function textVector(text: string, dimensions: number): Float32Array {
  const features: Features = new Map()
  const words = plainWords(text)
  const telling = tellingWords(text)
  for (const [index, word] of words.entries()) {
    const weight = telling.has(word) ? WORD : COMMON_WORD
    add(features, `word ${word}`, weight)
    const next = words[index + 1]
    if (next !== undefined) add(features, `pair ${word} ${next}`, weight * PAIR)
    for (const letters of partsOf(`^${word}$`)) add(features, `part ${letters}`, weight * LETTERS)
  }
  // Signs alone are no words, and are told apart all the same.
  if (features.size === 0) for (const part of partsOf(`^${text}$`)) add(features, part, WORD)
  return folded(features, dimensions)
}

/** The same by how often each byte stands in an attachment, beyond what chance would have it. */
export function bytesVector(bytes: Uint8Array, kind: string, dimensions: number): Float32Array {
  const counts = new Float64Array(256)
  for (const byte of bytes) counts[byte]! += 1
  const features: Features = new Map([[`kind ${kind}`, KIND]])
  const usual = 1 / counts.length
  for (const [byte, count] of counts.entries()) {
    features.set(`byte ${byte}`, count / Math.max(1, bytes.length) - usual)
  }
  return folded(features, dimensions)
}

function partsOf(word: string): string[] {
  const length = word.charCodeAt(1) >= FIRST_WIDE ? 2 : 3
  const parts: string[] = []
  for (let at = 0; at + length <= word.length; at += 1) parts.push(word.slice(at, at + length))
  return parts
}

const add = (features: Features, name: string, weight: number) =>
  void features.set(name, (features.get(name) ?? 0) + weight)

/** Every feature in its place, with a sign of its own so that those that share a place cancel out on average. */
function folded(features: Features, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions)
  for (const [name, weight] of features) {
    const hash = hashOf(name)
    // A word that is said ten times does not count ten times as much.
    const value = Math.sign(weight) * Math.log2(1 + Math.abs(weight))
    vector[hash % dimensions]! += hash & 0x80000000 ? -value : value
  }
  if (vector.every((value) => value === 0)) vector[0] = 1
  return unit(vector)
}

/** FNV-1a of 32 bits, stirred so that its lowest and its highest bit depend on every character. */
function hashOf(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
