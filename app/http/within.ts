import type { CallerIdentity } from '../ports/caller.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { Services } from '../ports/services.ts'
import type { StreamOut } from '../ports/stream-out.ts'
import { refuseForbiddenPath } from './access/permissions.ts'
import type { HttpContext, HttpEnv } from './context.ts'
import { traceWithin } from './log/tracing.ts'

/** Nobody outside can put it among the bindings of a request. */
const WITHIN = Symbol('within')

/** What accompanies a request that another request of ours makes, in place of the platform's bindings. */
interface Within {
  /** Proven when the other one came in. */
  caller: CallerIdentity
  services: Services
  forwarded: HttpEnv['Variables']['forwarded']
  onText?(text: string): void
}

interface AskWithin {
  request: Request
  /** Stops the work. */
  signal: AbortSignal
  /** Is told the words of a model as they come, of an answer that comes whole. */
  onText?(text: string): void
}

/** The app, as it is called in process. */
export type InProcess = (request: Request, env: object) => Response | Promise<Response>

export function withinOf(env: unknown): Within | undefined {
  if (typeof env !== 'object' || env === null || !(WITHIN in env)) return undefined
  return (env as { [WITHIN]: Within })[WITHIN]
}

/**
 * Has the app answer another request for whoever makes this one: the caller is known already, and permissions,
 * limits, meters and the log take it as a request like any other.
 */
export async function askWithin(
  c: HttpContext,
  app: InProcess,
  { request, signal, onText }: AskWithin,
): Promise<Response> {
  const services = c.get('services')
  const outer = c.get('forwarded')
  const within: Within = {
    caller: c.get('caller'),
    services: { ...services, runtime: runtimeWithin(c, services.runtime, signal) },
    forwarded: () => outer(c),
    onText,
  }
  const trace = traceWithin(c.get('entry'))
  for (const name in trace) request.headers.set(name, trace[name]!)
  return app(request, { [WITHIN]: within })
}

/** Lets a request from within in. Throws `permission` for a path that is not the caller's. */
export function letIn(c: HttpContext, { caller, forwarded }: Within): CallerIdentity {
  c.set('forwarded', forwarded)
  return refuseForbiddenPath(c, caller)
}

/** The runtime without its ways to the sockets, which belong to the request outside. */
function runtimeWithin(c: HttpContext, runtime: Runtime, signal: AbortSignal): Runtime {
  return {
    ...runtime,
    streamOut: gatheredStream,
    bytesOut: undefined,
    requestBody: undefined,
    requestHeader: undefined,
    peerAddress: () => runtime.peerAddress?.(c.env, c.req.raw),
    onCallerLeft: (_env, _request, leave) => {
      if (signal.aborted) leave()
      else signal.addEventListener('abort', leave, { once: true })
    },
  }
}

/** A stream that is read in process: its reader is never slow. */
const gatheredStream: StreamOut = ({ status, headers, onLeave }, run) => {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const sink = {
        write(text: string) {
          controller.enqueue(encoder.encode(text))
          return undefined
        },
        end: () => controller.close(),
        abort: () => controller.error(new Error('The answer broke off.')),
      }
      void run(sink).catch(sink.abort)
    },
    cancel: onLeave,
  })
  return new Response(body, { status, headers })
}
