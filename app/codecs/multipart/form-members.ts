type FormMembers = Record<string, unknown>

/** Without a prototype, for a field may be called `__proto__[a]`. */
export const noMembers = (): FormMembers => Object.create(null)

/** Names within one another; whoever writes more means something else. */
const DEEPEST = 8

/**
 * Puts a field of a form where JSON would have it, as OpenAI's SDKs write it: `a[b]` is a member of an object,
 * `a[]` and `a[0]` one more of a list, `a[][b]` a member of an object in a list.
 */
export function addMember(members: FormMembers, field: string, value: unknown): void {
  const [name = '', ...inner] = pathOf(field)
  members[name] = within(members[name], inner, value)
}

function pathOf(field: string): string[] {
  const [, outer, brackets = ''] = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(field) ?? []
  const inner = brackets.slice(1, -1).split('][')
  return outer === undefined || inner.length > DEEPEST ? [field] : [outer, ...inner]
}

/** What stands at a place, with the value at the path within it. */
function within(there: unknown, [name, ...rest]: string[], value: unknown): unknown {
  if (name === undefined) return value
  if (!/^\d*$/.test(name)) {
    const object = isObject(there) ? there : noMembers()
    object[name] = within(object[name], rest, value)
    return object
  }
  const list: unknown[] = Array.isArray(there) ? there : []
  const last = list.at(-1)
  // A member that the last object has already begins another one; what is a list goes on.
  const goesOn = isObject(last) && rest[0] !== undefined && (!(rest[0] in last) || isList(rest[1]))
  if (goesOn) within(last, rest, value)
  else list.push(within(undefined, rest, value))
  return list
}

const isList = (name: string | undefined) => name !== undefined && /^\d*$/.test(name)

const isObject = (value: unknown): value is FormMembers =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
