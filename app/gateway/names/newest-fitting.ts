import { GatewayError } from '../../errors.ts'
import type { ModelCard } from '../../ports/models.ts'
import { fitsGlob } from './glob.ts'

const LONGEST_PATTERN = 255
const LITERAL = 3

/** Throws 400 for a pattern that would fit nearly everything. */
export function requirePattern(name: string): void {
  if (name.length <= LONGEST_PATTERN && name.search(/[*?]/) >= LITERAL) return
  throw refusedPattern(
    `A wildcard needs at least ${LITERAL} characters before its first * or ?, and at most ${LONGEST_PATTERN} in all.`,
  )
}

/** The newest model a pattern fits; never one that is about to be retired. Throws 400 where several are equally new. */
export function newestFitting(name: string, cards: readonly ModelCard[]): ModelCard | undefined {
  const fitting = cards.filter((card) => !card.legacy && fitsGlob(name, card.id))
  const newest = Math.max(...fitting.map(({ created }) => created))
  const best = fitting.filter(({ created }) => created === newest)
  if (best.length <= 1) return best[0]
  const ids = best.slice(0, 10).map(({ id }) => `\`${id}\``)
  throw refusedPattern(`The wildcard \`${name}\` fits several models: ${ids.join(', ')}.`)
}

const refusedPattern = (message: string) =>
  new GatewayError('invalid-request', message, { param: 'model', reason: 'invalid_value' })
