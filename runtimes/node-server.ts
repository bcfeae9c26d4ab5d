import { createApp } from '../app/app.ts'
import type { Runtime } from '../app/ports/runtime.ts'
import { createCredentials } from './credentials.ts'
import { createDigest } from './digest.ts'
import { instanceName } from './instance-name.ts'
import { createLineLog } from './line-log.ts'
import { nodeStreamOut } from './node-stream-out.ts'
import { onNodeCallerLeft } from './on-caller-left.ts'
import { createPinnedWebFetch } from './pinned-web-fetch.ts'
import { serve } from './serve.ts'
import { serveNode } from './serve-node.ts'
import { start } from './start.ts'
import { openState } from './stores/open-state.ts'
import { createUndiciTransport } from './undici-transport.ts'

await start(async () => {
  const env = { ...process.env }
  const runtime: Runtime = {
    name: 'node',
    env,
    instance: instanceName(),
    transport: createUndiciTransport(env),
    streamOut: nodeStreamOut,
    log: createLineLog(),
    credentials: createCredentials(env),
    digest: createDigest(),
    webFetch: createPinnedWebFetch,
    openState,
    onCallerLeft: onNodeCallerLeft,
  }
  await serve(createApp(runtime), runtime, serveNode)
})
