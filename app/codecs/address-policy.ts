import ipaddr from 'ipaddr.js'
import { GatewayError } from '../errors.ts'

/** Which places a caller's URL may lead to. */
export interface AddressPolicy {
  /** Plain `http:` as well as `https:`. */
  allowHttp: boolean
  /** Private networks of the operator (10/8, 192.168/16, fc00::/7 ...); loopback and link-local never. */
  allowPrivate: boolean
  /** This host itself; only tests that serve their own files set it. */
  allowLoopback?: boolean
}

/** Ranges nobody may reach through us, whatever the policy: this host, its neighbours, metadata services. */
const NEVER = new Set([
  'loopback',
  'linkLocal',
  'unspecified',
  'broadcast',
  'multicast',
  'reserved',
])

/** The cloud metadata names that resolve differently inside and outside. */
const METADATA_HOSTS = new Set([
  'metadata.google.internal',
  'metadata',
  'instance-data',
  'instance-data.ec2.internal',
])

/** A metadata service at an address that looks public: Azure's. */
const METADATA_ADDRESS = '168.63.129.16'

/** The URL, parsed, if its scheme, host and credentials are such as we follow. Throws `GatewayError`. */
export function checkUrl(text: string, policy: AddressPolicy): URL {
  const url = URL.parse(text)
  if (!url) throw refused('The URL cannot be parsed.')
  if (url.protocol !== 'https:' && !(policy.allowHttp && url.protocol === 'http:')) {
    const schemes = policy.allowHttp ? 'http or https' : 'https'
    throw refused(`The URL must be ${schemes}.`)
  }
  if (url.username || url.password) {
    throw refused('The URL must not hold a user name or password.')
  }
  const host = url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
  if (METADATA_HOSTS.has(host) || host === 'localhost' || host.endsWith('.localhost')) {
    throw notPublic()
  }
  if (ipaddr.isValid(host)) checkAddress(host, policy)
  return url
}

/** Throws `invalid-request` unless the IP address is one a caller's URL may lead to. */
export function checkAddress(address: string, policy: AddressPolicy): void {
  const parsed = ipaddr.process(address.split('%')[0]!)
  const range = parsed.range()
  if (parsed.toString() === METADATA_ADDRESS) throw notPublic()
  if (range === 'unicast' && !isCompatible(parsed)) return
  const embedded = embeddedIpv4(parsed)
  if (embedded) {
    checkAddress(embedded, policy)
    return
  }
  if (range === 'loopback' && policy.allowLoopback) return
  const privately = range === 'private' || range === 'uniqueLocal' || range === 'carrierGradeNat'
  if (privately && policy.allowPrivate && !NEVER.has(range)) return
  throw notPublic()
}

/** `::127.0.0.1`, an old way to write an IPv4 address, which no public host has. */
const isCompatible = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  address.kind() === 'ipv6' && address.toByteArray().every((byte, at) => at >= 12 || byte === 0)

/** NAT64 and 6to4 addresses lead to the IPv4 address inside them. */
function embeddedIpv4(address: ipaddr.IPv4 | ipaddr.IPv6): string | undefined {
  if (address.kind() === 'ipv4') return undefined
  const bytes = address.toByteArray()
  if (address.range() === 'rfc6052') return bytes.slice(12).join('.')
  if (address.range() === '6to4') return bytes.slice(2, 6).join('.')
  return undefined
}

const refused = (message: string) => new GatewayError('invalid-request', message)

// As for any URL that cannot be read, vendors answer 400; said before anything is connected to, it tells
// nothing of who listens there.
const notPublic = () => refused('The URL leads to an address that is not public.')
