import { describe, expect, it } from 'vitest'
import { collect } from '../../../app/conversation/collect.ts'
import type { Reply } from '../../../app/conversation/events.ts'
import { bedrockConverse } from '../../../app/dialects/bedrock-converse/index.ts'
import type {
  ContentBlock,
  ConverseResponse,
  TokenUsage,
} from '../../../app/dialects/bedrock-converse/wire.ts'
import type { AnswerHead } from '../../../app/dialects/dialect.ts'
import { type Recording, recordings, sharedRoot } from '../../fakes/shared.ts'
import { emptyConversation } from './cards.ts'
import { normalForm } from './normal-form.ts'
import { answerOf, type StreamMessage } from './stream-answer.ts'

const { client, server } = bedrockConverse
const HEAD: AnswerHead = { id: '', created: 0, model: 'test-model' }

/**
 * What our answers leave out or say once: the second spelling of the cache's figures, the empty
 * `serverToolUsage`, `tool_use` as the type of the caller's own tools, and text blocks without text.
 */
function normalAnswer(answer: ConverseResponse): unknown {
  const { output, usage, ...rest } = answer
  const content = output?.message?.content?.filter((block) => block.text !== '').map(normalBlock)
  return normalForm({
    ...rest,
    metrics: rest.metrics ?? { latencyMs: 0 },
    output: { message: { role: 'assistant', content } },
    usage: normalUsage(usage),
  })
}

function normalBlock(block: ContentBlock): ContentBlock {
  if (block.toolUse?.type !== 'tool_use') return block
  const { type: _, ...toolUse } = block.toolUse
  return { toolUse }
}

function normalUsage(usage: TokenUsage = {}): object {
  const { inputTokens = 0, outputTokens = 0, totalTokens, ...rest } = usage
  const {
    cacheReadInputTokenCount: _,
    cacheWriteInputTokenCount: __,
    ...known
  }: TokenUsage & { serverToolUsage?: unknown } = rest
  const total = inputTokens + outputTokens
  return { ...known, inputTokens, outputTokens, totalTokens: totalTokens ?? total }
}

/** Streamed arguments keep the model's spacing, which whole answers have lost. */
function spaceless(reply: Reply): Reply {
  const parts = reply.parts.map((part) =>
    part.type === 'tool-call'
      ? { ...part, arguments: JSON.stringify(JSON.parse(part.arguments)) }
      : part,
  )
  return { ...reply, parts }
}

const named = (all: Recording[]) => all.map((recording) => [recording.file, recording] as const)

describe.skipIf(!sharedRoot())('recorded answers', () => {
  const answers = recordings('aws/Converse').filter(({ response }) => response.status === 200)

  it.each(named(answers))('come back as they were: %s', (_, { response }) => {
    const reply = client.decodeReply(response.body)
    const again = server.encodeReply([reply], emptyConversation(), HEAD) as ConverseResponse
    expect(normalAnswer(again)).toEqual(normalAnswer(response.body as ConverseResponse))
  })
})

describe.skipIf(!sharedRoot())('recorded streams', () => {
  const streams = recordings('aws/ConverseStream').filter(({ response }) => response.bodyBase64)
  const whole = streams.filter(({ events }) => events?.some(isStop))
  const broken = streams.filter(({ events }) => !events?.some(isStop))

  function isStop(event: unknown) {
    return (event as StreamMessage).type === 'messageStop'
  }

  it.each(named(whole))('say what their events say: %s', (_, recording) => {
    const expected = client.decodeReply(answerOf(recording.events as StreamMessage[]))
    expect(spaceless(collected(bytesOf(recording)))).toEqual(spaceless(expected))
  })

  it.each(named(whole))('come back as they were: %s', (_, recording) => {
    const reply = collected(bytesOf(recording))
    const encoder = server.byteReplyEncoder!(emptyConversation(), HEAD)
    const decoder = client.replyDecoder()
    const events = decoder.read(bytesOf(recording))
    const again = encoder.write([...events, ...decoder.end()])
    expect(collected(again)).toEqual(reply)
  })

  it.each(named(broken))('throw where AWS broke off: %s', (_, recording) => {
    const decoder = client.replyDecoder()
    const read = () => {
      decoder.read(bytesOf(recording))
      decoder.end()
    }
    expect(read).toThrow(expect.objectContaining({ name: 'GatewayError' }))
  })

  const short = whole.filter((recording) => bytesOf(recording).length < 6000).slice(0, 6)
  it.each(named(short))('say the same cut at any byte: %s', (_, recording) => {
    const bytes = bytesOf(recording)
    const expected = collected(bytes)
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(collected(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(expected)
    }
  })

  function bytesOf({ response }: Recording): Uint8Array {
    return new Uint8Array(Buffer.from(response.bodyBase64!, 'base64'))
  }

  function collected(...pieces: Uint8Array[]) {
    const decoder = client.replyDecoder()
    const collector = collect()
    for (const piece of pieces) collector.add(decoder.read(piece))
    collector.add(decoder.end())
    return collector.reply()
  }
})
