import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { replay, type Script } from '../fakes/fake-bedrock.ts'
import { textFrames, textReply, toolCallFrames } from '../fakes/fake-bedrock-frames.ts'
import { recordings, sharedRoot } from '../fakes/shared.ts'
import { MODELS } from '../features/stage.ts'
import { useOpenaiClient } from './openai-client.ts'

const stand = useOpenaiClient()
const { bedrock } = stand

const QUESTION = 'What is the weather in San Francisco, CA?'
const hello = [{ role: 'user' as const, content: QUESTION }]

/** The recorded answers of one conversation, in its order. */
function recorded(...files: string[]): Script[] {
  const all = ['aws/Converse', 'aws/ConverseStream'].flatMap(recordings)
  return files.map((start) => replay(all.find(({ file }) => file.startsWith(`aws/${start}`))!))
}

const withRecordings = sharedRoot() ? ['ours', 'recorded'] : ['ours']

describe('stream()', () => {
  const streams = recordings('aws/ConverseStream').filter(
    ({ response, events }) =>
      response.status === 200 && !JSON.stringify(events).includes('xception"'),
  )

  it('gathers a streamed answer', async () => {
    bedrock.fake.script({ frames: textFrames(['Hello', ' there', '.']) })
    const stream = stand.client.chat.completions.stream({ model: MODELS.nova, messages: hello })
    const heard: string[] = []
    stream.on('content', (piece) => heard.push(piece))
    expect(await stream.finalContent()).toBe('Hello there.')
    expect(heard.join('')).toBe('Hello there.')
  })

  it.skipIf(streams.length === 0)('gathers every recorded stream', async () => {
    for (const recording of streams) {
      bedrock.fake.forget()
      bedrock.fake.script({ ...replay(recording), cutEvery: 97 })
      const stream = stand.client.chat.completions.stream({
        model: MODELS.nova,
        messages: hello,
        stream_options: { include_usage: true },
      })
      const { choices, usage } = await stream.finalChatCompletion()
      const told = (recording.events as RecordedEvent[]).flatMap(({ payload }) => payload)
      const text = told.map(({ delta }) => delta?.text ?? '').join('')
      const calls = told.flatMap(({ start }) => start?.toolUse ?? [])
      const ours = calls.filter(({ type }) => type !== 'server_tool_use')
      expect(choices[0]!.message.content ?? '', recording.file).toBe(text)
      const { tool_calls = [] } = choices[0]!.message
      expect(tool_calls.map((call) => call.type === 'function' && call.function.name)).toEqual(
        ours.map(({ name }) => name),
      )
      for (const call of tool_calls) {
        if (call.type === 'function')
          expect(() => JSON.parse(call.function.arguments)).not.toThrow()
      }
      expect(usage?.total_tokens).toBeGreaterThan(0)
    }
  })

  it('ends early and quietly when it is aborted', async () => {
    bedrock.fake.script({ frames: textFrames(Array(50).fill('more ')), stallAfter: 3 })
    const stream = stand.client.chat.completions.stream({ model: MODELS.nova, messages: hello })
    const left = new Promise((resolve) => stream.on('abort', resolve))
    stream.on('content', () => stream.abort())
    await left
    await bedrock.fake.waitForAbort()
  })

  it('tells of a stream that broke off', async () => {
    bedrock.fake.script({
      frames: [
        ...textFrames(['Hel']).slice(0, 2),
        { exception: 'throttlingException', payload: { message: 'slow down' } },
      ],
    })
    const stream = stand.client.chat.completions.stream({ model: MODELS.nova, messages: hello })
    await expect(stream.finalContent()).rejects.toThrow(/slow down/)
  })
})

interface RecordedEvent {
  payload: {
    delta?: { text?: string }
    start?: { toolUse?: { name: string; type?: string } }
  }
}

describe('parse()', () => {
  const City = z.object({ city: z.string(), country: z.string(), population: z.number() })
  const PARIS = { city: 'Paris', country: 'France', population: 2161000 }
  const answers: Record<string, () => Script[]> = {
    ours: () => [{ body: textReply(JSON.stringify(PARIS)) }],
    recorded: () =>
      recorded('Converse/us.anthropic.claude-sonnet-4-6__bedrock-native-output-supported'),
  }

  it.each(withRecordings)(
    'reads an answer of a model with structured output: %s',
    async (which) => {
      answers[which]!().forEach(bedrock.fake.script)
      const completion = await stand.client.chat.completions.parse({
        model: MODELS.claude,
        messages: [{ role: 'user', content: 'What is the capital of France?' }],
        response_format: zodResponseFormat(City, 'CityInfo'),
      })
      expect(completion.choices[0]!.message.parsed).toEqual(PARIS)
    },
  )

  it('reads an answer of a model without', async () => {
    const frames = toolCallFrames('t1', 'final_answer', [JSON.stringify(PARIS)])
    bedrock.fake.script({ frames })
    const stream = stand.client.chat.completions.stream({
      model: MODELS.nova,
      messages: [{ role: 'user', content: 'What is the capital of France?' }],
      response_format: zodResponseFormat(City, 'CityInfo'),
    })
    const completion = await stream.finalChatCompletion()
    expect(completion.choices[0]!.message.parsed).toEqual(PARIS)
  })
})

