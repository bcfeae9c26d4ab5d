import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { createApp } from '../../../app/app.ts'
import { createSseReader } from '../../../app/codecs/streams/sse.ts'
import { BODY_FORMATS, type BodyFormat } from '../../../app/dialects/detect.ts'
import { titanTextChunk, titanTextReply } from '../../../app/dialects/titan-text/wire.ts'
import { stagedRuntime } from '../../http/stage.ts'

const MODEL = 'a-model'
const QUESTION = "What's the weather in London?"
const app = createApp(stagedRuntime({ EMBEDDED_TOKENS_PER_SECOND: '0' }).runtime)

const LOCATION = {
  type: 'object',
  properties: { location: { type: 'string', description: 'City name' } },
  required: ['location'],
}
const NAMED = { name: 'get_weather', description: 'Get current weather' }

/** The same question in each format; Titan's has no tools. */
const BODIES: Record<BodyFormat, (withTools: boolean) => object> = {
  openai: (withTools) => ({
    model: MODEL,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: QUESTION },
    ],
    max_tokens: 200,
    ...(withTools && {
      tools: [{ type: 'function', function: { ...NAMED, parameters: LOCATION } }],
      tool_choice: 'auto',
    }),
  }),
  bedrock_claude: (withTools) => ({
    anthropic_version: 'bedrock-2023-05-31',
    model: MODEL,
    max_tokens: 200,
    system: 'Be brief.',
    messages: [{ role: 'user', content: QUESTION }],
    ...(withTools && {
      tools: [{ ...NAMED, input_schema: LOCATION }],
      tool_choice: { type: 'auto' },
    }),
  }),
  bedrock_titan: () => ({
    model: MODEL,
    inputText: `User: ${QUESTION}\nBot:`,
    textGenerationConfig: { maxTokenCount: 200 },
  }),
}

interface Said {
  text: string
  calls: { name: string; input: unknown }[]
  stop: string | null
  output: number
}

/** How each vendor's own client reads an answer. */
const READERS: Record<BodyFormat, (answer: Response, stream: boolean) => Promise<Said>> = {
  async openai(answer, stream) {
    const client = new OpenAI({ apiKey: 'k', fetch: async () => answer, maxRetries: 0 })
    const asked = { model: MODEL, messages: [] }
    const completion = stream
      ? await client.chat.completions.stream(asked).finalChatCompletion()
      : await client.chat.completions.create(asked)
    const [choice] = completion.choices
    const calls = choice!.message.tool_calls ?? []
    return {
      text: choice!.message.content ?? '',
      calls: calls.flatMap((call) =>
        call.type === 'function'
          ? [{ name: call.function.name, input: JSON.parse(call.function.arguments) }]
          : [],
      ),
      stop: choice!.finish_reason,
      // A stream of OpenAI's tells its bill only to who asks for it.
      output: completion.usage?.completion_tokens ?? Number.NaN,
    }
  },

  async bedrock_claude(answer, stream) {
    const client = new Anthropic({ apiKey: 'k', fetch: async () => answer, maxRetries: 0 })
    const asked = { model: MODEL, messages: [], max_tokens: 1 }
    const message = stream
      ? await client.messages.stream(asked).finalMessage()
      : await client.messages.create(asked)
    return {
      text: message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
      calls: message.content.flatMap((block) =>
        block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : [],
      ),
      stop: message.stop_reason,
      output: message.usage.output_tokens,
    }
  },

  // Titan has no client of its own: its shapes are the recorded ones, nothing more and nothing less.
  async bedrock_titan(answer, stream) {
    if (!stream) {
      const { results } = (titanTextReply as z.ZodObject).strict().parse(await answer.json())
      const [result] = results as z.infer<typeof titanTextReply>['results']
      const { outputText: text, completionReason: stop, tokenCount: output } = result!
      return { text, calls: [], stop, output }
    }
    const reader = createSseReader()
    const events = reader.read(new Uint8Array(await answer.arrayBuffer()))
    const chunks = [...events, ...reader.end()].map(({ data }) =>
      (titanTextChunk as z.ZodObject).strict().parse(JSON.parse(data)),
    ) as z.infer<typeof titanTextChunk>[]
    const last = chunks.at(-1)!
    return {
      text: chunks.map(({ outputText }) => outputText).join(''),
      calls: [],
      stop: last.completionReason,
      output: last.totalOutputTextTokenCount ?? Number.NaN,
    }
  },
}

