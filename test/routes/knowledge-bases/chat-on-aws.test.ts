import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeBedrock, startFakeBedrock } from '../../fakes/fake-bedrock.ts'
import { textFrames, textReply } from '../../fakes/fake-bedrock-frames.ts'
import { type FakeKnowledge, SESSION, startFakeKnowledge } from '../../fakes/fake-knowledge.ts'
import { awsApp, eventsOf, type Json, spoken } from './stage.ts'

let bedrock: FakeBedrock
let knowledge: FakeKnowledge
let kb: string
const TEXT = 'Refunds are paid within fourteen days.'

beforeAll(async () => {
  bedrock = await startFakeBedrock()
  knowledge = await startFakeKnowledge()
})
beforeEach(() => {
  bedrock.forget()
  bedrock.requests.length = 0
  knowledge.reset()
  kb = knowledge.plant('kb', [
    { key: 'refunds.txt', text: TEXT },
    { key: 'ship.txt', text: 'Shipping and refunds of shipping.' },
  ])
})
afterAll(async () => {
  await bedrock.close()
  await knowledge.close()
})

const open = (env: Record<string, string> = {}) => awsApp({ bedrock, knowledge }, env)
const MODEL = 'amazon.nova-lite-v1:0'
const body = (more: Json = {}): Json => ({
  model: MODEL,
  messages: [{ role: 'user', content: 'When are refunds paid?' }],
  ...more,
})

interface Converse {
  system?: unknown
  messages: { role: string; content: { text: string }[] }[]
}
const sent = () => bedrock.requests.map(({ json }) => json as Converse)

describe('chat with a knowledge base of AWS', () => {
  it('asks the base first, and puts what it knows in front of the last words', async () => {
    const { chat } = open()
    bedrock.script({ body: textReply('Within fourteen days [1].') })
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'When are refunds paid?' },
    ]
    const retrieval_config = { max_results: 2, filter: undefined }
    const response = await chat(body({ messages, knowledge_base_id: kb, retrieval_config }))
    expect(knowledge.requests.map(({ path, json }) => ({ path, json }))).toEqual([
      {
        path: `/knowledgebases/${kb}/retrieve`,
        json: {
          retrievalQuery: { text: 'When are refunds paid?' },
          retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 2 } },
        },
      },
    ])
    const [{ system, messages: told }] = sent() as [Converse]
    expect(system).toEqual([{ text: 'Be brief.' }])
    expect(told.slice(0, 2)).toEqual([
      { role: 'user', content: [{ text: 'Hi' }] },
      { role: 'assistant', content: [{ text: 'Hello' }] },
    ])
    const [context, words] = told[2]!.content
    expect(words).toEqual({ text: 'When are refunds paid?' })
    expect(context!.text).toMatch(/^=== KNOWLEDGE BASE CONTEXT ===\n/)
    expect(context!.text).toContain(`[1] refunds.txt (s3://docs/refunds.txt)\n${TEXT}\n`)
    expect(await response.json()).toMatchObject({
      model: MODEL,
      choices: [
        {
          message: {
            content: `Within fourteen days [1].\n\n**Sources:**\n[1] Document: s3://docs/refunds.txt, Type: S3\n    Excerpt: "${TEXT}"`,
            annotations: [
              {
                url_citation: {
                  url: 's3://docs/refunds.txt',
                  title: 'refunds.txt',
                  start_index: 21,
                  end_index: 24,
                },
              },
            ],
          },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 9, completion_tokens: 4 },
      kb_metadata: {
        knowledge_base_used: true,
        knowledge_base_id: kb,
        citations_count: 1,
        retrieved_count: 2,
        session_id: null,
      },
    })
  })

  it('streams, which the server of source-3 answers with plain JSON', async () => {
    const { chat } = open()
    bedrock.script({ frames: textFrames(['Within fourteen', ' days [', '1].']) })
    const response = await chat(body({ knowledge_base_id: kb, stream: true }))
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(spoken(await response.text())).toEqual({
      content: expect.stringMatching(/^Within fourteen days \[1\]\.\n\n\*\*Sources:\*\*\n\[1\] /),
      annotations: [expect.objectContaining({ type: 'url_citation' })],
      metadata: expect.objectContaining({ citations_count: 1 }),
      done: true,
    })
  })

  it("tells sources in Bedrock's form when asked to", async () => {
    const { chat } = open()
    for (const stream of [false, true]) {
      bedrock.forget()
      bedrock.script(
        stream ? { frames: textFrames(['14 days [1].']) } : { body: textReply('14 days [1].') },
      )
      const asked = body({ knowledge_base_id: kb, citation_format: 'bedrock', stream })
      const text = await (await chat(asked)).text()
      const whole = stream ? undefined : JSON.parse(text)
      const said = whole ? whole.choices[0].message : spoken(text)
      const metadata = whole ? whole.kb_metadata : spoken(text).metadata
      expect(said).toMatchObject({ content: '14 days [1].', annotations: [] })
      expect(metadata.citations).toEqual([
        {
          generatedResponsePart: {
            textResponsePart: { text: '14 days [1]', span: { start: 0, end: 11 } },
          },
          retrievedReferences: [
            {
              content: { text: TEXT, type: 'TEXT' },
              location: { type: 'S3', s3Location: { uri: 's3://docs/refunds.txt' } },
              metadata: { 'x-amz-bedrock-kb-source-uri': 's3://docs/refunds.txt' },
            },
          ],
        },
      ])
    }
  })

  it.each(['knowledgeBaseId', 'kb_id', 'kbId'])('takes %s for knowledge_base_id', async (name) => {
    const { chat } = open()
    expect((await chat(body({ [name]: kb }))).status).toBe(200)
    expect(knowledge.requests).toHaveLength(1)
    expect(sent()[0]).not.toHaveProperty('additionalModelRequestFields')
  })

  it('keeps JSON whole', async () => {
    const { chat } = open()
    bedrock.script({ body: textReply('{"days":[1]}') })
    const response_format = { type: 'json_object' }
    const response = await chat(body({ knowledge_base_id: kb, response_format }))
    const { choices } = (await response.json()) as { choices: [{ message: Json }] }
    expect(choices[0].message['content']).toBe('{"days":[1]}')
    expect(sent()[0]!.messages[0]!.content[0]!.text).not.toContain('square brackets')
  })

  it('tells the model when nothing was found', async () => {
    const { chat } = open()
    const messages = [{ role: 'user', content: 'Quantum chromodynamics?' }]
    const response = await chat(body({ knowledge_base_id: kb, messages }))
    expect(sent()[0]!.messages[0]!.content[0]!.text).toContain('holds nothing about it')
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: 'Hello there.' } }],
      kb_metadata: { citations_count: 0, retrieved_count: 0 },
    })
  })

  it('costs requests without it nothing', async () => {
    const { chat } = open()
    const response = await chat(body())
    expect(await response.json()).not.toHaveProperty('kb_metadata')
    expect(knowledge.requests).toEqual([])
  })
})

