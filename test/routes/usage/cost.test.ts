import { describe, expect, it } from 'vitest'
import { json, stageMetering } from './stage.ts'

const COUNTS =
  'input_tokens=100&output_tokens=20&cached_tokens=50&cache_write_tokens=10&service_tier=flex'

describe('/v1/cost', () => {
  it('is the price by which the same answer stands in usage', async () => {
    const { chat, get } = stageMetering()
    const answer = await chat('alice')
    await answer.text()
    const [served, region] = ['x-bedrock-model', 'x-outcrop-region'].map((name) =>
      answer.headers.get(name),
    )
    const asked = `/v1/cost?model=teller&served_model=${served}&region=${region}&${COUNTS}`
    const { cost, ...rest } = await json(get(asked, 'alice'))
    expect(rest).toEqual({ object: 'cost', model: 'teller', currency: 'usd', free: false })
    expect((await json(get('/v1/usage', 'alice')))['total']).toMatchObject({ cost })
  })

  it('is null where no price is known', async () => {
    const { get } = stageMetering()
    const body = await json(get('/v1/cost?model=unpriced&input_tokens=1', 'alice'))
    expect(body).toMatchObject({ cost: null, free: false })
  })

  it('is not told of models the caller may not ask', async () => {
    const { get } = stageMetering({}, { alice: { models: ['endless'] } })
    expect((await get('/v1/cost?model=teller', 'alice')).status).toBe(404)
  })

  it.each([
    ['', 'model'],
    ['?model=teller&input_tokens=-1', 'input_tokens'],
  ])('refuses %s with the name of what is wrong', async (query, param) => {
    const { get } = stageMetering()
    const answer = await get(`/v1/cost${query}`, 'alice')
    expect(answer.status).toBe(400)
    expect(await json(answer)).toMatchObject({ error: { param } })
  })
})
