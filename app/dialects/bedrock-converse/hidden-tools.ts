import type { Undo } from '../dialect.ts'
import { WRAPPER } from './tool-schema.ts'

/** The arguments of a call as the caller's own schema has them: taken out of `{"value": ...}` again. */
export function callersArguments(wireName: string, text: string, { wrappedTools }: Undo): string {
  if (!wrappedTools?.has(wireName)) return text
  try {
    const outer: unknown = JSON.parse(text)
    const isWrapped = typeof outer === 'object' && outer !== null && WRAPPER in outer
    return isWrapped ? JSON.stringify((outer as Record<string, unknown>)[WRAPPER]) : text
  } catch {
    // Arguments cut off by the token limit are passed on as they are (T8).
    return text
  }
}
