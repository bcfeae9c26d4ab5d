import type { Dispatcher, EnvHttpProxyAgent } from 'undici'
import { GatewayError } from '../../app/errors.ts'
import type {
  Transport,
  UpstreamOptions,
  UpstreamRequest,
  UpstreamResponse,
} from '../../app/ports/transport.ts'
import { type ByteQueue, createByteQueue } from '../serving/byte-queue.ts'
import { callerLeft } from '../serving/caller-left.ts'
import { type AtTurn, createTurn } from '../serving/turn.ts'

/** Streams to one origin at the same time; each has a connection of its own. */
const CONNECTIONS = 4096
/** Milliseconds an idle connection is kept; a `keep-alive` header of the upstream may shorten it. */
const IDLE = 30_000
const CONNECT_TIMEOUT = 10_000

type Environment = Record<string, string | undefined>
type Dispatchers = (origin: string, connectTimeout: number) => Dispatcher

/**
 * Upstream calls over undici's pools, without a Node stream between socket and reader. Loaded on the
 * first call. HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured when a proxy is named.
 */
export function createUndiciTransport(
  env: Environment = {},
  atTurn: AtTurn = createTurn(),
): Transport {
  let dispatchers: Dispatchers | undefined
  let loading: Promise<Dispatchers> | undefined
  const load = async (): Promise<Dispatchers> => {
    const httpProxy = env['http_proxy'] || env['HTTP_PROXY']
    const httpsProxy = env['https_proxy'] || env['HTTPS_PROXY']
    const noProxy = env['no_proxy'] || env['NO_PROXY']
    dispatchers = await (httpProxy || httpsProxy
      ? loadProxied({ httpProxy, httpsProxy, noProxy })
      : loadPools())
    return dispatchers
  }
  return {
    send(request, options) {
      const { signal, connectTimeout = CONNECT_TIMEOUT } = options
      if (signal.aborted) return Promise.reject(callerLeft(signal))
      const call = { request, options, atTurn }
      if (dispatchers) return exchange(dispatchers(request.origin, connectTimeout), call)
      loading ??= load()
      return loading.then((find) => exchange(find(request.origin, connectTimeout), call))
    },
  }
}

async function loadPools(): Promise<Dispatchers> {
  const { default: Pool } = await import('undici/lib/dispatcher/pool.js')
  const pools = new Map<string, { pool: Dispatcher; connectTimeout: number }>()
  return (origin, connectTimeout) => {
    const known = pools.get(origin)
    if (known?.connectTimeout === connectTimeout) return known.pool
    const pool = new Pool(origin, poolOptions(connectTimeout))
    pools.set(origin, { pool, connectTimeout })
    return pool
  }
}

async function loadProxied(proxies: EnvHttpProxyAgent.Options): Promise<Dispatchers> {
  const { EnvHttpProxyAgent } = await import('undici')
  const agents = new Map<number, Dispatcher>()
  return (_, connectTimeout) => {
    const known = agents.get(connectTimeout)
    if (known) return known
    const agent = new EnvHttpProxyAgent({ ...poolOptions(connectTimeout), ...proxies })
    agents.set(connectTimeout, agent)
    return agent
  }
}

// Timeouts for heads and bodies are the pump's: a model may think for minutes. HTTP/2 would put all
// streams of an origin onto one connection, where one slow reader can hold up the others.
const poolOptions = (connectTimeout: number) => ({
  connections: CONNECTIONS,
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: IDLE,
  allowH2: false,
  connect: { timeout: connectTimeout },
})

interface Call {
  request: UpstreamRequest
  options: UpstreamOptions
  /** Answers and bytes are handed over once a turn, those of all calls together. */
  atTurn: AtTurn
}

function exchange(
  dispatcher: Dispatcher,
  { request, options, atTurn }: Call,
): Promise<UpstreamResponse> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let stopped: GatewayError | undefined
    let queue: ByteQueue | undefined

    const stop = (error: GatewayError) => {
      signal.removeEventListener('abort', leave)
      stopped = error
      queue?.break(error)
      controller?.abort(error)
      reject(error)
    }
    const leave = () => stop(callerLeft(signal))
    signal.addEventListener('abort', leave)

    dispatcher.dispatch(
      {
        origin: request.origin,
        path: request.path,
        method: request.method,
        headers: request.headers,
        body: request.body,
      },
      {
        onRequestStart(started) {
          controller = started
          if (stopped) started.abort(stopped)
        },
        onResponseStart(started, status, headers) {
          if (status < 200) return
          queue = createByteQueue({ flow: started, stop, atTurn })
          const answer = response(status, headers, queue)
          atTurn(() => resolve(answer))
        },
        onResponseData(started, chunk) {
          if (queue?.push(chunk)) started.pause()
        },
        onResponseEnd() {
          signal.removeEventListener('abort', leave)
          queue?.end()
        },
        onResponseError(_, error) {
          if (stopped) return
          signal.removeEventListener('abort', leave)
          if (queue) queue.break(brokenBody(error), 'after what has arrived')
          else reject(noResponse(error))
        },
      },
    )
  })
}

function response(
  status: number,
  headers: Record<string, string | string[] | undefined>,
  body: ByteQueue,
): UpstreamResponse {
  return {
    status,
    header(name) {
      const value = headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    body,
    text: () => body.text(),
  }
}

function brokenBody(cause: Error): GatewayError {
  return new GatewayError('upstream', 'The connection to the model broke off.', { cause })
}

function noResponse(cause: Error): GatewayError {
  const code = 'code' in cause ? cause.code : undefined
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new GatewayError('timeout', 'The model could not be reached in time.', { cause })
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return new GatewayError('internal', 'The request could not be sent to the model.', { cause })
  }
  return new GatewayError('overloaded', 'The model could not be reached. Retry the request.', {
    cause,
  })
}
