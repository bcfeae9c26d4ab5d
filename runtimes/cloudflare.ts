import { waitUntil } from 'cloudflare:workers'
import { openApp } from '../app/open-app.ts'
import { createFetchTransport } from './calling/fetch-transport.ts'
import { createPlatformWebFetch } from './calling/platform-web-fetch.ts'
import { consoleLog } from './console-log.ts'
import { madeOnFirstRequest } from './first-request.ts'
import { onRequestAborted } from './serving/on-caller-left.ts'
import { workersPeerAddress } from './serving/peer-address.ts'
import { webStreamOut } from './serving/web-stream-out.ts'
import { workersBytesOut } from './serving/workers-bytes-out.ts'
import { bucketOf } from './stores/r2-object-store.ts'

/** Bindings that are text; stores and services are objects. */
const textBindings = (env: object): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === 'string'))

interface Context {
  waitUntil(work: Promise<unknown>): void
}

const app = madeOnFirstRequest((env: object) =>
  openApp({
    name: 'workers',
    env: textBindings(env),
    public: true,
    transient: true,
    transport: createFetchTransport(),
    streamOut: webStreamOut,
    bytesOut: workersBytesOut,
    log: consoleLog,
    webFetch: createPlatformWebFetch,
    openObjects: bucketOf(env),
    onCallerLeft: onRequestAborted,
    peerAddress: workersPeerAddress,
    linger: waitUntil,
  }),
)

export default {
  fetch(request: Request, env: object, context: Context) {
    const answer = app.fetch(request, env)
    // Others may wait for what this request has begun, also when its caller leaves.
    context.waitUntil(Promise.resolve(answer))
    return answer
  },
}
