import type { Heard } from '../gateway/answer.ts'
import type { HttpContext } from './context.ts'
import { requestHeader } from './request-header.ts'

/** What the gateway is told of whoever asks. */
export function caller(c: HttpContext): Pick<Heard, 'requestId' | 'owner' | 'onLeft' | 'header'> {
  const { runtime } = c.get('services')
  return {
    requestId: c.get('requestId'),
    owner: c.get('caller').owner,
    onLeft: (leave) => runtime.onCallerLeft?.(c.env, c.req.raw, leave),
    header: (name) => requestHeader(c, name),
  }
}
