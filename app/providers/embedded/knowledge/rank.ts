import type { Passage } from '../../../conversation/knowledge.ts'
import { plainWords, tellingWords } from '../words.ts'

/** How much of a score comes from whole words; the rest from parts of words, which forgive endings and typing errors. */
const WORDS = 0.75
const GRAM = 3

interface Indexed {
  passage: Passage
  words: ReadonlySet<string>
  grams: ReadonlySet<string>
}

/**
 * Passages that share something with a question, the best first, each with a score from 0 to 1: how much of
 * the question's telling words they hold, rare words counting more, and of the parts of those words. No
 * model has read anything: synonyms are not found.
 */
export function rank(question: string, passages: readonly Passage[]): Passage[] {
  const indexed = passages.map(index)
  const asked = [...wordsIn(question)]
  const weights = new Map(asked.map((word) => [word, rarity(word, indexed)]))
  const grams = gramsOf(asked)
  const scored = indexed.map((one) => ({
    passage: one.passage,
    score: WORDS * heldWords(weights, one) + (1 - WORDS) * heldGrams(grams, one),
  }))
  return scored
    .filter(({ score }) => score >= LEAST)
    .sort((one, other) => other.score - one.score)
    .map(({ passage, score }) => ({ ...passage, score: Math.round(score * 1e4) / 1e4 }))
}

/** Less is chance: some parts of words stand in every text. */
const LEAST = 0.1

/** Words of scripts without spaces come as long runs; they are taken two characters at a time. */
const WIDE = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/

function split(word: string): string[] {
  if (!WIDE.test(word) || word.length <= 2) return [word]
  return Array.from({ length: word.length - 1 }, (_, at) => word.slice(at, at + 2))
}

const wordsIn = (text: string) => new Set([...tellingWords(text)].flatMap(split))

function index(passage: Passage): Indexed {
  const words = new Set(plainWords(`${passage.title ?? ''} ${passage.text}`).flatMap(split))
  return { passage, words, grams: gramsOf([...words]) }
}

function gramsOf(words: readonly string[]): Set<string> {
  const grams = new Set<string>()
  for (const word of words) {
    if (word.length < GRAM) continue
    for (let at = 0; at + GRAM <= word.length; at++) grams.add(word.slice(at, at + GRAM))
  }
  return grams
}

/** The fewer passages have a word, the more it tells. */
function rarity(word: string, all: readonly Indexed[]): number {
  const having = all.filter(({ words }) => words.has(word)).length
  return Math.log(1 + (all.length + 1) / (having + 0.5))
}

function heldWords(weights: ReadonlyMap<string, number>, { words }: Indexed): number {
  let held = 0
  let whole = 0
  for (const [word, weight] of weights) {
    whole += weight
    if (words.has(word)) held += weight
  }
  return whole === 0 ? 0 : held / whole
}

function heldGrams(asked: ReadonlySet<string>, { grams }: Indexed): number {
  if (asked.size === 0) return 0
  let held = 0
  for (const gram of asked) if (grams.has(gram)) held += 1
  return held / asked.size
}
