import type { Heard } from '../gateway/answer.ts'
import type { HttpContext } from './context.ts'

/** What the gateway is told of whoever asks. */
export function caller(c: HttpContext): Pick<Heard, 'requestId' | 'owner' | 'signal' | 'header'> {
  const { runtime } = c.get('services')
  return {
    requestId: c.get('requestId'),
    // One key, one owner; keys of their own bring owners of their own.
    owner: 'default',
    // Not `c.req.raw.signal`: Node's server makes a whole new Request to have one.
    signal: runtime.callerSignal?.(c.env, c.req.raw),
    header: (name) => c.req.header(name),
  }
}
