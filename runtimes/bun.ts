import { openApp } from '../app/open-app.ts'
import type { Runtime } from '../app/ports/runtime.ts'
import { createFetchTransport } from './fetch-transport.ts'
import { onRequestAborted } from './on-caller-left.ts'
import { bunPeerAddress } from './peer-address.ts'
import { serve } from './serve.ts'
import { serveBun } from './serve-bun.ts'
import { serverRuntime } from './server-runtime.ts'
import { start } from './start.ts'
import { createTurn, inTurns } from './turn.ts'
import { webStreamOut } from './web-stream-out.ts'

await start(async () => {
  const runtime: Runtime = {
    ...serverRuntime(),
    name: 'bun',
    // Bun ends a `fetch` that was silent for five minutes; a model may think longer.
    transport: createFetchTransport({ timeout: false }),
    streamOut: webStreamOut,
    onCallerLeft: onRequestAborted,
    peerAddress: bunPeerAddress,
  }
  await serve(inTurns(openApp(runtime), createTurn()), runtime, serveBun)
})