const STOPS: Record<BodyFormat, { words: string; call: string }> = {
  openai: { words: 'stop', call: 'tool_calls' },
  bedrock_claude: { words: 'end_turn', call: 'tool_use' },
  bedrock_titan: { words: 'FINISH', call: 'FINISH' },
}

const cases = BODY_FORMATS.flatMap((input) =>
  BODY_FORMATS.flatMap((output) =>
    [false, true].flatMap((stream) =>
      [false, true]
        .filter((withTools) => !withTools || input !== 'bedrock_titan')
        .map((withTools) => ({ input, output, stream, withTools })),
    ),
  ),
)

const ask = (input: BodyFormat, path: string, more: { stream?: boolean; withTools?: boolean }) =>
  app.request(`/v1/chat/completions${path}`, {
    method: 'POST',
    body: JSON.stringify({
      ...BODIES[input](more.withTools ?? false),
      ...(more.stream && { stream: true }),
    }),
  })

describe('a question in any format', () => {
  it.each(cases)(
    '$input is answered in $output (stream: $stream, tools: $withTools)',
    async ({ input, output, stream, withTools }) => {
      const answer = await ask(input, `?target_format=${output}`, { stream, withTools })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toMatch(
        stream ? /^text\/event-stream/ : /^application\/json/,
      )
      const ignored = answer.headers.get('x-outcrop-ignored-params') ?? ''
      const { text, calls, stop, output: tokens } = await READERS[output](answer, stream)
      if (withTools && output !== 'bedrock_titan') {
        expect(calls).toEqual([{ name: 'get_weather', input: { location: 'London' } }])
        expect(stop).toBe(STOPS[output].call)
      } else {
        expect(text).toContain('weather in London')
        expect(calls).toEqual([])
        expect(stop).toBe(STOPS[output].words)
      }
      // What an answer of Titan's has no room for is not asked for, and that is told.
      expect(ignored.split(', ').includes('tools')).toBe(withTools && output === 'bedrock_titan')
      if (!(stream && output === 'openai')) expect(tokens).toBeGreaterThan(0)
    },
  )

  it.each(BODY_FORMATS)("%s is answered in OpenAI's format when nothing is said", async (input) => {
    const said = await READERS.openai(await ask(input, '', {}), false)
    expect(said.stop).toBe('stop')
    const streamed = await ask(input, '', { stream: true })
    expect(await streamed.text()).toMatch(/data: \[DONE\]\n\n$/)
  })
})

describe('what an answer has no room for', () => {
  const refused = async (format: string, more: object) => {
    const answer = await app.request(`/v1/chat/completions?target_format=${format}`, {
      method: 'POST',
      body: JSON.stringify({ ...BODIES.openai(true), ...more }),
    })
    const { error } = (await answer.json()) as { error: { param: string; code: string } }
    return [answer.status, error.code, error.param]
  }

  it.each([
    ['bedrock_titan', { tool_choice: 'required' }, 'tool_choice'],
    ['bedrock_titan', { store: true }, 'store'],
    ['bedrock_claude', { n: 2 }, 'n'],
    ['bedrock_claude', { store: true }, 'store'],
    [
      'bedrock_claude',
      { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } },
      'modalities',
    ],
  ])('is refused in %s: %j', async (format, more, param) => {
    expect(await refused(format, more)).toEqual([400, 'unsupported_parameter', param])
  })

  it('is left out and named where it would only not be seen', async () => {
    const answer = await app.request('/v1/chat/completions?target_format=bedrock_claude', {
      method: 'POST',
      body: JSON.stringify({ ...BODIES.openai(false), logprobs: true, top_logprobs: 2 }),
    })
    expect(answer.status).toBe(200)
    const ignored = answer.headers.get('x-outcrop-ignored-params')!.split(', ')
    expect(ignored).toEqual(expect.arrayContaining(['logprobs', 'top_logprobs']))
  })

  it('has as many results in Titan as were asked for', async () => {
    const answer = await app.request('/v1/chat/completions?target_format=bedrock_titan', {
      method: 'POST',
      body: JSON.stringify({ ...BODIES.openai(false), n: 2 }),
    })
    expect(((await answer.json()) as { results: unknown[] }).results).toHaveLength(2)
  })
})