describe('auto_kb', () => {
  const messages = [{ role: 'user', content: 'Find what we say about refunds' }]

  it("asks the server's own base when the words want it", async () => {
    const { chat } = open({ DEFAULT_KNOWLEDGE_BASE_ID: kb })
    const response = await chat(body({ auto_kb: true, messages }))
    expect(await response.json()).toMatchObject({ kb_metadata: { knowledge_base_used: true } })
    expect(knowledge.requests).toHaveLength(1)
  })

  it('leaves other words alone, and says so', async () => {
    const { chat } = open({ DEFAULT_KNOWLEDGE_BASE_ID: kb })
    const poem = [{ role: 'user', content: 'Write a poem about bees' }]
    const response = await chat(body({ auto_kb: true, messages: poem }))
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: 'Hello there.', annotations: [] } }],
      kb_metadata: { knowledge_base_used: false, knowledge_base_id: kb, citations_count: 0 },
    })
    expect(knowledge.requests).toEqual([])
    expect(sent()[0]!.messages[0]!.content).toHaveLength(1)
  })

  it('asks a base that is named whatever the words', async () => {
    const { chat } = open()
    const poem = [{ role: 'user', content: 'Write a poem about refunds' }]
    await chat(body({ auto_kb: true, knowledge_base_id: kb, messages: poem }))
    expect(knowledge.requests).toHaveLength(1)
  })

  it.each([
    [{ auto_kb: true, retrieval_config: {} }, 'auto_kb, retrieval_config'],
    [{ citation_format: 'bedrock', retrieval_config: {} }, 'retrieval_config, citation_format'],
  ])('names %j as ignored where there is no base', async (more, ignored) => {
    const { chat } = open()
    const response = await chat(body({ messages, ...more }))
    expect(response.status).toBe(200)
    expect(response.headers.get('x-outcrop-ignored-params')).toBe(ignored)
  })
})

