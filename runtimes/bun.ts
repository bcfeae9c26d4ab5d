import { openApp } from '../app/open-app.ts'
import { createFetchTransport } from './fetch-transport.ts'
import { onRequestAborted } from './on-caller-left.ts'
import { bunPeerAddress } from './peer-address.ts'
import { serve } from './serve.ts'
import { serveBun } from './serve-bun.ts'
import { type ServerRuntime, serverRuntime } from './server-runtime.ts'
import { start } from './start.ts'
import { createTurn, inTurns } from './turn.ts'
import { webStreamOut } from './web-stream-out.ts'

await start(async () => {
  const runtime: ServerRuntime = {
    ...serverRuntime(),
    name: 'bun',
    // Bun ends a `fetch` that was silent for five minutes; a model may think longer.
    transport: createFetchTransport({ extras: { timeout: false }, atTurn: createTurn() }),
    streamOut: webStreamOut,
    onCallerLeft: onRequestAborted,
    peerAddress: bunPeerAddress,
  }
  await serve(inTurns(openApp(runtime), createTurn()), runtime, serveBun)
})
