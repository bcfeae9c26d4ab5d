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
import { openObjects } from './stores/open-objects.ts'
import { openState } from './stores/open-state.ts'
import { createTurn, untilTurn } from './turn.ts'
import { createUndiciTransport } from './undici-transport.ts'

await start(async () => {
  const env = { ...process.env }
  const atTurn = createTurn()
  const runtime: Runtime = {
    name: 'node',
    env,
    instance: instanceName(),
    transport: createUndiciTransport(env, atTurn),
    turn: untilTurn(atTurn),
    streamOut: nodeStreamOut,
    log: createLineLog(),
    credentials: createCredentials(env),
    digest: createDigest(),
    webFetch: createPinnedWebFetch,
    openState,
    openObjects,
    onCallerLeft: onNodeCallerLeft,
  }
  await serve(createApp(runtime), runtime, serveNode)
})
