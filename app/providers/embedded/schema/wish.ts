import type { Facts } from '../facts.ts'
import type { Scope } from './schema.ts'

/**
 * How much a value is wanted: `required` is made up if need be, `found` must come from the text, and
 * `named` must be something the text clearly gives for this very property.
 */
export type Need = 'required' | 'found' | 'named'

export interface Wish {
  /** The property's name; the empty string at the root. */
  name: string
  need: Need
  scope: Scope
  facts: Facts
}
