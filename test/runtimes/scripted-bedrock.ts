import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { createControlPlane } from '../fakes/fake-bedrock-catalogue.ts'
import { encodeFrame, type FakeFrame, textFrames, textReply } from '../fakes/fake-bedrock-frames.ts'
import { type Verdict, verifySignature } from '../fakes/fake-bedrock-signature.ts'
import { openScriptedUpstream } from './scripted-upstream.ts'

/** Answers one call whose body has been read. */
type CallScript = (response: ServerResponse, call: BedrockCall) => void | Promise<void>

interface BedrockCall {
  method: string
  path: string
  bytes: number
  signature: Verdict | 'not judged'
}

export interface ScriptedBedrock {
  url: string
  env: Record<string, string>
  /** Answers the calls from now on; without one every call is answered well. */
  script(script?: CallScript): void
  close(): Promise<void>
}

const CREDENTIALS = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret', sessionToken: 'token' }
const controlPlane = createControlPlane()
/** Bytes; the library signs slowly. */
const JUDGED = 64 * 1024

/** A Bedrock that tests hold by the hand: a script may stop between two frames and wait. */
export async function openScriptedBedrock(): Promise<ScriptedBedrock> {
  const upstream = await openScriptedUpstream()
  let current: CallScript = answerWell
  upstream.script(async (request, response) => current(response, await callOf(request)))
  return {
    url: upstream.origin,
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: upstream.origin,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
    },
    script(script = answerWell) {
      current = script
    },
    close: upstream.close,
  }
}

async function callOf(request: IncomingMessage): Promise<BedrockCall> {
  const body = await buffer(request)
  const { method = '', url: path = '' } = request
  const headers = request.headers as Record<string, string>
  const signature =
    body.length > JUDGED
      ? 'not judged'
      : await verifySignature({ method, path, headers, body }, CREDENTIALS)
  return { method, path, bytes: body.length, signature }
}

const answerWell: CallScript = (response, { method, path, signature }) => {
  if (signature === 'invalid' || signature === 'absent') {
    return fail(response, 403, 'InvalidSignatureException')
  }
  const seen = { method, path, headers: {}, text: '', json: undefined }
  if (controlPlane.knows(seen)) return answer(response, controlPlane.answer(seen).body)
  if (method === 'GET') return fail(response, 403, 'AccessDeniedException')
  if (path.endsWith('/converse')) return answer(response, textReply('Hello there.'))
  beginStream(response)
  sendFrames(response, textFrames(['Hello', ' there', '.']))
  response.end()
}

export function answer(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export function fail(response: ServerResponse, status: number, type: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
    .end(JSON.stringify({ message: 'As the test wants it.' }))
}

export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
}

export function sendFrames(response: ServerResponse, frames: FakeFrame[]): void {
  for (const frame of frames) response.write(encodeFrame(frame))
}

/** Resolves when the caller has closed the connection of an answer that had not ended. */
export const left = (response: ServerResponse) => once(response, 'close')
