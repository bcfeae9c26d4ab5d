import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { post } from './embedding-stage.ts'
import { base64, plain } from './image-stage.ts'
import { type Json, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const labelsOf = (at = -1) =>
  (bedrock.fake.requests.at(at)!.json as Json)['requestMetadata'] as Json

describe('the labels of a request in AWS’s invocation log', () => {
  it('name the request, the server and the user, then what the caller wrote', async () => {
    const metadata = { team: 'blue', 'cost center': '42', request_id: 'forged' }
    const response = await bedrock
      .open()
      .ask({ user: 'u-1', metadata }, { 'x-request-id': 'mine-1' })
    expect(Object.entries(labelsOf())).toEqual([
      ['request_id', 'mine-1'],
      ['server_id', 'here:1'],
      ['user_id', 'u-1'],
      ['team', 'blue'],
      ['cost center', '42'],
    ])
    expect(await response.json()).toMatchObject({ metadata })
  })

  it('tell the tags of the key before what the caller wrote', async () => {
    const key = 'alice-key-0123456789'
    const tags = { team: 'red', request_id: 'forged' }
    const API_KEYS = JSON.stringify({ alice: { key, tags } })
    const { ask } = bedrock.open({ API_KEYS, STATE_DIR: 'memory' })
    await ask({ metadata: { team: 'blue', task: '7' } }, { authorization: `Bearer ${key}` })
    expect(Object.entries(labelsOf()).slice(1)).toEqual([
      ['server_id', 'here:1'],
      ['user_id', 'alice'],
      ['team', 'red'],
      ['task', '7'],
    ])
  })

  it('hold only what AWS takes of tags, wherever they are written', async () => {
    const key = 'alice-key-0123456789'
    const tags = { café: 'ü', cafè: 'ö', 'request!id': 'forged' }
    const API_KEYS = JSON.stringify({ alice: { key, tags } })
    const { app } = bedrock.open({ API_KEYS, STATE_DIR: 'memory' })
    const post = (path: string, body: Json) =>
      app.request(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      })
    const model = 'amazon.titan-embed-text-v2:0'
    const answer = { body: { embedding: [1], inputTextTokenCount: 1 } }
    const asked: [string, Json][] = [
      ['/v1/embeddings', { model, input: 'Hi' }],
      [`/model/${model}/invoke`, { inputText: 'Hi' }],
    ]
    for (const [path, body] of asked) {
      bedrock.fake.script(answer)
      const { status, headers } = await post(path, body)
      expect(status).toBe(200)
      const labels = bedrock.fake.requests.at(-1)!.headers['x-amzn-bedrock-request-metadata']
      expect(JSON.parse(labels!)).toEqual({
        request_id: headers.get('x-request-id'),
        server_id: 'here:1',
        user_id: 'alice',
        caf_: '_',
      })
    }
  })

  it('tell what the operator says of a name, also of vectors and pictures', async () => {
    const metadata = { team: 'search' }
    const MODEL_ALIASES = JSON.stringify({
      vectors: { model: 'amazon.titan-embed-text-v2:0', metadata },
      pictures: { model: 'amazon.nova-canvas-v1:0', metadata },
    })
    const asked: [string, Json, Json][] = [
      ['embeddings', { model: 'vectors', input: 'Hi' }, { embedding: [1], inputTextTokenCount: 1 }],
      [
        'images/generations',
        { model: 'pictures', prompt: 'Hi' },
        { images: [base64(await plain())] },
      ],
    ]
    const { app } = bedrock.open({ MODEL_ALIASES })
    for (const [, , answer] of asked) bedrock.fake.script({ body: answer })
    for (const [path, body] of asked) {
      expect((await post(app, `/v1/${path}`, body)).status).toBe(200)
      const labels = bedrock.fake.requests.at(-1)!.headers['x-amzn-bedrock-request-metadata']
      expect(JSON.parse(labels!)).toMatchObject({ team: 'search', server_id: 'here:1' })
    }
  })

  it('hold only what AWS takes', async () => {
    await bedrock.open().ask({
      safety_identifier: 'jürgen|x',
      metadata: { 'key;é': 'line\u0000“two”', long: 'y'.repeat(400) },
    })
    expect(labelsOf()).toMatchObject({
      user_id: 'j_rgen_x',
      key__: 'line__two_',
      long: 'y'.repeat(256),
    })
  })

  it('of the gateway are not the caller’s to write, whatever becomes of his keys', async () => {
    const metadata = { 'request!id': 'forged', 'user(id': 'other', 'a!': '1', 'a?': '2' }
    const response = await bedrock
      .open()
      .ask({ user: 'u-1', metadata }, { 'x-request-id': 'mine-1' })
    expect(labelsOf()).toMatchObject({ request_id: 'mine-1', user_id: 'u-1', a_: '1' })
    expect(response.headers.get('x-outcrop-ignored-params')).toBe('metadata')
  })

  it('are sixteen at most; the caller’s own last ones stay behind', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`k${at}`, 'v']))
    const response = await bedrock.open().ask({ user: 'u', metadata })
    expect(Object.keys(labelsOf())).toHaveLength(16)
    expect(labelsOf()).not.toHaveProperty('k13')
    expect(response.headers.get('x-outcrop-ignored-params')).toBe('metadata')
  })

  it('are refused beyond what OpenAI takes', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, 'v']))
    const response = await bedrock.open().ask({ metadata })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param: 'metadata' } })
  })
})

const TASK_ARN = 'arn:aws:ecs:us-west-2:123456789012:task/default/158d1c8083dd49d6b527399fd6414f5c'
const CONTAINER = {
  Name: 'gateway',
  Labels: {
    'com.amazonaws.ecs.task-arn': TASK_ARN,
    'com.amazonaws.ecs.container-name': 'gateway',
  },
}

/** The metadata endpoint of an ECS container agent. */
async function startEcs(answer: unknown, status = 200) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(String(request.url))
    response.writeHead(status).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    asked,
    env: { ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/abc-123` },
    close: () => server.close(),
  }
}

describe('the name of a server on ECS', () => {
  it('is its task and container from the first request on, asked for once', async () => {
    const ecs = await startEcs(CONTAINER)
    const { ask, log } = bedrock.open(ecs.env)
    await Promise.all([ask({}), ask({})])
    await ask({})
    const task = '158d1c8083dd49d6b527399fd6414f5c.gateway'
    expect([0, 1, 2].map((at) => labelsOf(at)['server_id'])).toEqual([task, task, task])
    expect(log().map((line) => line['server_id'])).toEqual([task, task, task])
    expect(ecs.asked).toEqual(['/v4/abc-123'])
    ecs.close()
  })

  it('is the process where ECS does not tell', async () => {
    const ecs = await startEcs({}, 500)
    const { ask } = bedrock.open(ecs.env)
    await ask({})
    expect(labelsOf()['server_id']).toBe('here:1')
    expect(ecs.asked).toHaveLength(1)
    ecs.close()
  })
})
