import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { AwsCredentials } from '../../app/ports/aws-credentials.ts'
import { encodeFrame, type FakeFrame } from './fake-bedrock-frames.ts'
import { type Verdict, verifySignature } from './fake-bedrock-signature.ts'
import {
  createFakeBases,
  type FakeBase,
  type FakeDocument,
  FakeRefusal,
  type Json,
  pageOf,
  shownBase,
} from './fake-knowledge-store.ts'

interface SeenAgentRequest {
  method: string
  path: string
  headers: Record<string, string>
  json: Json
  signature: Verdict
}

/** Bedrock's agents on a free port, as far as they keep knowledge; made from the service models. */
export interface FakeKnowledge {
  url: string
  requests: SeenAgentRequest[]
  /** What a sync of any data source reads. */
  bucket: FakeDocument[]
  /** A base that nobody created through us. */
  plant(name: string, documents?: FakeDocument[], tags?: Record<string, string>): string
  /** The next answers to this operation, by the end of its path, are refused so. */
  refuse(operation: string, status: number, type: string, message: string): void
  /** Frames of the next streamed answers. */
  frames: FakeFrame[] | undefined
  cutEvery: number | undefined
  /** Everything forgotten. */
  reset(): void
  close(): Promise<void>
}

export const CREDENTIALS: AwsCredentials = { accessKeyId: 'AKIA', secretAccessKey: 'hush' }
export const SESSION = '0d1e6b6c-7e9f-4b5e-9d2e-2a0a3f3c4d5e'

