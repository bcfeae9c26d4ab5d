import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { collect } from '../../../../app/conversation/collect.ts'
import type { Conversation } from '../../../../app/conversation/conversation.ts'
import type { ReplyEvent } from '../../../../app/conversation/events.ts'
import { type FakeKnowledge, SESSION, startFakeKnowledge } from '../../../fakes/fake-knowledge.ts'
import { faultsIn, type ServiceModel } from '../../../fakes/service-model.ts'
import { sharedJson, sharedRoot } from '../../../fakes/shared.ts'
import { callOf, open, question } from './stage.ts'

let fake: FakeKnowledge
let base: string
beforeAll(async () => {
  fake = await startFakeKnowledge()
})
beforeEach(() => {
  fake.reset()
  base = fake.plant('kb', [{ key: 'refunds.txt', text: TEXT, metadata: { year: 2026 } }])
})
afterAll(() => fake.close())

const TEXT = 'Refunds are paid within fourteen days — “fast”.'
const anna = callOf('anna')
const call = { requestId: 'r', signal: anna.signal }

const generator = async () =>
  open(fake, { KNOWLEDGE_BASES: '*' }).generator!(
    { base, model: { idIn: async () => 'us.amazon.nova-lite-v1:0' } },
    anna,
  )

const PASSAGE = {
  text: TEXT,
  uri: 's3://docs/refunds.txt',
  title: 'refunds.txt',
  location: { type: 'S3', s3Location: { uri: 's3://docs/refunds.txt' } },
  metadata: { 'x-amz-bedrock-kb-source-uri': 's3://docs/refunds.txt', year: 2026 },
}
const SPAN = { text: TEXT, start: 0, end: TEXT.length, passages: [PASSAGE] }

/** Everything a request can say. */
const full = (): Conversation =>
  question('When are refunds paid?', base, {
    settings: { maxTokens: 100, temperature: 0.5, topP: 0.9, stop: ['END'] },
    guardrail: { id: 'abc', version: '3' },
    knowledge: {
      base,
      citations: 'apart',
      results: 4,
      generation: {
        session: SESSION,
        native: { promptTemplate: { textPromptTemplate: 'Say $search_results$.' } },
      },
      params: [],
    },
  })

async function eventsOf(conversation: Conversation): Promise<ReplyEvent[]> {
  const { events } = await (await generator())!.stream(conversation, call)
  const all: ReplyEvent[] = []
  for (let batch = await events.read(); batch; batch = await events.read()) all.push(...batch)
  return all
}

