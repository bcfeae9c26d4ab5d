import { describe, expect, it } from 'vitest'
import { embeddedApp, eventsOf, type Json, spoken } from './stage.ts'

const ROOT = '/v1/knowledge-bases'
const REFUNDS = 'Refunds are paid within fourteen days.'

const SOURCE = {
  name: 'policies',
  dataSourceConfiguration: {
    type: 'INLINE',
    inlineConfiguration: {
      documents: [
        { id: 'refunds', title: 'Refunds', uri: 'https://example.com/r', text: REFUNDS },
        { id: 'office', text: 'The office stands in Lyon.', metadata: { year: 2024 } },
      ],
    },
  },
}

/** An app with a knowledge base that has read two documents. */
async function stage() {
  const calls = embeddedApp()
  const [, { knowledgeBaseId: id }] = await calls.ask('POST', ROOT, { name: 'policies' })
  const base = `${ROOT}/${id}`
  const [, { dataSourceId }] = await calls.ask('POST', `${base}/data-sources`, SOURCE)
  const source = `${base}/data-sources/${dataSourceId}`
  const [, { executionId }] = await calls.ask('POST', `${source}/sync`)
  return { ...calls, id: String(id), base, source, executionId: String(executionId) }
}

const error = (message: unknown, param: string | null, code: string | null) => ({
  error: { message, type: 'invalid_request_error', param, code },
})

describe('the routes of knowledge bases', () => {
  it('create, list, describe and delete', async () => {
    const { ask } = embeddedApp()
    const wish = { name: 'kb', description: 'What we promise', roleArn: 'arn:aws:iam::1:role/x' }
    const [status, made] = await ask('POST', ROOT, wish)
    const told = {
      knowledgeBaseId: expect.stringMatching(/^\w{10}$/),
      knowledgeBaseArn: expect.any(String),
      name: 'kb',
      description: 'What we promise',
      status: 'ACTIVE',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      failureReasons: null,
      roleArn: 'arn:aws:iam::1:role/x',
    }
    expect([status, made]).toEqual([201, told])
    const path = `${ROOT}/${made['knowledgeBaseId']}`
    expect(await ask('GET', path)).toEqual([200, made])
    // Listing what exists failed in the server these routes come from.
    expect(await ask('GET', ROOT)).toEqual([
      200,
      { knowledgeBaseSummaries: [made], nextToken: null },
    ])
    expect(await ask('DELETE', path)).toEqual([
      200,
      { knowledgeBaseId: made['knowledgeBaseId'], status: 'DELETING' },
    ])
    expect(await ask('GET', path)).toMatchObject([
      404,
      error(expect.any(String), 'knowledge_base_id', 'not_found'),
    ])
  })

  it('page through lists', async () => {
    const { ask } = embeddedApp()
    for (const name of ['a', 'b', 'c']) await ask('POST', ROOT, { name })
    const [, first] = await ask('GET', `${ROOT}?max_results=2`)
    const [, second] = await ask('GET', `${ROOT}?max_results=2&next_token=${first['nextToken']}`)
    const names = [first, second].map(({ knowledgeBaseSummaries }) =>
      (knowledgeBaseSummaries as Json[]).map(({ name }) => name),
    )
    expect(names).toEqual([['a', 'b'], ['c']])
    expect(second['nextToken']).toBeNull()
    expect((await ask('GET', `${ROOT}?max_results=101`))[0]).toBe(400)
    expect((await ask('GET', `${ROOT}?next_token=nope`))[0]).toBe(400)
  })

  it('keep data sources and tell how they were read', async () => {
    const { ask, base, source, executionId } = await stage()
    const [, described] = await ask('GET', source)
    expect(described).toMatchObject({ ...SOURCE, status: 'AVAILABLE' })
    expect(await ask('GET', `${base}/data-sources`)).toEqual([
      200,
      { dataSourceSummaries: [described], nextToken: null },
    ])
    const [, job] = await ask('GET', `${source}/sync/${executionId}`)
    expect(job).toMatchObject({ ingestionJobId: executionId, status: 'COMPLETE' })
    expect(await ask('GET', `${source}/sync`)).toEqual([
      200,
      { ingestionJobSummaries: [job], nextToken: null },
    ])
    expect((await ask('DELETE', source))[0]).toBe(200)
    expect(await ask('POST', `${source}/sync`)).toMatchObject([
      404,
      error(expect.any(String), 'data_source_id', 'not_found'),
    ])
  })

  it('read stored files', async () => {
    const { app, ask, base } = await stage()
    const form = new FormData()
    form.append('purpose', 'user_data')
    form.append('file', new Blob(['Parcels to the moon take nine days.']), 'moon.txt')
    const uploaded = (await (
      await app.request('/v1/files', { method: 'POST', body: form })
    ).json()) as Json
    const files = { type: 'FILES', filesConfiguration: { fileIds: [uploaded['id']] } }
    const wish = { name: 'files', dataSourceConfiguration: files }
    const [, made] = await ask('POST', `${base}/data-sources`, wish)
    await ask('POST', `${base}/data-sources/${made['dataSourceId']}/sync`)
    const [, found] = await ask('POST', `${base}/query`, { query: 'parcels to the moon' })
    expect(found['retrievalResults']).toMatchObject([
      { content: 'Parcels to the moon take nine days.', metadata: { title: 'moon.txt' } },
    ])
  })

  it('answer health at its own path, with the truth', async () => {
    const { ask } = embeddedApp()
    expect(await ask('GET', `${ROOT}/health`)).toEqual([
      200,
      {
        status: 'healthy',
        service: 'knowledge_bases',
        provider: 'embedded',
        aws_region: null,
        checked: 'store',
        timestamp: expect.stringMatching(/^2\d{3}-/),
      },
    ])
  })

  it('ask for a key', async () => {
    const { app } = embeddedApp({ API_KEY: 'k' })
    const paths = [ROOT, `${ROOT}/health`, `${ROOT}/KB00000001`]
    for (const path of paths) expect((await app.request(path)).status).toBe(401)
  })

  it.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'a', tags: { a: 1 } }, 'tags.a'],
  ])('refuse the knowledge base %j', async (body, param) => {
    expect(await embeddedApp().ask('POST', ROOT, body)).toMatchObject([400, { error: { param } }])
  })

  it('refuse a data source that only AWS can read, by name', async () => {
    const { ask, base } = await stage()
    const wish = { name: 's', dataSourceConfiguration: { type: 'S3', s3Configuration: {} } }
    expect(await ask('POST', `${base}/data-sources`, wish)).toMatchObject([
      400,
      error(expect.stringContaining('AWS'), 'dataSourceConfiguration.type', 'invalid_value'),
    ])
  })
})

