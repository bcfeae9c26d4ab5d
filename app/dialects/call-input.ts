import { isBlank } from '../conversation/repair.ts'

/** Holds arguments that a history wrote and that are no JSON object (T36): wires want objects. */
const UNREADABLE_ARGUMENTS = 'arguments'

/** Undefined for what is not JSON; nothing at all is no arguments. */
export function parseArguments(text: string): unknown {
  if (isBlank(text)) return {}
  try {
    return JSON.parse(text)
  } catch {
    // Not an error: models and clients leave truncated arguments in histories.
    return undefined
  }
}

/** Parsed arguments as an object, `text` being what they were. */
export function asInput(parsed: unknown, text: string): unknown {
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
  return { [UNREADABLE_ARGUMENTS]: parsed ?? text }
}

/** The input of a call as an object, whatever the model wrote. */
export const callInput = (text: string): unknown => asInput(parseArguments(text), text)