describe('RetrieveAndGenerate', () => {
  it('is asked with all that was said, in the words of its own', async () => {
    await (await generator())!.reply(full(), call)
    const { path, json, signature } = fake.requests.at(-1)!
    expect({ path, json, signature }).toEqual({
      path: '/retrieveAndGenerate',
      signature: 'valid',
      json: {
        input: { text: 'When are refunds paid?' },
        sessionId: SESSION,
        retrieveAndGenerateConfiguration: {
          type: 'KNOWLEDGE_BASE',
          knowledgeBaseConfiguration: {
            knowledgeBaseId: base,
            modelArn: 'us.amazon.nova-lite-v1:0',
            retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 4 } },
            generationConfiguration: {
              promptTemplate: { textPromptTemplate: 'Say $search_results$.' },
              inferenceConfig: {
                textInferenceConfig: {
                  maxTokens: 100,
                  temperature: 0.5,
                  topP: 0.9,
                  stopSequences: ['END'],
                },
              },
              guardrailConfiguration: { guardrailId: 'abc', guardrailVersion: '3' },
            },
          },
        },
      },
    })
  })

  it.skipIf(!sharedRoot())('fits the service model', async () => {
    const model = sharedJson('specs/aws/bedrock-agent-runtime.service-2.json') as ServiceModel
    await (await generator())!.reply(full(), call)
    await eventsOf(full())
    const bodies = fake.requests.map(({ json }) => json)
    expect(faultsIn(bodies[0], 'RetrieveAndGenerateRequest', model)).toEqual([])
    expect(faultsIn(bodies[1], 'RetrieveAndGenerateStreamRequest', model)).toEqual([])
    expect(fake.requests.map(({ path }) => path)).toEqual([
      model.operations['RetrieveAndGenerate']!.http.requestUri,
      model.operations['RetrieveAndGenerateStream']!.http.requestUri,
    ])
  })

  it('gives its words, what they rest on, and an estimate of the bill', async () => {
    const { reply, served } = await (await generator())!.reply(
      question('When are refunds paid?', base),
      call,
    )
    expect(reply).toEqual({
      parts: [{ type: 'text', text: TEXT }],
      end: {
        reason: 'end-turn',
        usage: { input: 18, output: 12, estimated: true },
        guardrail: { intervened: false },
        knowledge: { base, used: true, spans: [SPAN], citations: 'apart', session: SESSION },
      },
    })
    expect(served).toEqual({
      provider: 'aws',
      model: 'us.amazon.nova-lite-v1:0',
      region: 'us-east-1',
      attempts: 1,
      ignored: [],
    })
  })

  it('is no way to a model that may not be asked in its region', async () => {
    const bases = open(fake, { KNOWLEDGE_BASES: '*' })
    const wish = { base, model: { idIn: async () => undefined } }
    expect(await bases.generator!(wish, anna)).toBeUndefined()
    expect(await bases.generator!({ base, model: {} }, anna)).toBeUndefined()
  })

  it('is no way to the knowledge of others', async () => {
    const wish = { base, model: { idIn: async () => 'm' } }
    await expect(open(fake).generator!(wish, anna)).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('RetrieveAndGenerateStream', () => {
  it.each([undefined, 1, 7, 64])('says the same when it is cut every %s bytes', async (cut) => {
    fake.cutEvery = cut
    const events = await eventsOf(question('When are refunds paid?', base))
    expect(events.map(({ type }) => type)).toEqual([
      'reply-start',
      'part-start',
      'part-delta',
      'part-delta',
      'part-citation',
      'part-end',
      'reply-end',
    ])
    const collector = collect()
    collector.add(events)
    expect(collector.reply()).toEqual({
      parts: [{ type: 'text', text: TEXT, citations: [{ span: SPAN }] }],
      end: {
        reason: 'end-turn',
        usage: { input: 18, output: 12, estimated: true },
        knowledge: { base, used: true, spans: [SPAN], citations: 'apart', session: SESSION },
      },
    })
  })

  it('reads citations of the older form, and guardrails', async () => {
    const reference = { content: { text: 'x' } }
    const part = { textResponsePart: { text: 'a', span: { start: 0, end: 1 } } }
    const citation = { generatedResponsePart: part, retrievedReferences: [reference] }
    fake.frames = [
      { event: 'output', payload: { text: 'a' } },
      { event: 'citation', payload: { citation } },
      { event: 'citation', payload: {} },
      { event: 'somethingNew', payload: {} },
      { event: 'guardrail', payload: { action: 'INTERVENED' } },
    ]
    const events = await eventsOf(question('x?', base))
    expect(events.at(-1)).toMatchObject({
      type: 'reply-end',
      reason: 'content-filter',
      guardrail: { intervened: true },
      knowledge: { spans: [{ text: 'a', start: 0, end: 1, passages: [{ text: 'x' }] }] },
    })
  })

  it('fails where AWS breaks off', async () => {
    fake.frames = [
      { event: 'output', payload: { text: 'Refunds' } },
      { exception: 'throttlingException', payload: { message: 'Slow down.' } },
    ]
    await expect(eventsOf(question('x?', base))).rejects.toMatchObject({ code: 'rate-limit' })
  })

  it('fails where AWS says nothing at all', async () => {
    fake.frames = []
    await expect(eventsOf(question('x?', base))).rejects.toMatchObject({
      code: 'stream-incomplete',
    })
  })
})
