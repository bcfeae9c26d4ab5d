import { openApp } from '../app/open-app.ts'
import type { Runtime } from '../app/ports/runtime.ts'
import { createCredentials } from './credentials.ts'
import { createDigest } from './digest.ts'
import { createFetchTransport } from './fetch-transport.ts'
import { http2Duplex } from './http2-duplex.ts'
import { instanceName } from './instance-name.ts'
import { createLineLog } from './line-log.ts'
import { onRequestAborted } from './on-caller-left.ts'
import { bunPeerAddress } from './peer-address.ts'
import { createPinnedWebFetch } from './pinned-web-fetch.ts'
import { withProfileRegion } from './profile-region.ts'
import { readTextFile } from './read-text-file.ts'
import { serve } from './serve.ts'
import { serveBun } from './serve-bun.ts'
import { start } from './start.ts'
import { openObjects } from './stores/open-objects.ts'
import { openState } from './stores/open-state.ts'
import { createTurn, untilTurn } from './turn.ts'
import { webStreamOut } from './web-stream-out.ts'

await start(async () => {
  const env = withProfileRegion(process.env)
  const runtime: Runtime = {
    name: 'bun',
    env,
    instance: instanceName(),
    // Bun ends a `fetch` that was silent for five minutes; a model may think longer.
    transport: createFetchTransport({ timeout: false }),
    turn: untilTurn(createTurn()),
    streamOut: webStreamOut,
    log: createLineLog(),
    duplex: http2Duplex,
    credentials: createCredentials(env),
    digest: createDigest(),
    webFetch: createPinnedWebFetch,
    openState,
    openObjects,
    onCallerLeft: onRequestAborted,
    peerAddress: bunPeerAddress,
    readTextFile,
  }
  await serve(openApp(runtime), runtime, serveBun)
})
