import { openApp } from '../app/open-app.ts'
import { audioEncoding } from './audio-encoding.ts'
import { createUndiciTransport } from './calling/undici-transport.ts'
import { type ServerRuntime, serverRuntime } from './server-runtime.ts'
import { nodeBytesOut } from './serving/node-bytes-out.ts'
import { nodeRequestBody, notWaitingForever } from './serving/node-request-body.ts'
import { nodeRequestHeader } from './serving/node-request-header.ts'
import { nodeStreamOut } from './serving/node-stream-out.ts'
import { onNodeCallerLeft } from './serving/on-caller-left.ts'
import { nodePeerAddress } from './serving/peer-address.ts'
import { serve } from './serving/serve.ts'
import { servePorts } from './serving/serve-ports.ts'
import { createTurn, inTurns } from './serving/turn.ts'
import { start } from './start.ts'

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
  await serve(inTurns(notWaitingForever(openApp(runtime)), atTurn), runtime, servePorts)
})
