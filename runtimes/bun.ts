import { openApp } from '../app/open-app.ts'
import { createFetchTransport } from './calling/fetch-transport.ts'
import { type ServerRuntime, serverRuntime } from './server-runtime.ts'
import { onRequestAborted } from './serving/on-caller-left.ts'
import { bunPeerAddress } from './serving/peer-address.ts'
import { serve } from './serving/serve.ts'
import { serveBun } from './serving/serve-bun.ts'
import { createTurn, inTurns } from './serving/turn.ts'
import { webStreamOut } from './serving/web-stream-out.ts'
import { start } from './start.ts'

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
