import { lookup } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { pipeline, type Readable } from 'node:stream'
import { type AddressPolicy, checkAddress, checkUrl } from '../../app/codecs/address-policy.ts'
import { GatewayError } from '../../app/errors.ts'
import type { FetchedFile, WebFetch } from '../../app/ports/web-fetch.ts'
import {
  bodyWithin,
  explained,
  type FetchWatch,
  fileName,
  MAX_REDIRECTS,
  redirectTarget,
  watchFetch,
} from './web-fetch-answer.ts'

/** Resolves a host name to all its addresses. */
export type Resolve = (hostname: string) => Promise<string[]>

const resolveByDns: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address)

/** Fetches by connecting to the very address that was checked, so that a name cannot change between check and use. */
export function createPinnedWebFetch(
  policy: AddressPolicy,
  resolve = resolveByDns,
  patience?: number,
): WebFetch {
  return async (text, options) => {
    const watch = watchFetch(options, patience)
    const { signal } = watch
    try {
      let url = checkUrl(text, policy)
      for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
        const addresses = await unless(signal, publicAddresses(url, policy, resolve))
        const answer = await getFromAny(url, addresses, signal)
        const target = redirectTarget(answer.statusCode ?? 0, answer.headers.location, url)
        if (!target) return await received(answer, url, { watch, maxBytes: options.maxBytes })
        answer.destroy()
        url = checkUrl(target, policy)
      }
    } catch (thrown) {
      throw explained(thrown, options.signal, watch)
    } finally {
      watch.over()
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

async function publicAddresses(
  url: URL,
  policy: AddressPolicy,
  resolve: Resolve,
): Promise<string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host)) return [host]
  const addresses = await resolve(host)
  for (const address of addresses) checkAddress(address, policy)
  if (addresses.length === 0) {
    throw new GatewayError('invalid-request', 'The host of the URL is not known.')
  }
  return addresses.slice(0, MOST_ADDRESSES)
}

/** Addresses of one host that are tried. */
const MOST_ADDRESSES = 4

/** One after the other: where there is no IPv6, hosts that have it are reached by their other address. */
async function getFromAny(
  url: URL,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let failure: unknown
  for (const address of addresses) {
    try {
      return await get(url, address, signal)
    } catch (thrown) {
      if (signal.aborted) throw thrown
      failure ??= thrown
    }
  }
  throw failure
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
        headers: {
          host: url.host,
          accept: '*/*',
          'accept-encoding': 'identity',
          'user-agent': 'outcrop',
        },
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

async function received(
  answer: IncomingMessage,
  url: URL,
  { watch, maxBytes }: { watch: FetchWatch; maxBytes: number },
): Promise<FetchedFile> {
  const { statusCode = 0, headers } = answer
  try {
    const chunks = await unpacked(answer, headers['content-encoding'])
    const whole = { status: statusCode, length: headers['content-length'], chunks }
    const bytes = await bodyWithin(whole, maxBytes, watch)
    return { bytes, mediaType: headers['content-type'], name: fileName(url) }
  } finally {
    answer.destroy()
  }
}

/** The body as it was before it was packed: stores of objects send on what they were given, asked for or not. */
async function unpacked(answer: IncomingMessage, encoding = 'identity'): Promise<Readable> {
  if (encoding === 'identity') return answer
  const { createBrotliDecompress, createUnzip } = await import('node:zlib')
  const name = encoding.toLowerCase().replace(/^x-/, '')
  if (!/^(?:gzip|deflate|br)$/.test(name)) {
    throw new GatewayError('invalid-request', `The URL was answered in the encoding ${encoding}.`)
  }
  const unpacking = name === 'br' ? createBrotliDecompress() : createUnzip()
  // What goes wrong on either side shows where it is read.
  return pipeline(answer, unpacking, () => {})
}
