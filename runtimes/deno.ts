import { openApp } from '../app/open-app.ts'
import { audioEncoding } from './audio-encoding.ts'
import { createFetchTransport } from './calling/fetch-transport.ts'
import { createDenoWriteOut } from './deno-write-out.ts'
import { type ServerRuntime, serverRuntime } from './server-runtime.ts'
import { onRequestAborted } from './serving/on-caller-left.ts'
import { denoPeerAddress } from './serving/peer-address.ts'
import { serve } from './serving/serve.ts'
import { serveDeno } from './serving/serve-deno.ts'
import { webStreamOut } from './serving/web-stream-out.ts'
import { start } from './start.ts'

await start(async () => {
  const runtime: ServerRuntime = {
    ...serverRuntime(createDenoWriteOut()),
    name: 'deno',
    transport: createFetchTransport(),
    streamOut: webStreamOut,
    audioEncoding,
    onCallerLeft: onRequestAborted,
    peerAddress: denoPeerAddress,
  }
  await serve(openApp(runtime), runtime, serveDeno)
})