export async function startFakeKnowledge(): Promise<FakeKnowledge> {
  const requests: SeenAgentRequest[] = []
  const refusals = new Map<string, FakeRefusal>()
  const fake = {
    requests,
    bucket: [] as FakeDocument[],
    frames: undefined,
    cutEvery: undefined,
  } as Pick<FakeKnowledge, 'requests' | 'bucket' | 'frames' | 'cutEvery'>
  let store = createFakeBases(() => fake.bucket)

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error) => response.destroy(error))
  })
  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const seen = await read(incoming)
    requests.push(seen)
    try {
      if (seen.signature !== 'valid') {
        throw new FakeRefusal(403, 'UnrecognizedClientException', 'The security token is invalid.')
      }
      for (const [end, refusal] of refusals) if (seen.path.endsWith(end)) throw refusal
      if (seen.path === '/retrieveAndGenerateStream') return streamAnswer(seen.json, response)
      send(response, ...route(seen))
    } catch (thrown) {
      if (!(thrown instanceof FakeRefusal)) throw thrown
      const type = { 'x-amzn-errortype': `${thrown.type}:http://internal.amazon.com/` }
      send(response, thrown.status, { message: thrown.message }, type)
    }
  }
  const route = (seen: SeenAgentRequest): [number, Json] => routeOf(store, seen)
  const streamAnswer = (body: Json, response: ServerResponse) => {
    const frames = fake.frames ?? framesOf(generated(store.find(baseOf(body)), body))
    response.writeHead(200, {
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amzn-bedrock-knowledge-base-session-id': SESSION,
    })
    const bytes = Buffer.concat(frames.map(encodeFrame))
    const step = fake.cutEvery ?? bytes.length
    for (let at = 0; at < bytes.length; at += step) response.write(bytes.subarray(at, at + step))
    response.end()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return Object.assign(fake, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    plant(name: string, documents: FakeDocument[] = [], tags: Record<string, string> = {}) {
      const settings = {
        roleArn: 'arn:aws:iam::123456789012:role/kb',
        knowledgeBaseConfiguration: {},
      }
      const base = store.add({ name, ...settings, tags })
      base.documents = documents
      return base.knowledgeBaseId
    },
    refuse(operation: string, status: number, type: string, message: string) {
      refusals.set(operation, new FakeRefusal(status, type, message))
    },
    reset() {
      requests.length = 0
      refusals.clear()
      fake.bucket.length = 0
      fake.frames = undefined
      fake.cutEvery = undefined
      store = createFakeBases(() => fake.bucket)
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}

type Store = ReturnType<typeof createFakeBases>

function routeOf(store: Store, { method, path, json }: SeenAgentRequest): [number, Json] {
  const [root, id, folder, sourceId, jobs, jobId] = path.split('/').filter(Boolean)
  if (root === 'tags') {
    const arn = decodeURIComponent(path.slice('/tags/'.length))
    const base = [...store.bases.values()].find((one) => one.knowledgeBaseArn === arn)
    if (!base) throw new FakeRefusal(404, 'ResourceNotFoundException', 'No such resource.')
    return [200, { tags: base.tags }]
  }
  if (root === 'retrieveAndGenerate') return [200, generated(store.find(baseOf(json)), json)]
  if (id === undefined) return baseRoot(store, method, json)
  const base = store.find(id)
  if (folder === 'retrieve') return [200, retrieved(base, json)]
  if (folder === undefined) {
    if (method === 'GET') return [200, { knowledgeBase: shownBase(base) }]
    store.bases.delete(id)
    return [202, { knowledgeBaseId: id, status: 'DELETING' }]
  }
  if (sourceId === undefined) {
    if (method === 'PUT') return [200, { dataSource: store.addSource(base, json) }]
    const { page, nextToken } = pageOf([...base.sources.values()], json)
    return [200, { dataSourceSummaries: page, nextToken }]
  }
  const source = store.findSource(base, sourceId)
  if (jobs === undefined) {
    if (method === 'GET') return [200, { dataSource: source }]
    base.sources.delete(sourceId)
    return [202, { knowledgeBaseId: id, dataSourceId: sourceId, status: 'DELETING' }]
  }
  const known = base.jobs.get(sourceId) ?? []
  if (jobId !== undefined) {
    const job = known.find(({ ingestionJobId }) => ingestionJobId === jobId)
    if (!job) throw new FakeRefusal(404, 'ResourceNotFoundException', 'No such job.')
    return [200, { ingestionJob: store.finished(job) }]
  }
  if (method === 'PUT') return [202, { ingestionJob: store.startJob(base, source) }]
  const { page, nextToken } = pageOf(known.map(store.finished), json)
  return [200, { ingestionJobSummaries: page, nextToken }]
}

function baseRoot(store: Store, method: string, json: Json): [number, Json] {
  if (method === 'PUT') return [202, { knowledgeBase: shownBase(store.add(json)) }]
  const { page, nextToken } = pageOf([...store.bases.values()], json)
  const summaries = page.map(({ knowledgeBaseId, name, description, status, updatedAt }) => ({
    knowledgeBaseId,
    name,
    description,
    status,
    updatedAt,
  }))
  return [200, { knowledgeBaseSummaries: summaries, nextToken }]
}

interface WireConfiguration {
  knowledgeBaseConfiguration: {
    knowledgeBaseId: string
    retrievalConfiguration?: Json
  }
}

const configurationOf = (body: Json) =>
  (body['retrieveAndGenerateConfiguration'] as WireConfiguration).knowledgeBaseConfiguration

const baseOf = (body: Json) => configurationOf(body).knowledgeBaseId

const wordsOf = (text: string) => text.toLowerCase().match(/\w{4,}/g) ?? []

interface WireSearch {
  numberOfResults?: number
  filter?: { equals?: { key: string; value: unknown } }
}

/** The documents that share most words with the question, with the share as their score. */
function search(base: FakeBase, question: string, configuration: Json | undefined): Json[] {
  const { numberOfResults = 5, filter } = (configuration?.['vectorSearchConfiguration'] ??
    configuration?.['managedSearchConfiguration'] ??
    {}) as WireSearch
  const asked = wordsOf(question)
  const { key, value } = filter?.equals ?? {}
  return base.documents
    .filter(({ metadata = {} }) => key === undefined || metadata[key] === value)
    .map((document) => {
      const held = new Set(wordsOf(document.text))
      return { document, score: asked.filter((word) => held.has(word)).length / asked.length }
    })
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, numberOfResults)
    .map(({ document: { key: name, text, metadata }, score }) => ({
      content: { type: 'TEXT', text },
      location: { type: 'S3', s3Location: { uri: `s3://docs/${name}` } },
      metadata: { 'x-amz-bedrock-kb-source-uri': `s3://docs/${name}`, ...metadata },
      score,
    }))
}

function retrieved(base: FakeBase, body: Json): Json {
  const { text } = body['retrievalQuery'] as { text: string }
  return { retrievalResults: search(base, text, body['retrievalConfiguration'] as Json) }
}

/** An answer that says what the best document says. */
function generated(base: FakeBase, body: Json): Json {
  const { text: question } = body['input'] as { text: string }
  const [best] = search(base, question, configurationOf(body).retrievalConfiguration)
  if (!best) return { output: { text: 'I do not know.' }, citations: [], sessionId: SESSION }
  const { score: _, ...reference } = best
  const { text } = reference['content'] as { text: string }
  const span = { start: 0, end: text.length }
  return {
    output: { text },
    citations: [
      {
        generatedResponsePart: { textResponsePart: { text, span } },
        retrievedReferences: [reference],
      },
    ],
    sessionId: String(body['sessionId'] ?? SESSION),
    guardrailAction: 'NONE',
  }
}

function framesOf(answer: Json): FakeFrame[] {
  const { text } = answer['output'] as { text: string }
  const half = Math.ceil(text.length / 2)
  return [
    { event: 'output', payload: { text: text.slice(0, half) } },
    { event: 'output', payload: { text: text.slice(half) } },
    ...(answer['citations'] as Json[]).map((citation) => ({
      event: 'citation',
      payload: { citation, ...citation },
    })),
  ]
}

async function read(incoming: IncomingMessage): Promise<SeenAgentRequest> {
  const body = await buffer(incoming)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value)
  const { method = '', url: path = '' } = incoming
  const signature = await verifySignature({ method, path, headers, body }, CREDENTIALS)
  const json = body.length > 0 ? (JSON.parse(body.toString()) as Json) : {}
  return { method, path, headers, json, signature }
}

function send(
  response: ServerResponse,
  status: number,
  body: Json,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
