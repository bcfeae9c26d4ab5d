import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Verdict, verifySignature } from './fake-bedrock-signature.ts'

/** Key and secret of everybody in these tests, which s3rver demands to be these. */
export const CREDENTIALS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }

export interface ServiceRequest {
  method: string
  /** Path and query as they stood on the wire. */
  path: string
  headers: Record<string, string>
  json: Record<string, unknown>
  /** Judged as AWS does. */
  signature: Verdict
  /** The name the request was signed for. */
  service: string
}

/** What a service says: JSON, or whatever it writes itself. */
export type ServiceAnswer =
  | { status?: number; json: unknown }
  | { write(response: ServerResponse): void | Promise<void> }

/** A refusal as AWS's protocols write it. */
export const fault = (status: number, type: string, message: string): ServiceAnswer => ({
  status,
  json: { __type: `com.amazonaws#${type}`, message },
})

export interface FakeService {
  url: string
  requests: ServiceRequest[]
  close(): Promise<void>
}

/** An AWS service over HTTP that takes nothing unsigned. */
export async function startFakeService(
  answer: (request: ServiceRequest) => ServiceAnswer | Promise<ServiceAnswer>,
): Promise<FakeService> {
  const requests: ServiceRequest[] = []
  const take = async (asked: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = []
    for await (const piece of asked) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    const headers = asked.headers as Record<string, string>
    const path = asked.url ?? '/'
    const method = asked.method ?? 'GET'
    const signature = await verifySignature({ method, path, headers, body }, CREDENTIALS)
    const service = headers['authorization']?.split('/')[3] ?? ''
    const json = body.length > 0 ? JSON.parse(body.toString()) : {}
    const request = { method, path, headers, json, signature, service }
    requests.push(request)
    const said =
      signature === 'valid'
        ? await answer(request)
        : fault(403, 'InvalidSignatureException', 'The signature does not match.')
    if ('write' in said) return said.write(response)
    response.writeHead(said.status ?? 200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(said.json))
  }
  const server = createServer((asked, response) => {
    take(asked, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
