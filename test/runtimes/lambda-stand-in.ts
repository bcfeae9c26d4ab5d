import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'

/** What stands between a function URL and a streaming handler on AWS, as far as a handler can tell. */
type Handler = (event: object, stream: Writable, context: object) => Promise<void>

const SEPARATOR = Buffer.alloc(8)
const milliseconds = Number(process.env['FUNCTION_SECONDS'] ?? 30) * 1000

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (handler: Handler) => handler,
    HttpResponseStream: {
      // The prelude leaves with the first write, not before it.
      from(stream: Writable, metadata: object) {
        const write = stream.write.bind(stream)
        stream.write = (chunk: unknown) => {
          stream.write = write
          write(JSON.stringify(metadata))
          write(SEPARATOR)
          return write(chunk)
        }
        return stream
      },
    },
  },
})
const { handler } = (await import(process.env['FUNCTION']!)) as { handler: Handler }

// Function URLs put headers of one name together with commas.
const server = createServer({ joinDuplicateHeaders: true }, async (request, response) => {
  const deadline = Date.now() + milliseconds
  await handler(await eventOf(request), wireOf(response), {
    getRemainingTimeInMillis: () => deadline - Date.now(),
  })
})
server.listen(Number(process.env['PORT']), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(`Outcrop listens on http://127.0.0.1:${port} (lambda).`)
  console.log(
    'Amazon Bedrock in us-east-1 or embedded; only this machine can call.\n  curl nothing',
  )
})

async function eventOf(request: IncomingMessage): Promise<object> {
  const [rawPath = '/', rawQueryString = ''] = (request.url ?? '').split('?')
  return {
    version: '2.0',
    rawPath,
    rawQueryString,
    headers: request.headers,
    requestContext: {
      domainName: 'abc.lambda-url.us-east-1.on.aws',
      http: { method: request.method, path: rawPath },
    },
    body: (await buffer(request)).toString('base64'),
    isBase64Encoded: true,
  }
}

/** Takes the wire form apart as the function URL does: JSON, eight NUL bytes, then the body. */
function wireOf(response: ServerResponse): Writable {
  let prelude = Buffer.alloc(0)
  return new Writable({
    write(chunk: Buffer, _, done) {
      if (response.headersSent) return void response.write(chunk, () => done())
      prelude = Buffer.concat([prelude, chunk])
      const end = prelude.indexOf(SEPARATOR)
      if (end < 0) return done()
      const { statusCode, headers } = JSON.parse(prelude.subarray(0, end).toString())
      response.writeHead(statusCode, headers)
      response.write(prelude.subarray(end + SEPARATOR.length), () => done())
    },
    final(done) {
      response.end(done)
    },
  })
}
