import { createServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Sha256 } from '@aws-crypto/sha256-js'
import { EventStreamCodec } from '@smithy/core/event-streams'
import { SignatureV4 } from '@smithy/signature-v4'
import { CREDENTIALS } from './fake-aws-service.ts'
import { itemsOf, LINES, type SpokenLine } from './spoken.ts'

interface StreamManners {
  lines: SpokenLine[]
  /** What becomes of the words of a segment when it is complete. */
  finish?(words: string): string
  /** An exception after the first results. */
  exception?: { type: string; message: string }
  /** A refusal before any. */
  refusal?: { status: number; type: string; message: string }
}

export interface FakeTranscriptStream {
  url: string
  manners: StreamManners
  /** Headers of every stream so far. */
  opened: Record<string, string>[]
  /** Bytes of audio of every stream so far. */
  heard: Uint8Array[]
  /** What was wrong with signatures, if anything. */
  faults: string[]
  /** Streams that were reset. */
  reset(): number
  close(): Promise<void>
}

const utf8 = (text: string) => new TextEncoder().encode(text)
const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes as Uint8Array),
  (text) => utf8(text),
)

/** StartStreamTranscription over HTTP/2: every event's signature is checked by AWS's own library. */
export async function startFakeTranscriptStream(): Promise<FakeTranscriptStream> {
  const manners: StreamManners = { lines: LINES }
  const opened: Record<string, string>[] = []
  const heard: Uint8Array[] = []
  const faults: string[] = []
  let resets = 0
  const server = createServer()
  const sessions = new Set<{ destroy(): void }>()
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {})
    stream.on('aborted', () => {
      resets += 1
    })
    const plain = headers as Record<string, string>
    opened.push(plain)
    const { refusal } = manners
    if (refusal) {
      stream.respond({ ':status': refusal.status, 'x-amzn-errortype': refusal.type })
      stream.end(JSON.stringify({ Message: refusal.message }))
      return
    }
    stream.respond({ ':status': 200, 'content-type': 'application/vnd.amazon.eventstream' })
    listen(stream, plain, faults)
      .then((audio) => {
        heard.push(audio)
        tell(stream, plain, manners)
      })
      .catch((thrown: unknown) => {
        faults.push(String(thrown))
        stream.close()
      })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    manners,
    opened,
    heard,
    faults,
    reset: () => resets,
    close: () =>
      new Promise((resolve) => {
        for (const session of sessions) session.destroy()
        server.close(() => resolve())
      }),
  }
}

async function listen(
  stream: ServerHttp2Stream,
  headers: Record<string, string>,
  faults: string[],
): Promise<Uint8Array> {
  const authorization = headers['authorization'] ?? ''
  const [, region = '', service = ''] =
    /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(authorization) ?? []
  if (headers['x-amz-content-sha256'] !== 'STREAMING-AWS4-HMAC-SHA256-EVENTS')
    faults.push('no events')
  if (service !== 'transcribe') faults.push(`signed for ${service}`)
  let prior = /Signature=([0-9a-f]{64})/.exec(authorization)?.[1] ?? ''
  const signer = new SignatureV4({ credentials: CREDENTIALS, region, service, sha256: Sha256 })
  const audio: Uint8Array[] = []
  let held = Buffer.alloc(0)
  for await (const piece of stream) {
    held = Buffer.concat([held, piece as Buffer])
    while (held.length >= 4 && held.length >= held.readUInt32BE(0)) {
      const length = held.readUInt32BE(0)
      const message = codec.decode(held.subarray(0, length))
      held = held.subarray(length)
      const date = message.headers[':date']!.value as Date
      const given = Buffer.from(message.headers[':chunk-signature']!.value as Uint8Array).toString(
        'hex',
      )
      const dateBlock = codec.encode({
        headers: { ':date': message.headers[':date']! },
        body: new Uint8Array(),
      })
      const signed = await signer.sign(
        { headers: dateBlock.subarray(12, dateBlock.length - 4), payload: message.body },
        { signingDate: date, priorSignature: prior },
      )
      if (signed !== given) faults.push('a wrong signature')
      prior = given
      if (message.body.length === 0) continue
      const inner = codec.decode(message.body)
      if (inner.headers[':event-type']?.value !== 'AudioEvent') faults.push('no audio event')
      audio.push(new Uint8Array(inner.body))
    }
  }
  if (audio.at(-1)?.length !== 0) faults.push('no empty event at the end')
  return new Uint8Array(Buffer.concat(audio))
}

function frame(type: string, payload: object, messageType = 'event'): Uint8Array {
  const kind = messageType === 'event' ? ':event-type' : ':exception-type'
  return codec.encode({
    headers: {
      ':message-type': { type: 'string', value: messageType },
      [kind]: { type: 'string', value: type },
      ':content-type': { type: 'string', value: 'application/json' },
    },
    body: utf8(JSON.stringify(payload)),
  })
}

/** Empty results first, then every line growing word by word, its last word not stable, then final. */
function tell(
  stream: ServerHttp2Stream,
  headers: Record<string, string>,
  { lines, exception, finish = (words) => words }: StreamManners,
): void {
  const speakers = headers['x-amzn-transcribe-show-speaker-label'] === 'true'
  const event = (results: object[]) =>
    frame('TranscriptEvent', { Transcript: { Results: results } })
  stream.write(event([]))
  for (const [number, line] of lines.entries()) {
    const items = itemsOf(line).map(({ type, content, start, end, speaker }) => ({
      Type: type,
      Content: content,
      StartTime: start,
      EndTime: end,
      ...(speakers && { Speaker: speaker?.replace('spk_', '') }),
    }))
    const result = (Items: object[], Transcript: string, IsPartial: boolean) => ({
      ResultId: `result-${number}`,
      StartTime: line.start,
      EndTime: items.at(-1)!.EndTime,
      IsPartial,
      Alternatives: [{ Transcript, Items }],
      ...(headers['x-amzn-transcribe-identify-language'] && { LanguageCode: 'en-US' }),
    })
    for (let count = 1; count < items.length; count += 1) {
      const some = items.slice(0, count).map((item, at) => ({ ...item, Stable: at < count - 1 }))
      stream.write(event([result(some, some.map(({ Content }) => Content).join(' '), true)]))
    }
    stream.write(
      event([
        result(
          items.map((item) => ({ ...item, Content: finish(item.Content), Stable: true })),
          finish(line.text),
          false,
        ),
      ]),
    )
    if (exception) {
      stream.end(frame(exception.type, { Message: exception.message }, 'exception'))
      return
    }
  }
  stream.end(event([]))
}
