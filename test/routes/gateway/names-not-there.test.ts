import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeRegions, startFakeRegions } from '../../fakes/fake-regions.ts'
import { US_CATALOGUE } from '../../fakes/two-region-catalogue.ts'
import { serve } from './served-regions.ts'

const US = 'us-east-1'
const KEY = 'bob-key-01234567890'

let aws: FakeRegions
beforeEach(async () => {
  aws = await startFakeRegions([US])
  aws.of(US).catalogue(US_CATALOGUE)
})
afterEach(() => aws.close())

/** What a caller hears who is held to some models, when they ask for one in each of the ways there are. */
async function heldTo(policy: object, env: Record<string, string> = {}) {
  const keys = JSON.stringify({ bob: { key: KEY, ...policy } })
  const { app } = serve({ ...aws.env, API_KEYS: keys, ...env })
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
  const errorOf = async (response: Response) => {
    const { error } = (await response.json()) as { error?: { message: string } }
    return { status: response.status, message: error?.message ?? '' }
  }
  const post = async (path: string, body: object) =>
    errorOf(await app.request(path, { method: 'POST', headers, body: JSON.stringify(body) }))
  await app.request('/v1/models', { headers })
  return {
    chat: (model: string) =>
      post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hi' }] }),
    embed: (model: string) => post('/v1/embeddings', { model, input: 'a' }),
    draw: (model: string) => post('/v1/images/generations', { model, prompt: 'a cat' }),
    model: async (name: string) =>
      errorOf(await app.request(`/v1/models/${encodeURIComponent(name)}`, { headers })),
    mappings: async () => (await app.request('/v1/mappings', { headers })).json(),
    mapping: async (name: string) => {
      const path = `/v1/mappings?model=${encodeURIComponent(name)}`
      return (await app.request(path, { headers })).json()
    },
  }
}

const LITE = 'amazon.nova-lite-v1:0'

