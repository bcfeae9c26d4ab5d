import { lookup } from 'node:dns/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { type AddressPolicy, checkAddress, checkUrl } from '../app/codecs/address-policy.ts'
import { GatewayError } from '../app/errors.ts'
import type { FetchedFile, WebFetch, WebFetchOptions } from '../app/ports/web-fetch.ts'

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Resolves a host name to all its addresses. */
export type Resolve = (hostname: string) => Promise<string[]>

const resolveByDns: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address)

/** Fetches by connecting to the very address that was checked, so that a name cannot change between check and use. */
export function createPinnedWebFetch(policy: AddressPolicy, resolve = resolveByDns): WebFetch {
  return async (text, options) => {
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeout)])
    try {
      let url = checkUrl(text, policy)
      for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
        const answer = await get(url, await publicAddress(url, policy, resolve), signal)
        const target = redirectTarget(answer, url)
        if (!target) return await received(answer, url, options)
        answer.destroy()
        url = checkUrl(target, policy)
      }
    } catch (thrown) {
      throw explained(thrown, options.signal)
    }
    throw new GatewayError('invalid-request', 'The URL redirects too often.')
  }
}

async function publicAddress(url: URL, policy: AddressPolicy, resolve: Resolve): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host)) return host
  const addresses = await resolve(host)
  for (const address of addresses) checkAddress(address, policy)
  const [first] = addresses
  if (!first) throw new GatewayError('invalid-request', 'The host of the URL is not known.')
  return first
}

function get(url: URL, address: string, signal: AbortSignal): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const asking = (secure ? httpsRequest : httpRequest)(
      {
        host: address,
        port: url.port || (secure ? 443 : 80),
        path: url.pathname + url.search,
        headers: { host: url.host, accept: '*/*', 'user-agent': 'outcrop' },
        ...(secure && !isIP(host) ? { servername: host } : {}),
        agent: false,
        signal,
      },
      resolve,
    )
    asking.on('error', reject)
    asking.end()
  })
}

function redirectTarget(answer: IncomingMessage, from: URL): string | undefined {
  const location = answer.headers.location
  if (!location || !REDIRECTS.has(answer.statusCode ?? 0)) return undefined
  const target = URL.parse(location, from)
  if (!target) throw new GatewayError('invalid-request', 'The URL redirects to nowhere.')
  return target.href
}

async function received(
  answer: IncomingMessage,
  url: URL,
  { maxBytes }: WebFetchOptions,
): Promise<FetchedFile> {
  if (answer.statusCode !== 200) {
    answer.destroy()
    throw new GatewayError('invalid-request', `The URL was answered with ${answer.statusCode}.`)
  }
  const tooLarge = () => {
    answer.destroy()
    return new GatewayError('too-large', `The file at the URL is larger than ${maxBytes} bytes.`)
  }
  if (Number(answer.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  const name = url.pathname.split('/').at(-1)
  return {
    bytes: Buffer.concat(chunks),
    mediaType: answer.headers['content-type'],
    name: name ? decodeName(name) : undefined,
  }
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    // A stray percent sign is part of the name then.
    return name
  }
}

function explained(thrown: unknown, caller: AbortSignal): unknown {
  if (thrown instanceof GatewayError) return thrown
  if (caller.aborted) return caller.reason
  const timedOut = thrown instanceof Error && /abort|timeout/i.test(thrown.name)
  const message = timedOut ? 'The URL did not answer in time.' : 'The URL could not be reached.'
  return new GatewayError('invalid-request', message, { cause: thrown })
}
