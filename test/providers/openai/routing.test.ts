import { describe, expect, it } from 'vitest'
import { createApp } from '../../../app/app.ts'
import { readConfig } from '../../../app/config.ts'
import { createProviders } from '../../../app/providers/index.ts'
import { stagedRuntime } from '../../http/stage.ts'
import { completionOf } from './scripted-server.ts'
import { OPENAI_MODELS, openStage } from './stage.ts'

const AWS = {
  AWS_REGION: 'us-east-1',
  AWS_BEARER_TOKEN_BEDROCK: 'ABSK',
  AWS_BEDROCK_CHECK_AVAILABILITY: 'false',
}

const upstreams = (...all: object[]) => ({ OPENAI_UPSTREAMS: JSON.stringify(all) })

const OLLAMA = { name: 'ollama', base_url: 'http://127.0.0.1:11434/v1' }
const VLLM = {
  name: 'vllm',
  base_url: 'http://10.0.0.5:9000/openai/v1/?api-version=7',
  api_key: 'sk-vllm-key',
  models: ['meta-llama/*', 'gpt-oss-*'],
  headers: { 'X-Team': 'ours' },
}

function providersOf(env: Record<string, string>): string[] {
  const { runtime } = stagedRuntime(env)
  return createProviders({ config: readConfig(env), runtime }).map(({ name }) => name)
}

describe('who is asked', () => {
  it('is OpenAI beside AWS or the embedded models, as configured', () => {
    const key = { OPENAI_API_KEY: 'k' }
    expect(providersOf(key)).toEqual(['openai', 'embedded'])
    expect(providersOf({ ...key, AWS_REGION: 'eu-west-1' })).toEqual(['aws', 'openai'])
    expect(providersOf({ ...key, ...upstreams(OLLAMA) })).toEqual(['openai', 'ollama', 'embedded'])
    expect(providersOf(upstreams(OLLAMA))).toEqual(['ollama', 'embedded'])
    expect(providersOf({ OPENAI_BASE_URL: 'http://127.0.0.1:1234/v1' })).toEqual([
      'openai',
      'embedded',
    ])
    expect(providersOf({ ...key, PROVIDER: 'embedded' })).toEqual(['embedded'])
    expect(providersOf({ ...key, PROVIDER: 'openai', AWS_REGION: 'eu-west-1' })).toEqual(['openai'])
    expect(() => providersOf({ PROVIDER: 'openai' })).toThrow(/OPENAI_API_KEY/)
  })

  it('is never this server itself', () => {
    const { runtime, log } = stagedRuntime()
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://localhost:8000/v1' }
    const found = createProviders({ config: readConfig(env), runtime: { ...runtime, env } })
    expect(found.map(({ name }) => name)).toEqual(['embedded'])
    expect(log()[0]).toMatchObject({ message: expect.stringMatching(/this very server/) })
  })

  it.each([
    [{ OPENAI_BASE_URL: 'ftp://x' }, 'OPENAI_BASE_URL'],
    [{ OPENAI_BASE_URL: 'https://me:secret@x.example/v1' }, 'OPENAI_BASE_URL'],
    [{ OPENAI_UPSTREAMS: 'nonsense' }, 'OPENAI_UPSTREAMS'],
    [upstreams({ ...OLLAMA, key: 'sk-secret' }), 'OPENAI_UPSTREAMS'],
    [upstreams(OLLAMA, OLLAMA), 'OPENAI_UPSTREAMS'],
    [upstreams({ ...OLLAMA, name: 'aws' }), 'OPENAI_UPSTREAMS'],
    [upstreams({ ...OLLAMA, headers: { a: 'b\nc: d' } }), 'OPENAI_UPSTREAMS'],
    [upstreams({ ...OLLAMA, api_key_env: 'NOWHERE' }), 'OPENAI_UPSTREAMS'],
  ])('cannot be told wrongly: %j', (env, named) => {
    const start = () => createApp(stagedRuntime({ ...env, STATE_DIR: 'memory' }).runtime)
    expect(start).toThrow(named)
    expect(start).not.toThrow(/secret/)
  })
})

