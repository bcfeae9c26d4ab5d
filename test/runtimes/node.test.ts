import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bundleServer } from '../../deploy/bundle-server.ts'
import { textFrames } from '../fakes/fake-bedrock-frames.ts'
import { launch, type Platform, root } from './platform.ts'
import { node as fromSources } from './platforms.ts'
import { runtimeSuite } from './runtime-suite.ts'
import { beginStream, openScriptedBedrock, sendFrames } from './scripted-bedrock.ts'
import { openSse } from './sse-reader.ts'

// As `npm start` and the container run it; most other tests of a whole server run the sources.
const folder = join(root, '.outcrop', 'server-test')
await bundleServer(folder)
const node: Platform = { ...fromSources, command: ['node', join(folder, 'server.mjs')] }

runtimeSuite(node)

it('tells a stream that is not finished when its time after SIGTERM is over, and logs so', async () => {
  const bedrock = await openScriptedBedrock()
  bedrock.script((response) => {
    beginStream(response)
    sendFrames(response, textFrames(['one']).slice(0, 2))
  })
  const server = await launch(node, { ...bedrock.env, SHUTDOWN_TIMEOUT: '0.1' })
  const sse = await openSse(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'amazon.nova-lite-v1:0',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
    }),
  })
  await sse.until('one')
  server.signal('SIGTERM')
  const last = (await sse.until()).at(-1)!
  expect(JSON.parse(last)).toMatchObject({ error: { type: 'server_error', code: 'overloaded' } })
  expect(await server.exited).toBe(1)
  const lines = server.output().trim().split('\n').slice(-2)
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { type: 'request', stream: true, outcome: 'failed', error_code: 'overloaded' },
    { type: 'stop' },
  ])
  await bedrock.close()
})
