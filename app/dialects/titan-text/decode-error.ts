import { entryOf } from '../../codecs/table.ts'
import { GatewayError } from '../../errors.ts'
import { BY_EXCEPTION } from '../bedrock-exceptions.ts'
import { FALLBACK, SENTENCES } from '../refusal-sentences.ts'

/** The error of an exception frame; only what the caller can mend is told in AWS's words. */
export function decodeException(type: string, payload: string): GatewayError {
  const code = entryOf(BY_EXCEPTION, type) ?? 'upstream'
  const said = code === 'invalid-request' ? messageOf(payload) : undefined
  return new GatewayError(code, said ?? SENTENCES[code] ?? FALLBACK, {
    cause: new Error(`AWS broke off with ${type}: ${payload}`),
  })
}

function messageOf(payload: string): string | undefined {
  try {
    const { message } = JSON.parse(payload) as { message?: unknown }
    return typeof message === 'string' ? message : undefined
  } catch {
    // What is no JSON is the sentence itself.
    return payload
  }
}
