import type { ModelNames } from '../../../ports/models.ts'
import type { Models } from './catalog.ts'
import { readModelId } from './model-id.ts'
import { shortNames } from './short-names.ts'

/** Names that stand in files and in the configuration. */
export interface NameBook {
  aliases: Readonly<Record<string, readonly string[]>>
  successors: Readonly<Record<string, string>>
  /** Those among them that the operator has named. */
  retired: Readonly<Record<string, string>>
  followsSuccessors: boolean
}

/** Joins what is written with what the listed models give; made once for each listing. */
export function createNames(book: NameBook): (models: Models | undefined) => ModelNames {
  const successors = new Map(Object.entries(book.successors))
  const written = new Map(Object.entries(book.aliases))
  let madeOf: Models | undefined
  let made: ModelNames | undefined

  /** A retired model is retired under the id of its profiles too. */
  const successorOf = (name: string) => successors.get(name) ?? successors.get(baseOf(name))
  const isRetired = (name: string) =>
    Object.hasOwn(book.retired, name) || Object.hasOwn(book.retired, baseOf(name))

  return (models) => {
    if (made && madeOf === models) return made
    const aliases = new Map(written)
    for (const [name, ids] of models ? shortNames(models) : []) {
      aliases.set(name, [...new Set([...(written.get(name) ?? []), ...ids])])
    }
    madeOf = models
    const { followsSuccessors } = book
    made = { aliases, successors, successorOf, isRetired, followsSuccessors }
    return made
  }
}

const baseOf = (name: string) => readModelId(name)?.base ?? ''
