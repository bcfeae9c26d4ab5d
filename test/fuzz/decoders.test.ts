import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createEventStreamDecoder,
  encodeEventStreamMessage,
} from '../../app/codecs/event-stream/event-stream.ts'
import { createMultipartParser } from '../../app/codecs/multipart/multipart.ts'
import { createSseReader } from '../../app/codecs/streams/sse.ts'
import type { Reply } from '../../app/conversation/events.ts'
import { replay } from '../../app/conversation/replay.ts'
import type { ServerSide } from '../../app/dialects/dialect.ts'
import { GatewayError } from '../../app/errors.ts'
import { DIALECTS } from './dialects.ts'
import { type Mutation, mutated, mutations } from './mutations.ts'
import { ASKED, cutInto, cuts, HEAD, replies } from './replies.ts'
import { amount, limit } from './runs.ts'

const encoder = new TextEncoder()
const bytes = fc.uint8Array({ maxLength: 300 })
const CODECS = { runs: 80, share: 0.02 }
const MODELS = { runs: 12, share: 0.01 }

/** What a decoder of bytes gives in all, and what it then threw: a refusal by its code, a fault as itself. */
function readAll<T>(
  pieces: readonly Uint8Array[],
  read: (piece: Uint8Array) => T[],
  end?: () => T[] | undefined,
) {
  const given: T[] = []
  try {
    for (const piece of pieces) given.push(...read(piece))
    given.push(...(end?.() ?? []))
    return { given }
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown
    return { given, code: thrown.code }
  }
}

const events = (pieces: readonly Uint8Array[]) => {
  const decoder = createEventStreamDecoder()
  return readAll(pieces, decoder.read, () => {
    decoder.end()
    return []
  })
}
const lines = (pieces: readonly Uint8Array[]) => {
  const reader = createSseReader()
  return readAll(pieces, reader.read, reader.end)
}
const form = (boundary: string) => (pieces: readonly Uint8Array[]) => {
  const parser = createMultipartParser(boundary)
  let isOver = false
  const found = readAll(pieces, (piece) => {
    const all = []
    if (!isOver) parser.write(piece)
    for (let event = parser.next(); event && !isOver; event = parser.next()) {
      isOver = event.type === 'end'
      // Content comes in pieces as it came: only its sum is the same.
      if (event.type === 'bytes') all.push(...event.bytes)
      else all.push(event)
    }
    return all
  })
  return found
}

/** Frames as AWS sends them, some of them spoilt. */
const frames = fc
  .array(
    fc.record({
      headers: fc.dictionary(
        fc.constantFrom(
          ':event-type',
          ':message-type',
          ':exception-type',
          ':error-code',
          ':x',
          'y',
        ),
        fc.oneof(
          fc.constantFrom('event', 'exception', 'error', 'chunk'),
          fc.string({ maxLength: 9 }),
        ),
        { maxKeys: 4 },
      ),
      payload: fc.oneof(fc.json(), fc.string()),
    }),
    { maxLength: 4 },
  )
  .map((all) => Buffer.concat(all.map((one) => encodeEventStreamMessage(one.headers, one.payload))))

const spoilt = fc
  .tuple(frames, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }), fc.nat())
  .map(([good, flips, end]) => {
    const all = Uint8Array.from(good)
    for (const [at, value] of flips) if (all.length > 0) all[at % all.length]! ^= value
    return end % 3 === 0 && all.length > 0 ? all.subarray(0, end % all.length) : all
  })

const sse = fc
  .array(
    fc.constantFrom(
      'data:',
      'data: x',
      'event: e',
      ':',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      'id: 1',
      '\ufeff',
      '\0',
      '😀',
      '{"a":',
    ),
    { maxLength: 30 },
  )
  .map((parts) => encoder.encode(parts.join('')))

const multipart = fc
  .array(
    fc.constantFrom(
      '--b',
      '\r\n',
      '\n',
      '--',
      'Content-Disposition: form-data; name="a"',
      '\r\n\r\n',
      'x',
      '\0',
      ' ',
    ),
    { maxLength: 30 },
  )
  .map((parts) => encoder.encode(parts.join('')))

describe('bytes of chance', () => {
  it.each([
    ['the event stream', events, fc.oneof(bytes, spoilt)],
    ['server-sent events', lines, fc.oneof(bytes, sse)],
    ['a form', form('b'), fc.oneof(bytes, multipart)],
  ] as const)(
    'mean the same to the reader of %s however they are cut',
    (_, read, streams) => {
      const property = fc.property(streams, cuts, (stream, sizes) => {
        const whole = read([stream])
        const { given, code } = read(cutInto(stream, sizes))
        // What broke after some of it was read may break a little earlier or later, but never otherwise.
        expect(code).toEqual(whole.code)
        if (code === undefined) expect(given).toEqual(whole.given)
      })
      fc.assert(property, amount(CODECS))
    },
    limit(CODECS),
  )
})

const TWO_SIDED = Object.entries(DIALECTS).flatMap(
  ([
    name,
    {
      dialect: { client, server },
    },
  ]) => (client && server ? [[name, { client, server }] as const] : []),
)

describe('replies of chance', () => {
  it.each(TWO_SIDED)(
    '%s reads them whole, streamed and spoilt',
    (_, sides) => {
      const property = fc.property(replies, mutations, cuts, (reply, changes, sizes) => {
        const whole = mutated(sides.server.encodeReply([reply], ASKED, HEAD), changes)
        refusalAtMost(() => sides.client.decodeReply(parsed(whole)))
        const stream = spoiltStream(sides.server, reply, changes)
        const decoder = sides.client.replyDecoder()
        refusalAtMost(() => {
          for (const piece of cutInto(stream, sizes)) decoder.read(piece)
          decoder.end()
        })
      })
      fc.assert(property, amount(MODELS))
    },
    limit(MODELS),
  )
})

function spoiltStream(server: ServerSide, reply: Reply, changes: readonly Mutation[]): Uint8Array {
  if (server.byteReplyEncoder) {
    const binary = server.byteReplyEncoder(ASKED, HEAD)
    const whole = Buffer.concat([binary.write(replay(reply)), binary.end()])
    const found = createEventStreamDecoder().read(whole)
    return Buffer.concat(
      found.map(({ messageType, type, payload }, index) =>
        encodeEventStreamMessage(
          { ':message-type': messageType, [`:${messageType}-type`]: type },
          spoiltJson(payload, changes, index),
        ),
      ),
    )
  }
  const text = server.replyEncoder(ASKED, HEAD)
  const whole = text.write(replay(reply)) + text.end()
  return encoder.encode(
    whole
      .split('\n')
      .map((line, index) =>
        line.startsWith('data: {') ? `data: ${spoiltJson(line.slice(6), changes, index)}` : line,
      )
      .join('\n'),
  )
}

/** The changes go to one frame after the other, so that most of them stay as they are. */
const spoiltJson = (json: string, changes: readonly Mutation[], index: number): string => {
  const mine = changes.filter(({ choice }) => choice % 5 === index % 5)
  return mine.length > 0 ? mutated(JSON.parse(json), mine) : json
}

function refusalAtMost(work: () => void): void {
  try {
    work()
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown
  }
}

/** What the transport makes of a body: JSON, or the refusal that it makes where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