describe('a name', () => {
  const served = async (stage: ReturnType<typeof openStage>, body: object) => {
    stage.answer({ body: completionOf({}) })
    const response = await stage.chat(body as Record<string, unknown>)
    const [asked] = stage.asked.splice(0)
    if (!asked) return response.status
    return `${asked.origin}${asked.path} ${asked.json['model']}`
  }
  const OPENAI = 'https://api.openai.com/v1/chat/completions'
  const AT_OLLAMA = 'http://127.0.0.1:11434/v1/chat/completions'
  const AT_VLLM = 'http://10.0.0.5:9000/openai/v1/chat/completions?api-version=7'

  it('of OpenAI goes there, and every other one to the embedded models', async () => {
    const stage = openStage()
    expect(await served(stage, { model: 'gpt-4o' })).toBe(`${OPENAI} gpt-4o`)
    expect(await served(stage, { model: 'gpt-9-preview' })).toBe(`${OPENAI} gpt-9-preview`)
    expect(await served(stage, { model: 'o7-mini' })).toBe(`${OPENAI} o7-mini`)
    expect(await served(stage, { model: 'openai/whatever' })).toBe(`${OPENAI} whatever`)
    expect(await served(stage, { model: 'whatever', model_provider: 'openai' })).toBe(
      `${OPENAI} whatever`,
    )
    expect(await served(stage, { model: 'x', model_provider: 'embedded' })).toBe(200)
    expect(await served(stage, { model: 'opus' })).toBe(200)
    expect(await served(stage, { model: 'amazon.nova-lite-v1:0' })).toBe(200)
  })

  it('that a server lists, matches or is prefixed with is asked there', async () => {
    const stage = openStage(upstreams(OLLAMA, VLLM), [
      ...OPENAI_MODELS,
      { id: 'llama3.2:1b', owned_by: 'library' },
    ])
    expect(await served(stage, { model: 'llama3.2:1b', model_provider: 'ollama' })).toBe(
      `${AT_OLLAMA} llama3.2:1b`,
    )
    expect(await served(stage, { model: 'ollama/llama3.2:1b' })).toBe(`${AT_OLLAMA} llama3.2:1b`)
    expect(await served(stage, { model: 'meta-llama/Llama-4' })).toBe(
      `${AT_VLLM} meta-llama/Llama-4`,
    )
    expect(await served(stage, { model: 'vllm/openai/gpt-oss-20b' })).toBe(
      `${AT_VLLM} openai/gpt-oss-20b`,
    )
    // All of them list everything here, and the first is asked.
    expect(await served(stage, { model: 'llama3.2:1b' })).toBe(`${OPENAI} llama3.2:1b`)
    expect(await served(stage, { model: 'gpt-4o', model_provider: 'Ollama' })).toBe(
      `${AT_OLLAMA} gpt-4o`,
    )
  })

  it('is asked for with its server’s own key, headers and query', async () => {
    const stage = openStage({
      ...upstreams(VLLM, { ...OLLAMA, api_key_env: 'MINE' }),
      MINE: 'sk-mine',
      OPENAI_ORG_ID: 'org-1',
      OPENAI_PROJECT: 'proj_1',
    })
    stage.answer({ body: completionOf({}) })
    await stage.chat({ model: 'vllm/a' })
    await stage.chat({ model: 'ollama/a' })
    await stage.chat({ model: 'gpt-4o' })
    const common = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'outcrop',
      'content-type': 'application/json',
    }
    expect(stage.asked.map(({ headers }) => headers)).toEqual([
      { ...common, authorization: 'Bearer sk-vllm-key', 'x-team': 'ours' },
      { ...common, authorization: 'Bearer sk-mine' },
      {
        ...common,
        authorization: 'Bearer sk-secret-of-ours',
        'openai-organization': 'org-1',
        'openai-project': 'proj_1',
      },
    ])
    expect(stage.lines.join()).not.toMatch(/sk-/)
  })

  it('is asked for in the project its own clients read from the environment', async () => {
    const stage = openStage({ OPENAI_API_KEY: 'sk-a', OPENAI_PROJECT_ID: 'proj_2' })
    stage.answer({ body: completionOf({}) })
    await stage.chat({ model: 'gpt-4o' })
    expect(stage.asked.at(-1)!.headers).toMatchObject({ 'openai-project': 'proj_2' })
  })

  it('of OpenAI’s that a model of Bedrock may answer to is OpenAI’s where that is configured', async () => {
    const stage = openStage(AWS)
    expect(await served(stage, { model: 'gpt-4o' })).toBe(`${OPENAI} gpt-4o`)
    const atAws = await served(stage, { model: 'amazon.nova-lite-v1:0' })
    expect(atAws).toMatch(/^https:\/\/bedrock-runtime/)
    expect(await served(stage, { model: 'openai.gpt-oss-20b-1:0' })).toMatch(
      /^https:\/\/bedrock-runtime/,
    )
    expect(await served(stage, { model: 'gpt-4o', model_provider: 'aws' })).toMatch(
      /^https:\/\/bedrock\b/,
    )
  })

  it('that nobody serves says what would', async () => {
    const stage = openStage({ ...AWS, OPENAI_API_KEY: '' })
    const message = async (model: string, model_provider?: string) => {
      const response = await stage.chat({ model, model_provider })
      const { error } = (await response.json()) as { error: { message: string; code: string } }
      expect([response.status, error.code]).toEqual([404, 'model_not_found'])
      return error.message
    }
    expect(await message('gpt-77-turbo')).toContain('only with OPENAI_API_KEY set')
    expect(await message('openai/gpt-4o')).toContain('OPENAI_API_KEY')
    expect(await message('ollama/llama3')).toContain(
      'No upstream `ollama` is configured: OPENAI_UPSTREAMS',
    )
    expect(await message('nobody')).not.toMatch(/OPENAI/)
    expect(await message('nobody', 'openai')).toContain('only with OPENAI_API_KEY set')
    expect(await message('nobody', 'ollama')).toContain('No upstream `ollama` is configured')
    expect(await message('nobody', 'aws')).not.toMatch(/OPENAI|AWS/)
  })

  it('is answered by the embedded models, unless it says who shall answer and that is nobody here', async () => {
    const stage = openStage({ OPENAI_API_KEY: '' })
    const fault = async (model: string, model_provider?: string) => {
      const response = await stage.chat({ model, model_provider })
      const { error } = (await response.json()) as { error: { message: string; code: string } }
      expect([response.status, error.code]).toEqual([404, 'model_not_found'])
      return error.message
    }
    expect(await fault('openai/gpt-4o')).toContain('only with OPENAI_API_KEY set')
    expect(await fault('gpt-4o', 'openai')).toContain('only with OPENAI_API_KEY set')
    expect(await fault('whatever', 'OpenAI')).toContain('only with OPENAI_API_KEY set')
    expect(await fault('aws/amazon.nova-lite-v1:0')).toContain('only with AWS configured')
    expect(await fault('amazon.nova-lite-v1:0', 'aws')).toContain('only with AWS configured')
    expect(await served(stage, { model: 'gpt-4o' })).toBe(200)
    expect(await served(stage, { model: 'embedded/openai/gpt-4o' })).toBe(200)
    expect(await served(stage, { model: 'meta-llama/Llama-4' })).toBe(200)
    const alone = openStage({ PROVIDER: 'embedded' })
    const response = await alone.chat({ model: 'openai/gpt-4o' })
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining('PROVIDER is `embedded`') },
    })
  })

  it('of another than was chosen says what would serve the one that was', async () => {
    const stage = openStage({ ...AWS, OPENAI_API_KEY: '' })
    const response = await stage.chat({ model: 'amazon.nova-lite-v1:0', model_provider: 'openai' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: {
        param: 'model_provider',
        message: expect.stringMatching(/not of 'openai'\. .*only with OPENAI_API_KEY set\.$/),
      },
    })
  })

  it('of Bedrock says what would serve it where only upstreams are asked', async () => {
    const stage = openStage({ PROVIDER: 'openai' })
    const refused = async (model: string, model_provider?: string) => {
      const response = await stage.chat({ model, model_provider })
      const { error } = (await response.json()) as { error: { message: string; code: string } }
      expect([response.status, error.code]).toEqual([404, 'model_not_found'])
      return error.message
    }
    const hint = 'asks only with AWS configured and PROVIDER `aws` or `auto`'
    expect(await refused('amazon.nova-lite-v1:0')).toContain(hint)
    expect(await refused('us.anthropic.claude-sonnet-4-5-20250929-v1:0')).toContain(hint)
    expect(await refused('aws/nova')).toContain(hint)
    expect(await refused('nobody', 'aws')).toContain(hint)
    expect(await refused('openai/')).not.toMatch(/OPENAI/)
  })

  it('says by a prefix who shall answer, whoever that is', async () => {
    const stage = openStage(AWS)
    expect(await served(stage, { model: 'aws/amazon.nova-lite-v1:0' })).toMatch(
      /^https:\/\/bedrock-runtime.*nova-lite-v1%3A0\/converse/,
    )
    const beside = openStage()
    expect(await served(beside, { model: 'embedded/gpt-4o' })).toBe(200)
    expect(await served(beside, { model: 'embedded/embedded-throttled' })).toBe(429)
  })

  it('of OpenAI’s is served with its key wherever that leads, before and after the list is known', async () => {
    const stage = openStage({ OPENAI_BASE_URL: 'http://10.0.0.7:4000/v1' }, [{ id: 'mine' }])
    const at = 'http://10.0.0.7:4000/v1/chat/completions'
    expect(await served(stage, { model: 'gpt-4o' })).toBe(`${at} gpt-4o`)
    expect(await served(stage, { model: 'mine' })).toBe(`${at} mine`)
    expect(await served(stage, { model: 'gpt-4o' })).toBe(`${at} gpt-4o`)
  })

  it('of OpenAI’s is not asked of a server without a key that lists others', async () => {
    const env = { OPENAI_API_KEY: '', OPENAI_BASE_URL: 'http://10.0.0.7:1234/v1' }
    const stage = openStage(env, [{ id: 'mine' }])
    expect(await served(stage, { model: 'gpt-4o' })).toBe(200)
    expect(await served(stage, { model: 'mine' })).toMatch(/^http:\/\/10.* mine$/)
    expect(await served(stage, { model: 'gpt-4o' })).toBe(200)
    expect(await served(stage, { model: 'openai/gpt-4o' })).toMatch(/^http:\/\/10.* gpt-4o$/)
    const silent = openStage(env, undefined)
    expect(await served(silent, { model: 'gpt-4o' })).toMatch(/^http:\/\/10/)
  })

  it('does not wait for a list that is not needed', async () => {
    const stage = openStage(upstreams(OLLAMA, VLLM))
    const { send } = stage.transport
    stage.transport.send = (request, options) =>
      request.path.includes('/models') ? new Promise(() => {}) : send(request, options)
    expect(await served(stage, { model: 'gpt-4o' })).toBe(`${OPENAI} gpt-4o`)
    expect(await served(stage, { model: 'ollama/llama3' })).toBe(`${AT_OLLAMA} llama3`)
    expect(await served(stage, { model: 'meta-llama/x' })).toBe(`${AT_VLLM} meta-llama/x`)
  })

  it('is found without a list by its pattern, and behind one that fails', async () => {
    const stage = openStage(upstreams(VLLM), undefined)
    expect(await served(stage, { model: 'gpt-4o' })).toBe(`${OPENAI} gpt-4o`)
    expect(await served(stage, { model: 'meta-llama/x' })).toBe(`${AT_VLLM} meta-llama/x`)
    expect(await served(stage, { model: 'unknown-to-all' })).toBe(200)
  })

  it('is found without the folder it is listed in (Gemini)', async () => {
    const stage = openStage({ OPENAI_API_KEY: '', ...upstreams(VLLM) }, [{ id: 'models/gemini-x' }])
    for (const model of ['gemini-x', 'models/gemini-x', 'vllm/gemini-x', 'vllm/models/gemini-x']) {
      expect(await served(stage, { model })).toBe(`${AT_VLLM} models/gemini-x`)
    }
  })
})