const CALL = { location: 'San Francisco, CA' }

/** A tool of the caller's, and with what it was called. */
function weather() {
  const calls: unknown[] = []
  const tool = {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      description: 'Get the weather for a location.',
      parameters: {
        type: 'object',
        properties: { location: { type: 'string' } },
        required: ['location'],
      },
      parse: JSON.parse,
      function: (call: unknown) => {
        calls.push(call)
        return "It's sunny."
      },
    },
  }
  return { calls, tool }
}

describe('runTools()', () => {
  const wholes: Record<string, () => Script[]> = {
    ours: () => [
      {
        body: {
          output: {
            message: {
              role: 'assistant',
              content: [{ toolUse: { toolUseId: 't1', name: 'get_weather', input: CALL } }],
            },
          },
          stopReason: 'tool_use',
          usage: { inputTokens: 5, outputTokens: 5, totalTokens: 10 },
        },
      },
      { body: textReply('It is sunny there.') },
    ],
    recorded: () =>
      recorded(
        'Converse/us.anthropic.claude-sonnet-5__agent-loop-v0-0',
        'Converse/us.anthropic.claude-sonnet-5__agent-loop-v0-1',
      ),
  }
  const streamed: Record<string, () => Script[]> = {
    ours: () => [
      { frames: toolCallFrames('t1', 'get_weather', ['{"location":', '"San Francisco, CA"}']) },
      { frames: textFrames(['It is ', 'sunny there.']) },
    ],
    recorded: () =>
      recorded(
        'ConverseStream/us.anthropic.claude-sonnet-5__agent-loop-streaming-v0-0',
        'ConverseStream/us.amazon.nova-micro-v1-0__bedrock-model-stream-0',
      ),
  }

  it.each(withRecordings)('goes on until the model is done: %s', async (which) => {
    wholes[which]!().forEach(bedrock.fake.script)
    const { calls, tool } = weather()
    const runner = stand.client.chat.completions.runTools({
      model: 'us.anthropic.claude-sonnet-5',
      messages: hello,
      tools: [tool],
    })
    expect(await runner.finalContent()).toMatch(/sunny/)
    expect(calls).toEqual([CALL])
    checkConversation()
  })

  it.each(withRecordings)('goes on over streams: %s', async (which) => {
    streamed[which]!().forEach(bedrock.fake.script)
    const { calls, tool } = weather()
    const runner = stand.client.chat.completions.runTools({
      model: 'us.anthropic.claude-sonnet-5',
      stream: true,
      messages: hello,
      tools: [tool],
    })
    expect(await runner.finalContent()).toMatch(/\w/)
    expect(calls).toEqual([CALL])
    checkConversation()
  })

  /** What AWS was asked the second time: the question, the call, its result. */
  function checkConversation(): void {
    const [, second] = bedrock.sent()
    const messages = second!['messages'] as { role: string; content: object[] }[]
    const call = messages[1]!.content.at(-1) as { toolUse: { toolUseId: string } }
    expect(messages).toMatchObject([
      { role: 'user', content: [{ text: QUESTION }] },
      { role: 'assistant' },
      { role: 'user', content: [{ toolResult: { content: [{ text: "It's sunny." }] } }] },
    ])
    expect(call.toolUse).toMatchObject({ name: 'get_weather', input: CALL })
    expect(messages[2]!.content[0]).toMatchObject({
      toolResult: { toolUseId: call.toolUse.toolUseId },
    })
  }
})

describe('errors', () => {
  it('are the SDK’s own classes', async () => {
    bedrock.fake.script({
      status: 429,
      errorType: 'ThrottlingException',
      body: { message: 'slow' },
    })
    const asking = stand.client.chat.completions.create({ model: MODELS.nova, messages: hello })
    await expect(asking).rejects.toThrow(OpenAI.RateLimitError)
    const unknown = stand.client.chat.completions.create({ model: 'nobody', messages: hello })
    await expect(unknown).rejects.toThrow(OpenAI.NotFoundError)
  })
})
