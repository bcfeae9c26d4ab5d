import type { Models } from './catalog.ts'
import { readModelId } from './model-id.ts'

/** Versions (`-v1:0`, `-1:0`) and dates that callers leave out. */
const VERSION = /-v?\d+:\d+$|-v\d+$/
const DATE = /-20\d{6}$/

/**
 * Shorter names of listed models: without their maker, without version, without date. Where two models
 * would share a name it is the newer one's; things of the account go by the names it gave them.
 */
export function shortNames(models: Models): Map<string, readonly string[]> {
  const names = new Map<string, string>()
  const claim = (name: string, id: string) => {
    const holder = names.get(name)
    if (holder === undefined || age(holder, models) < age(id, models)) names.set(name, id)
  }
  for (const [id, { card, kind, hidden, legacy }] of models) {
    if (hidden || legacy) continue
    if (kind !== undefined && kind !== 'application-inference-profile') {
      if (card.name) claim(card.name, id)
      continue
    }
    const read = readModelId(id)
    if (!read?.base || read.geography !== undefined || read.kind !== undefined) continue
    const bare = id.slice(id.indexOf('.') + 1)
    const versionless = bare.replace(VERSION, '')
    for (const name of new Set([bare, versionless, versionless.replace(DATE, '')])) claim(name, id)
  }
  return new Map([...names].map(([name, id]) => [name, [id]]))
}

const age = (id: string, models: Models) => models.get(id)?.card.created ?? 0
