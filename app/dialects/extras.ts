import type { Extras } from '../conversation/conversation.ts'

/** Verbatim members of a wire object, written back as they came. */
export type Fields = Record<string, unknown>

/** The members of a wire object beside the known ones, nulls left out; undefined when there are none. */
export function unknownFields(wire: object, known: ReadonlySet<string>): Fields | undefined {
  let found: [string, unknown][] | undefined
  for (const key in wire) {
    if (known.has(key)) continue
    const value = (wire as Fields)[key]
    if (value === null || value === undefined) continue
    found ??= []
    found.push([key, value])
  }
  return found && Object.fromEntries(found)
}

/**
 * How one dialect keeps things for itself on the waist, below its own name: `extrasOf` makes the member,
 * or nothing where there is nothing to keep, `ownOf` reads it back.
 */
export function extrasFor<Own extends object>(name: string) {
  const nothing: Partial<Own> = {}
  return {
    extrasOf(own: Own): { extras?: Extras } {
      let members: Record<string, unknown> | undefined
      for (const key in own) {
        const value = own[key]
        if (value === undefined) continue
        members ??= {}
        members[key] = value
      }
      return members ? { extras: { [name]: members } } : {}
    },
    ownOf(holder: { extras?: Extras }): Partial<Own> {
      return (holder.extras?.[name] as Partial<Own> | undefined) ?? nothing
    },
  }
}