describe('listings', () => {
  it('tell the models of every server, whose they are, and what they do', async () => {
    const listed = [
      ...OPENAI_MODELS,
      { id: 'ft:gpt-4o:me', owned_by: 'user-1', created: 5, max_model_len: 9 },
    ]
    const stage = openStage({}, listed)
    const { data } = (await stage.get('/v1/models')) as { data: Record<string, unknown>[] }
    const own = data.filter(({ provider }) => provider === 'openai')
    expect(own.map(({ id, owned_by, created }) => [id, owned_by, created])).toEqual([
      ['gpt-4o', 'OpenAI', 1715367049],
      ['text-embedding-3-small', 'OpenAI', 1705948997],
      ['ft:gpt-4o:me', 'user-1', 5],
    ])
    expect(own[1]).toMatchObject({ output_modalities: ['embedding'], streaming: false })
    expect(own[2]).toMatchObject({ context_window: 9 })
    const { data: makers } = (await stage.get('/v1/providers')) as { data: unknown[] }
    expect(makers).toContainEqual({
      id: 'openai',
      object: 'provider',
      name: 'OpenAI',
      served_by: ['openai'],
      models: 2,
    })
  })

  it('are fetched once for many, and forgive what is no model', async () => {
    const stage = openStage({}, [{ id: 'a' }, {}, null, { id: 7 }])
    await Promise.all([stage.get('/v1/models'), stage.get('/v1/models'), stage.get('/v1/models/a')])
    expect(stage.listings).toHaveLength(1)
    const { data } = (await stage.get('/v1/models')) as { data: { id: string; provider: string }[] }
    expect(data.filter(({ provider }) => provider === 'openai').map(({ id }) => id)).toEqual(['a'])
  })
})

