import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { expect, it } from 'vitest'
import { nodeStreamOut } from '../../runtimes/serving/node-stream-out.ts'
import { webStreamOut } from '../../runtimes/serving/web-stream-out.ts'
import { streamOutContract } from './stream-out-contract.ts'

streamOutContract('the Node response', nodeStreamOut)
streamOutContract('a ReadableStream', webStreamOut)

it('the Node response sends no chunk frames to HTTP/1.0, which does not know them', async () => {
  const server = createAdaptorServer({
    fetch: (_, env) =>
      nodeStreamOut({ status: 200, headers: {}, env, onLeave() {} }, async (sink) => {
        await sink.write('one ')
        await sink.write('two')
        sink.end()
      }),
  }) as Server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('GET / HTTP/1.0\r\nhost: localhost\r\n\r\n')
  let answer = ''
  for await (const text of socket.setEncoding('utf8')) answer += text
  expect(answer.split('\r\n\r\n')[1]).toBe('one two')
  server.close()
})
