import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '../../../../app/config.ts'
import { createS3ObjectStore } from '../../../../app/providers/aws/s3/object-store.ts'
import { openS3Server, type S3Server } from '../../../fakes/s3-server.ts'

let server: S3Server
const asked: string[] = []
const proxy = createServer((incoming, response) => {
  asked.push(`${incoming.method} ${incoming.url}`)
  const { method, headers } = incoming
  const onward = request(incoming.url!, { method, headers })
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode!, answer.headers)
    answer.pipe(response)
  })
  incoming.pipe(onward)
})

beforeAll(async () => {
  server = await openS3Server()
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  proxy.close()
  await server.close()
})

it('is reached through the proxy of the environment', async () => {
  const env = {
    ...server.env,
    HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  }
  const store = createS3ObjectStore({ config: readConfig(env), runtime: { env } }, server.bucket)
  await store.put('kept', new TextEncoder().encode('behind a proxy'))
  expect(await new Response(await store.get('kept')).text()).toBe('behind a proxy')
  expect(asked.map((line) => line.replace(/\?.*/, ''))).toEqual([
    `PUT ${server.url}/${server.bucket}/files/kept`,
    `GET ${server.url}/${server.bucket}/files/kept`,
  ])
})