describe('an error that names models', () => {
  const notThere = (name: string) =>
    `The model \`${name}\` does not exist or you do not have access to it.`

  it('names only those the caller may use', async () => {
    const { chat, embed, model } = await heldTo({ models: [LITE] })
    // Both lead to the one model this key may use.
    const near = ' Names like it: `nova-lite`, `nova-lite-v1:0`.'
    const told = { status: 404, message: notThere('nova-light') + near }
    expect(await chat('nova-light')).toEqual(told)
    expect(await model('nova-light')).toEqual(told)
    expect(await embed('nova-light')).toEqual(told)
    const unlisted = await heldTo({ models: [LITE, 'amazon.nova-lite-v9:0'] })
    aws.of(US).script({
      status: 400,
      errorType: 'ValidationException',
      body: { message: 'The provided model identifier is invalid.' },
    })
    expect((await unlisted.chat('amazon.nova-lite-v9:0')).message).toMatch(
      / Names like it: `amazon.nova-lite-v1:0`, `nova-lite-v1:0`, `nova-lite`\.$/,
    )
  })

  it('names none where the caller may use none like it', async () => {
    const { chat, model } = await heldTo({ denied_models: ['amazon.nova*'] })
    expect(await chat('nova-light')).toEqual({ status: 404, message: notThere('nova-light') })
    expect(await model('nova-light')).toEqual({ status: 404, message: notThere('nova-light') })
  })

  it('of an ambiguous wildcard as well: what is hidden is not among those it fits', async () => {
    const denied = await heldTo({ denied_models: [LITE] })
    const message = 'The wildcard `amazon.nova-*` fits several models: '
    const rest = '`amazon.nova-micro-v1:0`, `amazon.nova-pro-v1:0`.'
    expect(await denied.chat('amazon.nova-*')).toEqual({ status: 400, message: message + rest })
    expect(await denied.model('amazon.nova-*')).toEqual({ status: 400, message: message + rest })
    const held = await heldTo({ models: [LITE] })
    expect(await held.chat('amazon.nova-*')).toEqual({ status: 200, message: '' })
    expect((await held.chat('anthropic.claude-*')).status).toBe(404)
    expect(await held.mapping('amazon.nova-*')).toMatchObject({ data: [{ resolves_to: LITE }] })
  })

  it("does not take the operator's wildcard for the caller's: the alias before it is what they may use", async () => {
    const env = { MODEL_ALIASES: '{"outer": "light", "light": "amazon.nova-l*"}' }
    for (const name of ['light', 'outer']) {
      const held = await heldTo({ models: [name] }, env)
      expect(await held.chat(name)).toEqual({ status: 200, message: '' })
      expect(await held.mapping(name)).toMatchObject({ data: [{ resolves_to: LITE }] })
      expect((await held.chat('amazon.nova-l*')).status).toBe(404)
    }
    const denied = await heldTo({ models: ['light'], denied_models: [LITE] }, env)
    expect((await denied.chat('light')).status).toBe(404)
  })

  it("keeps quiet about the operator's alias that leads nowhere for the caller", async () => {
    const env = { MODEL_ALIASES: '{"outer": "light", "light": "amazon.nova-l*"}' }
    const message =
      'The model `outer` stands for one that does not exist here or that you do not have access to.'
    const { chat, mapping } = await heldTo({ models: ['amazon.nova-micro*'] }, env)
    expect(await chat('outer')).toEqual({ status: 404, message })
    expect(await mapping('outer')).toEqual({ object: 'list', data: [] })
  })

  it('or a list of what names may stand for: those the caller may use are in it', async () => {
    const held = await heldTo({ models: [LITE] })
    const { data } = (await held.mappings()) as { data: { name: string; candidates: string[] }[] }
    expect(data.find(({ name }) => name === 'nova-lite')).toMatchObject({ resolves_to: LITE })
    expect([...new Set(data.flatMap(({ candidates }) => candidates))]).toEqual([LITE])
  })

  it('says why a name leads nowhere to whoever may use every model, on some paths alone', async () => {
    const { mapping } = await heldTo({ endpoints: ['/v1/mappings', '/v1/models'] })
    expect(await mapping('nope')).toMatchObject({
      data: [{ name: 'nope', resolves_to: null, reason: notThere('nope') }],
    })
  })

  it('keeps quiet about a successor the caller may not use', async () => {
    const { chat } = await heldTo(
      { denied_models: [LITE] },
      {
        AWS_BEDROCK_DEPRECATED_MODELS: `{"anthropic.claude-v2": "${LITE}"}`,
        AWS_BEDROCK_DEPRECATED_MODEL_FALLBACK: 'false',
      },
    )
    expect(await chat('anthropic.claude-v2')).toEqual({
      status: 404,
      message: 'The model `anthropic.claude-v2` has been retired.',
    })
  })
})

describe('a name that stands for models that draw', () => {
  const inpaint = 'stability.stable-image-inpaint-v1:0'

  it.each(['dall-e-3', 'gpt-image-1'])('%s is not there where none of them draws', async (name) => {
    // What us-east-1 has of pictures edits those that are there already.
    aws.of(US).catalogue({
      models: [
        {
          modelId: inpaint,
          inputModalities: ['TEXT', 'IMAGE'],
          outputModalities: ['IMAGE'],
          inferenceTypesSupported: ['INFERENCE_PROFILE'],
        },
      ],
      profiles: [
        {
          inferenceProfileId: `us.${inpaint}`,
          models: [{ modelArn: `arn:aws:bedrock:${US}::foundation-model/${inpaint}` }],
        },
      ],
    })
    const { draw } = await heldTo({})
    expect(await draw(name)).toEqual({
      status: 404,
      message: `The model \`${name}\` does not exist or you do not have access to it. None of the models it stands for here can do what is asked.`,
    })
    expect((await draw(inpaint)).status).toBe(400)
  })
})
