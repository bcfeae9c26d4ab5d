import { openApp } from '../app/open-app.ts'
import type { Runtime } from '../app/ports/runtime.ts'
import { audioEncoding } from './audio-encoding.ts'
import { createCredentials } from './credentials.ts'
import { createDigest } from './digest.ts'
import { http2Duplex } from './http2-duplex.ts'
import { instanceName } from './instance-name.ts'
import { createLineLog } from './line-log.ts'
import { nodeBytesOut } from './node-bytes-out.ts'
import { nodeRequestBody } from './node-request-body.ts'
import { nodeRequestHeader } from './node-request-header.ts'
import { nodeStreamOut } from './node-stream-out.ts'
import { onNodeCallerLeft } from './on-caller-left.ts'
import { nodePeerAddress } from './peer-address.ts'
import { createPinnedWebFetch } from './pinned-web-fetch.ts'
import { withProfileRegion } from './profile-region.ts'
import { readTextFile } from './read-text-file.ts'
import { serve } from './serve.ts'
import { servePorts } from './serve-ports.ts'
import { start } from './start.ts'
import { openObjects } from './stores/open-objects.ts'
import { openState } from './stores/open-state.ts'
import { createTurn, untilTurn } from './turn.ts'
import { createUndiciTransport } from './undici-transport.ts'

await start(async () => {
  const env = withProfileRegion(process.env)
  const atTurn = createTurn()
  const runtime: Runtime = {
    name: 'node',
    env,
    instance: instanceName(),
    transport: createUndiciTransport(env, atTurn),
    turn: untilTurn(atTurn),
    streamOut: nodeStreamOut,
    bytesOut: nodeBytesOut,
    log: createLineLog(),
    duplex: http2Duplex,
    audioEncoding,
    credentials: createCredentials(env),
    digest: createDigest(),
    webFetch: createPinnedWebFetch,
    openState,
    openObjects,
    requestBody: nodeRequestBody,
    requestHeader: nodeRequestHeader,
    onCallerLeft: onNodeCallerLeft,
    peerAddress: nodePeerAddress,
    readTextFile,
  }
  await serve(openApp(runtime), runtime, servePorts)
})
