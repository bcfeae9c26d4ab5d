import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { createRoutes } from '../../../app/app.ts'
import { createHouse } from '../../../app/services.ts'
import { stagedRuntime } from '../../http/stage.ts'
import { json, KEYS, stageMetering } from './stage.ts'

const NOTHING = {
  images: 0,
  audio_seconds: 0,
  characters: 0,
  searches: 0,
  reasoning_tokens: 0,
  unpriced_requests: 0,
  failed_requests: 0,
  aborted_requests: 0,
  estimated_requests: 0,
}

/** Half of the price, for it was served in the tier that waits. */
const COST = ((100 * 10 + 20 * 100 + 50 * 1 + 10 * 20) / 1e6) * 0.5

const times = {
  start_time: expect.any(Number),
  end_time: expect.any(Number),
  mean_milliseconds: expect.any(Number),
  p50_milliseconds: expect.any(Number),
  p95_milliseconds: expect.any(Number),
}

describe('/v1/usage', () => {
  it('counts whole answers and streams alike, by key and model and day', async () => {
    const { chat, get } = stageMetering()
    await (await chat('alice')).text()
    await (await chat('alice', { stream: true })).text()
    await (await chat('bob')).text()
    const body = await json(get('/v1/usage', 'admin'))
    const line = (key: string, requests: number) => ({
      ...NOTHING,
      ...times,
      api_key_id: key,
      model: 'teller',
      requests,
      input_tokens: 160 * requests,
      output_tokens: 20 * requests,
      total_tokens: 180 * requests,
      cached_tokens: 50 * requests,
      cache_write_tokens: 10 * requests,
      cost: Math.round(COST * requests * 1e9) / 1e9,
      mean_first_token_milliseconds: requests === 2 ? expect.any(Number) : null,
      p50_first_token_milliseconds: requests === 2 ? expect.any(Number) : null,
      p95_first_token_milliseconds: requests === 2 ? expect.any(Number) : null,
    })
    expect(body).toMatchObject({ object: 'usage', bucket_width: '1d', currency: 'usd' })
    expect(body.data).toEqual([line('alice', 2), line('bob', 1)])
    const { start_time, end_time, ...alice } = line('alice', 2)
    expect(body['groups']).toEqual([alice, expect.objectContaining({ api_key_id: 'bob' })])
    expect(body['total']).toMatchObject({ requests: 3, total_tokens: 540 })
  })

  it('shows a key only what it used itself, whatever it asks for', async () => {
    const { chat, get } = stageMetering()
    await chat('alice')
    await chat('bob')
    const keys = async (path: string, who: keyof typeof KEYS) =>
      (await json(get(path, who))).data.map((line) => line['api_key_id'])
    expect(await keys('/v1/usage', 'alice')).toEqual(['alice'])
    expect(await keys('/v1/usage?api_key_ids=bob', 'alice')).toEqual([])
    expect(await keys('/v1/usage?api_key_ids[]=bob&api_key_ids[]=alice', 'admin')).toHaveLength(2)
    expect(await keys('/v1/usage?tenants=acme', 'admin')).toEqual(['bob'])
  })

  it('groups by what is asked for, in minutes, hours and days', async () => {
    const { chat, get } = stageMetering()
    await chat('alice')
    await chat('bob')
    const query = 'group_by=tenant,operation&group_by=service_tier&bucket_width='
    for (const width of ['1m', '1h', '1d']) {
      const { data } = await json(get(`/v1/usage?${query}${width}`, 'admin'))
      const told = data.map(({ tenant, operation, service_tier, requests }) => ({
        tenant,
        operation,
        service_tier,
        requests,
      }))
      expect(told).toEqual([
        { tenant: null, operation: 'chat', service_tier: 'flex', requests: 1 },
        { tenant: 'acme', operation: 'chat', service_tier: 'flex', requests: 1 },
      ])
    }
  })

  it('counts what failed, and what its caller left, with an estimate of what it cost', async () => {
    const { chat, get } = stageMetering()
    expect((await chat('alice', { model: 'broken' })).status).toBe(502)
    const reader = (await chat('alice', { model: 'endless', stream: true })).body!.getReader()
    await reader.read()
    await reader.cancel()
    const { data } = await json(get('/v1/usage?group_by=model', 'alice'))
    const byModel = Object.fromEntries(data.map((line) => [line['model'], line]))
    expect(byModel['broken']).toMatchObject({ requests: 1, failed_requests: 1, total_tokens: 0 })
    expect(byModel['endless']).toMatchObject({
      requests: 1,
      failed_requests: 0,
      aborted_requests: 1,
      estimated_requests: 1,
      input_tokens: 7,
      output_tokens: 3,
    })
  })

  it.each([
    ['group_by=planet', 'group_by'],
    ['start_time=soon', 'start_time'],
    ['start_time=-5', 'start_time'],
    ['start_time=may%202026', 'start_time'],
    ['start_time=2026-11-22T10:00:00 02:00', 'start_time'],
    ['end_time=1e3', 'end_time'],
    ['bucket_width=1w', 'bucket_width'],
    ['start_time=200&end_time=100', 'start_time'],
    ['start_time=0', 'start_time'],
  ])('refuses ?%s with the name of what is wrong', async (query, param) => {
    const { get } = stageMetering()
    const answer = await get(`/v1/usage?${query}`, 'admin')
    expect(answer.status).toBe(400)
    expect(await json(answer)).toMatchObject({ error: { param, type: 'invalid_request_error' } })
  })

  it.each([
    ['2026-11-22', 1795305600],
    ['2026-11-22T10:30', 1795343400],
    ['2026-11-22t10:30:00.5', 1795343400],
    ['2026-11-22T10:30:00%2B02:00', 1795336200],
    ['2026-11-22T10:30:00Z', 1795343400],
    ['2026-11-22 10:30:00.123456', 1795343400],
    ['2026-11-22 10:30:00%2B02:00', 1795336200],
    ['1795343400.9', 1795343400],
  ])('takes %s for a time, in UTC unless it says otherwise', async (written, seconds) => {
    const { get } = stageMetering()
    const answer = await json(
      await get(`/v1/usage?start_time=${written}&end_time=1795400000`, 'admin'),
    )
    expect(answer).toMatchObject({ start_time: seconds, data: [] })
  })

  it('says so where usage is not written down', async () => {
    const { chat, get } = stageMetering({ USAGE: 'off' })
    await chat('alice')
    expect((await get('/v1/usage', 'admin')).status).toBe(503)
  })
})

