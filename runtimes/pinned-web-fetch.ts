import { lookup } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { type AddressPolicy, checkAddress, checkUrl } from '../app/codecs/address-policy.ts'
import { GatewayError } from '../app/errors.ts'
import type { FetchedFile, WebFetch } from '../app/ports/web-fetch.ts'
import {
  bodyWithin,
  explained,
  fileName,
  HEAD_TIMEOUT,
  headWithin,
  MAX_REDIRECTS,
  redirectTarget,
} from './web-fetch-answer.ts'

/** Resolves a host name to all its addresses. */
export type Resolve = (hostname: string) => Promise<string[]>

const resolveByDns: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address)

/** Fetches by connecting to the very address that was checked, so that a name cannot change between check and use. */
export function createPinnedWebFetch(policy: AddressPolicy, resolve = resolveByDns): WebFetch {
  return async (text, options) => {
    const { signal, head } = headWithin(HEAD_TIMEOUT, options)
    try {
      let url = checkUrl(text, policy)
      for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
        const address = await unless(signal, publicAddress(url, policy, resolve))
        const answer = await get(url, address, signal)
        const target = redirectTarget(answer.statusCode ?? 0, answer.headers.location, url)
        if (!target) {
          head.came()
          return await received(answer, url, options.maxBytes)
        }
        answer.destroy()
        url = checkUrl(target, policy)
      }
    } catch (thrown) {
      throw explained(thrown, options.signal)
    } finally {
      head.came()
    }
    throw new GatewayError('invalid-request', 'The URL redirects too often.')
  }
}

/** What comes first: a name server that says nothing cannot be told to stop. */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let stop = () => {}
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, stopped])
  } finally {
    signal.removeEventListener('abort', stop)
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

async function get(url: URL, address: string, signal: AbortSignal): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:'
  // Loaded when first used: TLS takes Node some milliseconds of a start.
  const { request } = await (secure ? import('node:https') : import('node:http'))
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const asking = request(
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

async function received(answer: IncomingMessage, url: URL, maxBytes: number): Promise<FetchedFile> {
  try {
    const bytes = await bodyWithin(
      {
        status: answer.statusCode ?? 0,
        length: answer.headers['content-length'],
        chunks: answer,
      },
      maxBytes,
    )
    return { bytes, mediaType: answer.headers['content-type'], name: fileName(url) }
  } finally {
    answer.destroy()
  }
}
