import type { HttpContext } from '../context.ts'

/** A name or address with its port; a caller may write anything into the header. */
const HOST = /^[\w.:[\]-]{1,300}$/

/** Where callers reach us, without a slash at its end, proxies looked through: `https://api.example.com`. */
export function ownAddress(c: HttpContext): string {
  const { host, protocol } = c.get('forwarded')(c)
  return host && HOST.test(host) ? `${protocol ?? 'http'}://${host}` : new URL(c.req.url).origin
}