describe("OpenAI's administration API", () => {
  const client = (stage: ReturnType<typeof stageMetering>, apiKey: string) =>
    new OpenAI({
      apiKey,
      adminAPIKey: apiKey,
      baseURL: 'http://outcrop/v1',
      fetch: (url, init) => Promise.resolve(stage.app.request(String(url), init)),
    })

  const today = () => Math.floor(Date.now() / 86_400_000) * 86_400

  it('tells usage and costs to its own SDK', async () => {
    const stage = stageMetering()
    await stage.chat('alice')
    await (await stage.chat('bob', { stream: true })).text()
    const { usage } = client(stage, KEYS.admin).admin.organization
    const completions = await usage.completions({
      start_time: today() - 86_400,
      group_by: ['project_id', 'model', 'service_tier'],
      models: ['teller'],
    })
    const result = (project: string | null) => ({
      object: 'organization.usage.completions.result',
      input_tokens: 160,
      input_cached_tokens: 50,
      input_cache_write_tokens: 10,
      input_uncached_tokens: 100,
      output_tokens: 20,
      input_audio_tokens: 0,
      output_audio_tokens: 0,
      num_model_requests: 1,
      project_id: project,
      user_id: null,
      api_key_id: null,
      model: 'teller',
      batch: null,
      service_tier: 'flex',
    })
    const bucket = (start: number, results: object[]) => ({
      object: 'bucket',
      start_time: start,
      end_time: start + 86_400,
      results,
    })
    expect(completions).toEqual({
      object: 'page',
      data: [bucket(today() - 86_400, []), bucket(today(), [result(null), result('acme')])],
      has_more: false,
      next_page: null,
    })
    const costs = await usage.costs({ start_time: today(), group_by: ['line_item'] })
    expect(costs.data[0]!.results).toEqual([
      {
        object: 'organization.costs.result',
        amount: { value: Math.round(COST * 2e9) / 1e9, currency: 'usd' },
        project_id: null,
        line_item: 'teller',
        api_key_id: null,
        quantity: null,
      },
    ])
  })

  it('pages through buckets', async () => {
    const stage = stageMetering()
    const { usage } = client(stage, KEYS.admin).admin.organization
    const start_time = today() - 4 * 86_400
    const starts: number[] = []
    let page: string | undefined
    do {
      const answer = await usage.embeddings({ start_time, limit: 2, page })
      starts.push(...answer.data.map((bucket) => bucket.start_time))
      page = answer.next_page ?? undefined
    } while (page)
    expect(starts).toEqual([4, 3, 2, 1, 0].map((days) => today() - days * 86_400))
  })

  it('has every list of the SDK, empty where nothing of the kind is here', async () => {
    const stage = stageMetering()
    await stage.chat('alice')
    const { usage } = client(stage, KEYS.admin).admin.organization
    const lists = await Promise.all([
      usage.images({ start_time: today() }),
      usage.audioSpeeches({ start_time: today() }),
      usage.audioTranscriptions({ start_time: today() }),
      usage.moderations({ start_time: today() }),
      usage.vectorStores({ start_time: today() }),
      usage.codeInterpreterSessions({ start_time: today() }),
      usage.fileSearchCalls({ start_time: today() }),
      usage.webSearchCalls({ start_time: today() }),
      usage.moderations({ start_time: today(), group_by: ['project_id', 'model'] }),
      usage.fileSearchCalls({ start_time: today(), group_by: ['vector_store_id'] }),
      usage.webSearchCalls({ start_time: today(), group_by: ['model', 'context_level'] }),
    ])
    for (const list of lists) expect(list.data.map(({ results }) => results)).toEqual([[]])
  })

  it('is for admins alone', async () => {
    const stage = stageMetering()
    const answer = await stage.get('/v1/organization/usage/completions?start_time=1', 'alice')
    expect(answer.status).toBe(403)
    expect((await stage.get('/v1/organization/costs?start_time=1', 'admin')).status).toBe(200)
  })
})

describe('the default of end_time', () => {
  it('is now by the clock of the store, as that of what is counted', async () => {
    const now = 2_000_000_000
    const { services } = createHouse(stagedRuntime({ PROVIDER: 'embedded' }).runtime)
    const app = createRoutes({ ...services, state: { ...services.state, now: () => now * 1000 } })
    const read = async (path: string) => (await app.request(path)).json()
    expect(await read('/v1/usage')).toMatchObject({ end_time: now + 1 })
    const path = `/v1/organization/usage/completions?start_time=${now - 2 * 86_400}`
    expect((await read(path)).data).toHaveLength(3)
  })
})
