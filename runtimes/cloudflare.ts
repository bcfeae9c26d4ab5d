import { createApp } from '../app/app.ts'
import { consoleLog } from './console-log.ts'
import { createFetchTransport } from './fetch-transport.ts'
import { madeOnFirstRequest } from './first-request.ts'
import { onRequestAborted } from './on-caller-left.ts'
import { createPlatformWebFetch } from './platform-web-fetch.ts'
import { bucketOf } from './stores/r2-object-store.ts'
import { webStreamOut } from './web-stream-out.ts'

/** Bindings that are text; stores and services are objects. */
const textBindings = (env: object): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === 'string'))

export default madeOnFirstRequest((env: object) =>
  createApp({
    name: 'workers',
    env: textBindings(env),
    public: true,
    transport: createFetchTransport(),
    streamOut: webStreamOut,
    log: consoleLog,
    webFetch: createPlatformWebFetch,
    openObjects: bucketOf(env),
    onCallerLeft: onRequestAborted,
  }),
)
