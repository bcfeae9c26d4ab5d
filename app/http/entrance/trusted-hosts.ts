import { asksForProof } from '../../config/access.ts'
import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import type { Forwarded, HttpContext } from '../context.ts'

type HostCheck = (c: HttpContext, forwarded: (c: HttpContext) => Forwarded) => void

/** Load balancers ask for these by address. */
const PROBES = new Set(['/health', '/ping'])
/** What containers call the machine they run on. */
const THIS_MACHINE = new Set(['host.docker.internal', 'host.containers.internal'])
const MOST_REMEMBERED = 100

/** Throws for a request that came under a name that is not ours. Undefined where any name will do. */
export function createHostCheck({ config, runtime }: Services): HostCheck | undefined {
  const { TRUSTED_HOSTS: hosts } = config
  if (hosts.length > 0 && !hosts.includes('*')) return checkAgainst(namesIn(hosts), refuseHost)
  const isLocal = hosts.length === 0 && !asksForProof(config) && config.AUTH !== 'none'
  // A name of somebody's that leads to this machine makes their page our neighbour (DNS rebinding).
  return isLocal && !runtime.public ? checkAgainst(isThisMachine, refuseNeighbour) : undefined
}

function checkAgainst(isOurs: (name: string) => boolean, refuse: () => GatewayError): HostCheck {
  const known = new Set<string>()
  return (c, forwarded) => {
    const { host } = forwarded(c)
    if (host === undefined || known.has(host) || PROBES.has(c.req.path)) return
    if (!isOurs(nameOf(host))) throw refuse()
    if (known.size >= MOST_REMEMBERED) known.clear()
    known.add(host)
  }
}

/** Without port, brackets and the dot of the root. */
const nameOf = (host: string) =>
  host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()

function namesIn(hosts: readonly string[]): (name: string) => boolean {
  const wanted = hosts.map((host) => host.toLowerCase().replace(/^\[(.*)\]$/, '$1'))
  const names = new Set(wanted.filter((host) => !host.startsWith('*.')))
  const below = wanted.filter((host) => host.startsWith('*.')).map((host) => host.slice(1))
  return (name) => names.has(name) || below.some((ending) => name.endsWith(ending))
}

/** A page can only be our neighbour under a name of the DNS: those have dots, and addresses lead where they say. */
const isThisMachine = (name: string) =>
  !name.includes('.') ||
  /^[\d.]+$/.test(name) ||
  name.endsWith('.localhost') ||
  THIS_MACHINE.has(name)

const refuseHost = () =>
  new GatewayError('invalid-request', 'This server does not answer under this host name.', {
    reason: 'untrusted_host',
  })

const refuseNeighbour = () =>
  new GatewayError(
    'permission',
    'This server has no key, so it answers only under the names of its own machine. Set API_KEY or TRUSTED_HOSTS on the server.',
    { reason: 'untrusted_host' },
  )
