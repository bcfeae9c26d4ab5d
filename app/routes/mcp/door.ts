import type { AuthInfo, ServerContext } from '@modelcontextprotocol/server'
import type { HttpContext } from '../../http/context.ts'
import { askWithin, type InProcess } from '../../http/within.ts'

/** The way from a message of a client to the rest of the gateway: as the caller who sent it. */
export interface Door {
  c: HttpContext
  app: InProcess
  /** Fires when the client leaves. */
  left: AbortSignal
}

/** What the SDK carries along with a message, and hands to whoever answers it. */
export const authInfoOf = (door: Door): AuthInfo => ({
  token: '',
  clientId: door.c.get('caller').keyId,
  scopes: [],
  extra: { door },
})

export function doorOf({ http }: ServerContext): Door {
  return http?.authInfo?.extra?.['door'] as Door
}

/** Has the gateway answer a request in the name of the client, until it leaves or takes the request back. */
export function askFor(
  ctx: ServerContext,
  request: Request,
  onText?: (text: string) => void,
): Promise<Response> {
  const { c, app, left } = doorOf(ctx)
  const { mcpReq } = ctx
  const signal = AbortSignal.any([left, mcpReq.signal])
  const headers = new Headers(request.headers)
  headers.set('x-request-id', c.get('requestId'))
  return askWithin(c, app, { request: new Request(request, { headers, signal }), signal, onText })
}
