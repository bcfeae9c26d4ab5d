import { describe, expect, it } from 'vitest'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { FAKE_CATALOGUE } from '../../fakes/fake-bedrock-catalogue.ts'
import { jsonOf, NOVA, stageAws } from './stage.ts'

const fake = await bedrockOfFile()

const VERSION = { 'anthropic-version': '2026-10-21' }
const EMBEDDED = { PROVIDER: 'embedded', EMBEDDED_TOKENS_PER_SECOND: '0' }

describe('models', () => {
  const card = {
    type: 'model',
    id: 'embedded-chat',
    display_name: 'embedded-chat',
    created_at: '1970-01-01T00:00:00Z',
    lifecycle: 'active',
    deprecated_at: null,
    retires_at: null,
    line: null,
    capabilities: null,
    max_input_tokens: null,
    max_tokens: null,
  }

  it.each([
    ['/anthropic/v1/models', {}],
    ['/v1/models', VERSION],
  ])('are listed in pages at %s', async (path, headers) => {
    const { get } = stageAws(fake, EMBEDDED)
    const first = await jsonOf(await get(`${path}?limit=1`, headers))
    expect(first).toEqual({
      data: [card],
      first_id: 'embedded-chat',
      last_id: 'embedded-chat',
      has_more: true,
    })
    const second = await jsonOf(await get(`${path}?limit=1&after_id=embedded-chat`, headers))
    expect(second).toMatchObject({ first_id: 'embedded-reasoner', has_more: true })
    const before = await get(`${path}?before_id=embedded-reasoner`, headers)
    expect(await jsonOf(before)).toMatchObject({ first_id: 'embedded-chat', has_more: false })
  })

  it('are those that can be talked to', async () => {
    const { data } = await jsonOf(await stageAws(fake, EMBEDDED).get('/anthropic/v1/models'))
    const ids = (data as { id: string }[]).map(({ id }) => id)
    expect(ids).toContain('embedded-chat')
    expect(ids).not.toContain('embedded-transcription')
  })

  it('tell when they are to go', async () => {
    fake.catalogue({
      models: [
        {
          modelId: 'amazon.nova-lite-v1:0',
          modelName: 'Nova Lite',
          providerName: 'Amazon',
          modelLifecycle: {
            status: 'LEGACY',
            startOfLifeTime: '2024-12-03T00:00:00Z',
            legacyTime: '2026-05-26T00:00:00Z',
            endOfLifeTime: '2026-11-26T00:00:00.000Z',
          },
        },
      ],
    })
    const { get } = stageAws(fake, { AWS_BEDROCK_LEGACY: 'true' })
    const { data } = await jsonOf(await get('/anthropic/v1/models'))
    fake.catalogue(FAKE_CATALOGUE)
    expect(data).toEqual([
      {
        ...card,
        id: NOVA,
        display_name: 'Nova Lite',
        created_at: '2024-12-03T00:00:00Z',
        lifecycle: 'deprecated',
        deprecated_at: '2026-05-26T00:00:00Z',
        retires_at: '2026-11-26T00:00:00Z',
        max_input_tokens: expect.any(Number),
        max_tokens: null,
      },
    ])
  })

  it("are OpenAI's at the root for everybody else", async () => {
    const { get } = stageAws(fake, EMBEDDED)
    expect(await jsonOf(await get('/v1/models'))).toMatchObject({ object: 'list' })
    expect(await jsonOf(await get('/v1/models/embedded-chat'))).toMatchObject({ object: 'model' })
  })

  it('are described one by one', async () => {
    const { get } = stageAws(fake, EMBEDDED)
    const below = await get('/anthropic/v1/models/embedded-chat')
    expect(await jsonOf(below)).toEqual(card)
    expect(await jsonOf(await get('/v1/models/embedded-chat', VERSION))).toEqual(card)
  })
})
