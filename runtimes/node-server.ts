import { openApp } from '../app/open-app.ts'
import { audioEncoding } from './audio-encoding.ts'
import { nodeBytesOut } from './node-bytes-out.ts'
import { nodeRequestBody } from './node-request-body.ts'
import { nodeRequestHeader } from './node-request-header.ts'
import { nodeStreamOut } from './node-stream-out.ts'
import { onNodeCallerLeft } from './on-caller-left.ts'
import { nodePeerAddress } from './peer-address.ts'
import { serve } from './serve.ts'
import { servePorts } from './serve-ports.ts'
import { type ServerRuntime, serverRuntime } from './server-runtime.ts'
import { start } from './start.ts'
import { createTurn, inTurns } from './turn.ts'
import { createUndiciTransport } from './undici-transport.ts'

await start(async () => {
  const common = serverRuntime()
  const atTurn = createTurn()
  const runtime: ServerRuntime = {
    ...common,
    name: 'node',
    transport: createUndiciTransport(common.env, atTurn),
    streamOut: nodeStreamOut,
    bytesOut: nodeBytesOut,
    audioEncoding,
    requestBody: nodeRequestBody,
    requestHeader: nodeRequestHeader,
    onCallerLeft: onNodeCallerLeft,
    peerAddress: nodePeerAddress,
  }
  await serve(inTurns(openApp(runtime), atTurn), runtime, servePorts)
})