describe('what fails', () => {
  const error = async (response: Response) => ({
    status: response.status,
    ...((await response.json()) as { error: Json }).error,
  })

  it('is the request, not the knowledge alone', async () => {
    const { chat } = open()
    knowledge.refuse('/retrieve', 429, 'ThrottlingException', 'Slow down.')
    expect(await error(await chat(body({ knowledge_base_id: kb, stream: true })))).toMatchObject({
      status: 429,
      type: 'rate_limit_error',
    })
    expect(bedrock.requests).toEqual([])
  })

  it('is a base nobody has, or may use', async () => {
    const unknown = { status: 404, param: 'knowledge_base_id', type: 'invalid_request_error' }
    const asked = (id: string, env: Record<string, string> = {}) =>
      open(env).chat(body({ knowledge_base_id: id }))
    expect(await error(await asked('AAAAAAAAAA'))).toMatchObject(unknown)
    expect(await error(await asked('../../x'))).toMatchObject(unknown)
    expect(await error(await asked(kb, { KNOWLEDGE_BASES: '' }))).toMatchObject(unknown)
    expect(bedrock.requests).toEqual([])
  })

  it.each([
    [{ knowledge_base_id: '' }, 'knowledge_base_id'],
    [{ knowledge_base_id: 7 }, 'knowledge_base_id'],
    [{ auto_kb: 'yes' }, 'auto_kb'],
    [{ citation_format: 'apa' }, 'citation_format'],
    [{ retrieval_config: { max_results: 0 } }, 'retrieval_config.max_results'],
    [{ knowledge_base_id: 'K', messages: [{ role: 'assistant', content: 'x' }] }, 'messages'],
  ])('is %j', async (more, param) => {
    const response = await open().chat(body(more))
    expect(await error(response)).toMatchObject({ status: 400, param })
  })

  it('is AWS without credentials, though an API key asks models', async () => {
    const env = { AWS_ACCESS_KEY_ID: '', AWS_BEARER_TOKEN_BEDROCK: 'ABSK' }
    const response = await open(env).chat(body({ knowledge_base_id: kb }))
    expect(await error(response)).toMatchObject({ status: 503, code: 'feature_unavailable' })
  })
})

describe('retrieve-and-generate on AWS', () => {
  const path = () => `/v1/knowledge-bases/${kb}/retrieve-and-generate`
  const MODEL_ARN = `arn:aws:bedrock:eu-west-3::foundation-model/${MODEL}`

  it("relays Bedrock's answer", async () => {
    const { ask } = open({ AWS_BEDROCK_GUARDRAIL_IDENTIFIER: 'abc' })
    const asked = { query: 'When are refunds paid?', modelArn: MODEL_ARN, sessionId: 's-1' }
    expect(await ask('POST', path(), asked)).toMatchObject([
      200,
      {
        output: TEXT,
        citations: [{ retrievedReferences: [{ content: { text: TEXT } }] }],
        sessionId: 's-1',
        guardrailAction: 'NONE',
      },
    ])
    // The model is asked where the base is, whatever region its ARN named; and guarded like every other.
    expect(knowledge.requests.map(({ json }) => json)).toMatchObject([
      {
        retrieveAndGenerateConfiguration: {
          knowledgeBaseConfiguration: {
            knowledgeBaseId: kb,
            modelArn: MODEL,
            generationConfiguration: {
              guardrailConfiguration: { guardrailId: 'abc', guardrailVersion: 'DRAFT' },
            },
          },
        },
      },
    ])
    expect(bedrock.requests).toEqual([])
  })

  it('relays its stream, and writes down who served', async () => {
    const { send, log } = open()
    const response = await send('POST', path(), { query: 'refunds?', model: MODEL, stream: true })
    expect(response.headers.get('x-bedrock-model')).toBe(MODEL)
    const events = eventsOf(await response.text())
    expect(events.map((event) => (event === '[DONE]' ? event : event['type']))).toEqual([
      'output',
      'output',
      'citation',
      'end',
      '[DONE]',
    ])
    expect(events.at(-2)).toEqual({ type: 'end', sessionId: SESSION })
    expect(log().at(-1)).toMatchObject({
      outcome: 'answered',
      served_model_id: MODEL,
      region: 'us-east-1',
      stream: true,
      usage: { estimated: true },
    })
  })

  it('ends a stream that breaks with the error, and without [DONE]', async () => {
    const { send } = open()
    knowledge.frames = [
      { event: 'output', payload: { text: 'Refunds' } },
      { exception: 'internalServerException', payload: { message: 'Oh.' } },
    ]
    const response = await send('POST', path(), { query: 'refunds?', model: MODEL, stream: true })
    const events = eventsOf(await response.text())
    expect(events).toMatchObject([{ type: 'output' }, { error: { code: 'upstream_error' } }])
  })

  it('fails with a status where nothing was said yet', async () => {
    const { send } = open()
    knowledge.frames = [{ exception: 'throttlingException', payload: { message: 'Slow down.' } }]
    const asked = { query: 'refunds?', model: MODEL, stream: true }
    expect((await send('POST', path(), asked)).status).toBe(429)
  })

  it('is refused for a model nobody has', async () => {
    const { ask } = open()
    const asked = { query: 'x?', model: 'no-such-model' }
    expect(await ask('POST', path(), asked)).toMatchObject([404, { error: { param: 'model' } }])
    expect(knowledge.requests).toEqual([])
  })
})
