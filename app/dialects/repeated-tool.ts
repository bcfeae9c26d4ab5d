import { GatewayError } from '../errors.ts'

/** The tools of a request so far, as they go to the model, by their names. */
export type KnownTools = Map<string, unknown>

/**
 * Whether a tool is one of the `known`, and learns it if not; models refuse what is offered twice ("tools: Tool names
 * must be unique."). Throws for a different tool of the same name: nobody could tell which of them is called.
 */
export function isRepeated(tool: unknown, name: string, known: KnownTools): boolean {
  const before = known.get(name)
  if (before === undefined) {
    known.set(name, tool)
    return false
  }
  if (JSON.stringify(before) === JSON.stringify(tool)) return true
  throw new GatewayError('invalid-request', `Two different tools have the name '${name}'.`, {
    param: 'tools',
    reason: 'invalid_value',
  })
}
