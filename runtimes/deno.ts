import { openApp } from '../app/open-app.ts'
import { audioEncoding } from './audio-encoding.ts'
import { createFetchTransport } from './fetch-transport.ts'
import { onRequestAborted } from './on-caller-left.ts'
import { denoPeerAddress } from './peer-address.ts'
import { serve } from './serve.ts'
import { serveDeno } from './serve-deno.ts'
import { type ServerRuntime, serverRuntime } from './server-runtime.ts'
import { start } from './start.ts'
import { webStreamOut } from './web-stream-out.ts'

await start(async () => {
  const runtime: ServerRuntime = {
    ...serverRuntime(),
    name: 'deno',
    transport: createFetchTransport(),
    streamOut: webStreamOut,
    audioEncoding,
    onCallerLeft: onRequestAborted,
    peerAddress: denoPeerAddress,
  }
  await serve(openApp(runtime), runtime, serveDeno)
})