describe('queries', () => {
  const result = {
    content: REFUNDS,
    contentType: 'TEXT',
    score: 1,
    metadata: { title: 'Refunds', 'x-outcrop-document-id': 'refunds' },
    location: { type: 'CUSTOM', customDocumentLocation: { id: 'https://example.com/r' } },
    documentId: 'refunds',
  }

  it('may stand in the query string or in the body', async () => {
    const { ask, base } = await stage()
    const found = [200, { retrievalResults: [result], nextToken: null }]
    expect(await ask('POST', `${base}/query?query=refunds`)).toEqual(found)
    expect(await ask('POST', `${base}/query`, { query: 'refunds' })).toEqual(found)
    expect(await ask('POST', `${base}/query?query=office`, { query: 'refunds' })).toEqual(found)
  })

  it('give as many results as are wanted, then the others', async () => {
    const { ask, base } = await stage()
    const query = 'refunds+or+office'
    const [, first] = await ask('POST', `${base}/query?query=${query}&max_results=1`)
    expect(first['retrievalResults']).toHaveLength(1)
    const next = `&next_token=${first['nextToken']}`
    const [, second] = await ask('POST', `${base}/query?query=${query}&max_results=1${next}`)
    expect(second).toMatchObject({ retrievalResults: [expect.anything()], nextToken: null })
    expect(second['retrievalResults']).not.toEqual(first['retrievalResults'])
  })

  it.each([
    ['', 'query'],
    ['?query=', 'query'],
    ['?query=x&max_results=0', 'max_results'],
    ['?query=x&max_results=many', 'max_results'],
  ])('are refused without words or with odd numbers: %j', async (query, param) => {
    const { ask, base } = await stage()
    expect(await ask('POST', `${base}/query${query}`)).toMatchObject([400, { error: { param } }])
  })

  const EQUALS = { equals: { key: 'a', value: 1 } }
  it.each([
    [{ max_results: 101 }, 'retrieval_config.max_results'],
    [{ score_threshold: 2 }, 'retrieval_config.score_threshold'],
    [{ search_type: 'MAGIC' }, 'retrieval_config.search_type'],
    [{ filter: { like: { key: 'a', value: 1 } } }, 'retrieval_config.filter'],
    [{ filter: { equals: { key: 'a' } } }, 'retrieval_config.filter'],
    [{ filter: { andAll: [{ equals: { key: 'a', value: 1 } }] } }, 'retrieval_config.filter'],
    [{ filter: { orAll: [EQUALS, { andAll: [EQUALS, { like: 1 }] }] } }, 'retrieval_config.filter'],
    [{ filter: { orAll: [EQUALS, 'equals'] } }, 'retrieval_config.filter'],
    [{ filter: { ...EQUALS, in: { key: 'a', value: [1] } } }, 'retrieval_config.filter'],
    [
      { vectorSearchConfiguration: { numberOfResults: 'x' } },
      'retrieval_config.vectorSearchConfiguration.numberOfResults',
    ],
    [{ max_result: 5 }, 'retrieval_config.max_result'],
  ])('are refused with the configuration %j', async (retrieval_config, param) => {
    const { ask, base } = await stage()
    const asked = await ask('POST', `${base}/query`, { query: 'x', retrieval_config })
    expect(asked).toMatchObject([400, { error: { type: 'invalid_request_error', param } }])
  })

  it('heed filters and thresholds', async () => {
    const { ask, base } = await stage()
    const filter = { equals: { key: 'year', value: 2024 } }
    const counted = async (retrieval_config: Json) => {
      const body = { query: 'refunds or office in days', retrieval_config }
      return ((await ask('POST', `${base}/query`, body))[1]['retrievalResults'] as Json[]).length
    }
    expect(await counted({})).toBe(2)
    expect(await counted({ filter })).toBe(1)
    expect(await counted({ score_threshold: 1 })).toBe(0)
  })
})

