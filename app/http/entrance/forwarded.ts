import ipaddr from 'ipaddr.js'
import type { Services } from '../../ports/services.ts'
import type { Forwarded, HttpContext } from '../context.ts'
import { requestHeader } from '../request-header.ts'

type IsTrusted = (address: string | undefined) => boolean

/**
 * Looks through proxies: what they say in `x-forwarded-*` counts only where the connection itself comes from
 * one that is trusted. Not cheap, so it is called by those who need it.
 */
export function createForwarded({
  config,
  runtime,
}: Pick<Services, 'config' | 'runtime'>): (c: HttpContext) => Forwarded {
  const isTrusted = config.ENABLE_PROXY_HEADERS ? trustIn(config.PROXY_TRUSTED_HOSTS) : () => false
  return (c) => {
    const peer = plain(runtime.peerAddress?.(c.env, c.req.raw))
    const own: Forwarded = {
      address: peer,
      host: requestHeader(c, 'host'),
      protocol: c.req.url.startsWith('https:') ? 'https' : 'http',
    }
    if (!isTrusted(peer)) return own
    const protocol = last(requestHeader(c, 'x-forwarded-proto'))
    return {
      address: callerIn(requestHeader(c, 'x-forwarded-for'), isTrusted) ?? own.address,
      host: last(requestHeader(c, 'x-forwarded-host')) ?? own.host,
      protocol: protocol === 'https' || protocol === 'http' ? protocol : own.protocol,
    }
  }
}

/** Every proxy writes behind the others, and only what trusted ones wrote is true: the first stranger from behind. */
function callerIn(header: string | undefined, isTrusted: IsTrusted): string | undefined {
  const hops = header?.split(',').map((hop) => plain(hop.trim())) ?? []
  let nearest: string | undefined
  for (const hop of hops.reverse()) {
    if (hop === undefined) return nearest
    nearest = hop
    if (!isTrusted(hop)) return hop
  }
  return nearest
}

/** What the proxy next to us wrote. */
function last(header: string | undefined): string | undefined {
  const value = header?.slice(header.lastIndexOf(',') + 1).trim()
  return value === '' ? undefined : value
}

/** One way to write an address: without brackets, port or zone, IPv4 as itself. Undefined for what is not an address. */
function plain(address: string | undefined): string | undefined {
  const bare = address
    ?.replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .split('%', 1)[0]
  return bare !== undefined && ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : undefined
}

function trustIn(places: readonly string[]): IsTrusted {
  if (places.includes('*')) return () => true
  const ranges = places.map(rangeOf)
  return (address) => {
    if (address === undefined) return false
    const parsed = ipaddr.process(address)
    return ranges.some(
      ([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits),
    )
  }
}

/** Throws an `Error` for the operator. */
function rangeOf(place: string): [network: ipaddr.IPv4 | ipaddr.IPv6, bits: number] {
  try {
    if (place.includes('/')) return ipaddr.parseCIDR(place)
    const address = ipaddr.process(place)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch {
    throw new Error(
      `The environment holds a value Outcrop cannot use. PROXY_TRUSTED_HOSTS: not an IP address or a range of them (got ${JSON.stringify(place)}).`,
    )
  }
}