describe('what a key may ask', () => {
  const keys = [
    { name: 'abstinent', key: 'key-of-the-abstinent', denied_models: ['openai/gpt-*', 'muse'] },
    { name: 'faithful', key: 'key-of-the-faithful', models: ['openai/*'] },
    { name: 'local', key: 'key-of-the-local-one', models: ['vllm/*', 'embedded/embedded-chat'] },
  ]
  const stage = () =>
    openStage({
      API_KEYS: JSON.stringify(keys),
      MODEL_ALIASES: '{"muse": "embedded-chat"}',
      ...upstreams(VLLM),
    })

  it.each([
    ['abstinent', 'gpt-4o', 403],
    ['abstinent', 'openai/gpt-4o', 403],
    ['abstinent', 'vllm/gpt-4o', 200],
    ['abstinent', 'muse', 403],
    ['abstinent', 'embedded/muse', 403],
    ['abstinent', 'embedded-chat', 200],
    ['faithful', 'gpt-4o', 200],
    ['faithful', 'openai/gpt-4o', 200],
    ['faithful', 'vllm/gpt-4o', 403],
    ['faithful', 'embedded-chat', 403],
    ['local', 'gpt-4o', 403],
    ['local', 'meta-llama/llama-3', 200],
    ['local', 'embedded-chat', 200],
    ['local', 'embedded-reasoner', 403],
  ])('may be told with who serves it: %s asks %s', async (who, model, status) => {
    const { post, answer } = stage()
    answer({ body: completionOf({}) })
    const { key } = keys.find(({ name }) => name === who)!
    const body = { model, messages: [{ role: 'user', content: 'Hi' }] }
    const response = await post('/v1/chat/completions', body, { authorization: `Bearer ${key}` })
    expect(response.status).toBe(status)
  })

  it('is all that is listed to it', async () => {
    const { app } = stage()
    const idsFor = async (who: string) => {
      const { key } = keys.find(({ name }) => name === who)!
      const headers = { authorization: `Bearer ${key}` }
      const { data } = await (await app.request('/v1/models', { headers })).json()
      return data.map(({ id }: { id: string }) => id)
    }
    expect(await idsFor('abstinent')).not.toContain('gpt-4o')
    expect(await idsFor('faithful')).toEqual(expect.arrayContaining(['gpt-4o']))
    expect(await idsFor('faithful')).not.toContain('embedded-chat')
  })
})
