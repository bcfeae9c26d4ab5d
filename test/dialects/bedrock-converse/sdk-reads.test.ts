import { Readable } from 'node:stream'
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { Reply, ReplyEvent } from '../../../app/conversation/events.ts'
import { replay } from '../../../app/conversation/replay.ts'
import { bedrockConverse } from '../../../app/dialects/bedrock-converse/index.ts'
import { exceptionName } from '../../../app/dialects/bedrock-exceptions.ts'
import { GatewayError } from '../../../app/errors.ts'
import { joined } from '../../fakes/bytes.ts'
import { call, emptyConversation } from './cards.ts'

const { server } = bedrockConverse
const HEAD = { id: '', created: 0, model: '' }
const REPLY: Reply = {
  parts: [
    { type: 'reasoning', text: 'Hm.', signature: 'seal' },
    { type: 'text', text: 'Grüße "you"' },
    call('a', 'look', '{"at":"door"}'),
  ],
  end: { reason: 'tool-use', usage: { input: 3, output: 5, cacheRead: 2 } },
}

/** AWS's own client, answered by us. */
function clientOf(status: number, body: Uint8Array | string, headers: Record<string, string> = {}) {
  const answer = { statusCode: status, headers, body: Readable.from([Buffer.from(body)]) }
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: { handle: async () => ({ response: answer }) },
  })
}

/** A frame about a block, as the client reads it. */
type Told = Record<
  string,
  {
    contentBlockIndex?: number
    delta?: { toolUse?: { input: string } }
    start?: { toolUse?: { toolUseId: string } }
  }
>

const asked = { modelId: 'm', messages: [] }

async function streamed(bytes: Uint8Array) {
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' }
  const { stream } = await clientOf(200, bytes, headers).send(new ConverseStreamCommand(asked))
  const events: unknown[] = []
  for await (const event of stream!) events.push(event)
  return events
}

describe("AWS's own client", () => {
  it('reads our whole answers', async () => {
    const body = JSON.stringify(server.encodeReply([REPLY], emptyConversation(), HEAD))
    const answer = await clientOf(200, body).send(new ConverseCommand(asked))
    expect(answer).toMatchObject({
      output: {
        message: {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'seal' } } },
            { text: 'Grüße "you"' },
            { toolUse: { toolUseId: 'a', name: 'look', input: { at: 'door' } } },
          ],
        },
      },
      stopReason: 'tool_use',
      usage: { inputTokens: 3, outputTokens: 5, totalTokens: 10, cacheReadInputTokens: 2 },
    })
  })

  it('is told one block after the other, as by AWS, and of a call without arguments an empty object', async () => {
    const encoder = server.byteReplyEncoder!(emptyConversation(), HEAD)
    const says = (index: number, text: string): ReplyEvent => ({ type: 'part-delta', index, text })
    const begins = (index: number, id: string): ReplyEvent => ({
      type: 'part-start',
      index,
      part: { type: 'tool-call', id, name: 'look' },
    })
    const [start, end] = [replay(REPLY)[0]!, replay(REPLY).at(-1)!]
    const said: ReplyEvent[][] = [
      [start, begins(0, 'a'), says(0, '{"at":')],
      [begins(1, 'b'), says(1, '{'), begins(2, 'c')],
      [says(0, '1}'), says(1, '}')],
      [
        { type: 'part-end', index: 2 },
        { type: 'part-end', index: 0 },
      ],
      [{ type: 'part-end', index: 1 }, end],
    ]
    const pieces = said.map((events) => encoder.write(events))
    const told = (await streamed(joined(pieces))).flatMap((event) => {
      const [[type, { contentBlockIndex: index, delta, start }]] = Object.entries(
        event as Told,
      ) as [[string, Told[string]]]
      if (index === undefined) return []
      const words = delta?.toolUse?.input ?? start?.toolUse?.toolUseId ?? 'stop'
      return [`${type.replace('contentBlock', '')} ${index} ${words}`]
    })
    expect(told).toEqual([
      'Start 0 a',
      'Delta 0 {"at":',
      'Delta 0 1}',
      'Stop 0 stop',
      'Start 1 b',
      'Delta 1 {',
      'Delta 1 }',
      'Stop 1 stop',
      'Start 2 c',
      'Delta 2 {}',
      'Stop 2 stop',
    ])
  })

  it('reads our streams', async () => {
    const encoder = server.byteReplyEncoder!(emptyConversation(), HEAD)
    const pieces = replay(REPLY).map((event) => encoder.write([event]))
    const delta = (contentBlockIndex: number, change: object) => ({
      contentBlockDelta: { contentBlockIndex, delta: change },
    })
    const ends = (contentBlockIndex: number) => ({ contentBlockStop: { contentBlockIndex } })
    expect(await streamed(joined([...pieces, encoder.end()]))).toEqual([
      { messageStart: { role: 'assistant' } },
      delta(0, { reasoningContent: { text: 'Hm.' } }),
      delta(0, { reasoningContent: { signature: 'seal' } }),
      ends(0),
      delta(1, { text: 'Grüße "you"' }),
      ends(1),
      {
        contentBlockStart: {
          contentBlockIndex: 2,
          start: { toolUse: { toolUseId: 'a', name: 'look' } },
        },
      },
      delta(2, { toolUse: { input: '{"at":"door"}' } }),
      ends(2),
      { messageStop: { stopReason: 'tool_use' } },
      {
        metadata: {
          usage: { inputTokens: 3, outputTokens: 5, totalTokens: 10, cacheReadInputTokens: 2 },
          metrics: { latencyMs: 0 },
        },
      },
    ])
  })

  it('reads our errors, before a stream and in it', async () => {
    const error = new GatewayError('rate-limit', 'Slow down.')
    const body = JSON.stringify(server.encodeError(error, 'r'))
    const headers = { 'x-amzn-errortype': exceptionName(error) }
    await expect(
      clientOf(error.status, body, headers).send(new ConverseCommand(asked)),
    ).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Slow down.' })
    const encoder = server.byteReplyEncoder!(emptyConversation(), HEAD)
    await expect(streamed(encoder.fail(error))).rejects.toMatchObject({
      name: 'ThrottlingException',
    })
  })
})