describe('chat and retrieve-and-generate without AWS', () => {
  const question = { role: 'user', content: 'When are refunds paid?' }

  it('answer from the knowledge base, whole and streamed', async () => {
    const { chat, id } = await stage()
    const body = { model: 'm', knowledge_base_id: id, messages: [question] }
    const whole = (await (await chat(body)).json()) as Json
    const [{ message }] = whole['choices'] as [
      { message: { content: string; annotations: Json[] } },
    ]
    expect(message.content).toContain(`The knowledge base says: “${REFUNDS}” [1]`)
    expect(message.content).toMatch(/\*\*Sources:\*\*\n\[1\] Document: https:\/\/example\.com\/r/)
    const at = message.content.indexOf('[1]')
    expect(message.annotations).toEqual([
      {
        type: 'url_citation',
        url_citation: {
          url: 'https://example.com/r',
          title: 'Refunds',
          start_index: at,
          end_index: at + 3,
        },
      },
    ])
    const streamed = spoken(await (await chat({ ...body, stream: true })).text())
    expect(streamed).toEqual({
      content: message.content,
      annotations: message.annotations,
      metadata: whole['kb_metadata'],
      done: true,
    })
  })

  it('generate, whole and streamed', async () => {
    const { ask, send, base } = await stage()
    const path = `${base}/retrieve-and-generate`
    const body = { query: 'When are refunds paid?', model: 'm' }
    const [status, whole] = await ask('POST', path, body)
    expect([status, whole]).toMatchObject([
      200,
      {
        output: expect.stringContaining(REFUNDS),
        citations: [{ retrievedReferences: [{ content: { text: REFUNDS, type: 'TEXT' } }] }],
        sessionId: null,
      },
    ])
    const response = await send('POST', path, { ...body, stream: true })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events = eventsOf(await response.text())
    const told = (type: string) =>
      events.filter((event): event is Json => event !== '[DONE]' && event['type'] === type)
    const words = told('output').map(({ text }) => text)
    expect(words.join('')).toBe(whole['output'])
    expect(told('citation').map(({ citation }) => citation)).toEqual(whole['citations'])
    expect(events.slice(-2)).toEqual([{ type: 'end', sessionId: null }, '[DONE]'])
  })

  it('name what only AWS would have heeded', async () => {
    const { send, base } = await stage()
    const response = await send('POST', `${base}/retrieve-and-generate`, {
      query: 'x?',
      model: 'm',
      sessionId: 'abc',
      generationConfiguration: { promptTemplate: { textPromptTemplate: 'x' } },
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-outcrop-ignored-params')).toBe(
      'sessionId, generationConfiguration.promptTemplate',
    )
  })

  it.each([
    [{ query: 'x' }, 'model'],
    [{ model: 'm' }, 'query'],
    [{ query: 'x', model: 'm', sessionId: 'a b' }, 'sessionId'],
  ])('refuse %j', async (body, param) => {
    const { ask, base } = await stage()
    const asked = await ask('POST', `${base}/retrieve-and-generate`, body)
    expect(asked).toMatchObject([400, { error: { param } }])
  })
})
