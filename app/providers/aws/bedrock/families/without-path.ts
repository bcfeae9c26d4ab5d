type Fields = Readonly<Record<string, unknown>>

/** The object without these members; itself when it has none of them. */
export function omit(
  value: Fields,
  fields: readonly string[],
  drop: (field: string) => void = () => {},
): Fields {
  const found = fields.filter((field) => field in value)
  if (found.length === 0) return value
  for (const field of found) drop(field)
  return Object.fromEntries(Object.entries(value).filter(([field]) => !found.includes(field)))
}

interface Left {
  value: Fields
  /** The path in plain names: `tools.defer_loading`. */
  path: string
}

/**
 * The object without the member a refusal names, in the way of the vendor's validator: numbers are places
 * in lists, and names that no member has are tags of a union (`messages.0.content.1.text.cache_control`).
 * Every other item of the same list loses it as well, for it would be refused next. Undefined when nothing
 * is there.
 */
export function withoutPath(value: Fields, steps: readonly string[]): Left | undefined {
  const names = new Set<string>()
  const left = without(value, steps, names)
  return left === value ? undefined : { value: left as Fields, path: [...names].join('.') }
}

function without(value: unknown, steps: readonly string[], names: Set<string>): unknown {
  const [step, ...rest] = steps
  if (step === undefined || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    if (!/^\d+$/.test(step)) return value
    const items = value.map((item) => without(item, rest, names))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  const fields = value as Fields
  const inner = fields[step]
  if (rest.length === 0) {
    if (!(step in fields)) return value
    names.add(step)
    return omit(fields, [step])
  }
  if (typeof inner !== 'object' || inner === null) return without(value, rest, names)
  const left = without(inner, rest, names)
  if (left === inner) return value
  const known = [...names]
  names.clear()
  for (const name of [step, ...known]) names.add(name)
  return { ...fields, [step]: left }
}
