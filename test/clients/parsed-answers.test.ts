import Anthropic from '@anthropic-ai/sdk'
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema'
import OpenAI from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { MODELS, useFakeBedrock } from '../features/stage.ts'

const bedrock = useFakeBedrock()

const ROME = { city: 'Rome' }
const USAGE = { inputTokens: 9, outputTokens: 4, totalTokens: 13 }

/** Clients of both vendors in front of a Bedrock that says these texts, each a block of its own. */
function clients(texts: readonly (string | object)[]) {
  const content = texts.map((piece) =>
    typeof piece === 'string' ? { text: piece } : { reasoningContent: piece },
  )
  bedrock.fake.script({
    body: {
      output: { message: { role: 'assistant', content } },
      stopReason: 'end_turn',
      usage: USAGE,
    },
  })
  const { app } = bedrock.open()
  const fetch = async (url: string | URL | Request, init?: RequestInit) => app.request(url, init)
  const manner = { apiKey: 'k', fetch, maxRetries: 0 }
  return {
    openai: new OpenAI({ ...manner, baseURL: 'http://here/v1' }),
    anthropic: new Anthropic({ ...manner, baseURL: 'http://here/anthropic' }),
  }
}

/** The same as a stream. */
function streaming(texts: readonly (string | object)[]) {
  const stand = clients([])
  bedrock.fake.forget()
  const blocks = texts.flatMap((piece, contentBlockIndex) => {
    const delta =
      typeof piece === 'string' ? { text: piece } : { reasoningContent: { text: 'Hm.' } }
    return [
      { event: 'contentBlockDelta', payload: { contentBlockIndex, delta } },
      { event: 'contentBlockStop', payload: { contentBlockIndex } },
    ]
  })
  bedrock.fake.script({
    frames: [
      { event: 'messageStart', payload: { role: 'assistant' } },
      ...blocks,
      { event: 'messageStop', payload: { stopReason: 'end_turn' } },
      { event: 'metadata', payload: { usage: USAGE, metrics: { latencyMs: 1 } } },
    ],
  })
  return stand
}

const THOUGHT = { reasoningText: { text: 'Hm.' } }
const CASES: [name: string, texts: (string | object)[]][] = [
  ['in two blocks', ['{"city":', '"Rome"}']],
  ['behind a block of words', ['Here it is: ', '{"city":"Rome"}', ' Well?']],
  ['around a thought', ['{"city":', THOUGHT, '"Rome"}']],
  ['before another', ['{"city":"Rome"}', '{"city":"Bonn"}']],
]

const FORM = zodTextFormat(z.object({ city: z.string() }), 'place')
const ask = { model: MODELS.llama, input: 'Where?', text: { format: FORM } }

// The SDKs parse every text of an answer by itself, and throw for one that is no JSON.
describe('JSON that comes in pieces is one text to', () => {
  it.each(CASES)('responses: %s', async (_, texts) => {
    const { openai } = clients(texts)
    expect((await openai.responses.parse(ask)).output_parsed).toEqual(ROME)
  })

  it.each(CASES)('streamed responses: %s', async (_, texts) => {
    const { openai } = streaming(texts)
    const response = await openai.responses.stream(ask).finalResponse()
    expect(response.output_parsed).toEqual(ROME)
    const said = response.output.filter(({ type }) => type === 'message')
    expect(said).toMatchObject([{ content: [{ text: '{"city":"Rome"}' }] }])
  })

  const format = jsonSchemaOutputFormat({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  })
  const message = {
    model: MODELS.llama,
    max_tokens: 100,
    messages: [{ role: 'user' as const, content: 'Where?' }],
    output_config: { format },
  }

  it.each(CASES)('messages: %s', async (_, texts) => {
    const { anthropic } = clients(texts)
    expect((await anthropic.messages.parse(message)).parsed_output).toEqual(ROME)
  })

  it.each(CASES)('streamed messages: %s', async (_, texts) => {
    const { anthropic } = streaming(texts)
    const { parsed_output, content } = await anthropic.messages.stream(message).finalMessage()
    expect(parsed_output).toEqual(ROME)
    expect(content.filter(({ type }) => type === 'text')).toHaveLength(1)
  })
})
