import { describe, expect, it } from 'vitest'
import { createApp } from '../../../../app/app.ts'
import { createUndiciTransport } from '../../../../runtimes/calling/undici-transport.ts'
import { claudeReply } from '../../../fakes/claude-answers.ts'
import { startFakeBedrock } from '../../../fakes/fake-bedrock.ts'
import { stagedRuntime } from '../../../http/stage.ts'

const staged = stagedRuntime({
  PROVIDER: 'embedded',
  FILES_DIR: 'memory',
  EMBEDDED_TOKENS_PER_SECOND: '0',
})
const app = createApp(staged.runtime)

const FORMATS = {
  openai: (words: string) => ({ model: 'm', messages: [{ role: 'user', content: words }] }),
  bedrock_claude: (words: string) => ({
    anthropic_version: 'bedrock-2023-05-31',
    model: 'm',
    max_tokens: 1000,
    messages: [{ role: 'user', content: words }],
  }),
  bedrock_titan: (words: string) => ({ model: 'm', inputText: words }),
}
const formats = Object.keys(FORMATS) as (keyof typeof FORMATS)[]

const post = (path: string, body: object) =>
  app.request(path, { method: 'POST', body: JSON.stringify(body) })

type Json = Record<string, unknown>

async function ask(body: object) {
  const answer = await post('/v1/chat/completions', body)
  const json = (await answer.json()) as Json & { choices?: { message: { content: string } }[] }
  const ignored = answer.headers.get('x-outcrop-ignored-params')
  return { status: answer.status, json, ignored, text: json.choices?.[0]?.message.content ?? '' }
}

async function storedFile(at = app): Promise<string> {
  const form = new FormData()
  form.set('purpose', 'assistants')
  form.set('file', new File(['Date,Sales\n2024-01-01,150\n'], 'sales.csv', { type: 'text/csv' }))
  const answer = await at.request('/v1/files', { method: 'POST', body: form })
  return ((await answer.json()) as { id: string }).id
}

async function knowledgeBase(): Promise<string> {
  const json = async (path: string, body: object) =>
    (await (await post(`/v1/knowledge-bases${path}`, body)).json()) as Record<string, string>
  const base = (await json('', { name: 'policies' }))['knowledgeBaseId']!
  const documents = [{ title: 'Refunds', text: 'Refunds are paid within fourteen days.' }]
  const dataSourceConfiguration = { type: 'INLINE', inlineConfiguration: { documents } }
  const source = await json(`/${base}/data-sources`, { name: 'docs', dataSourceConfiguration })
  await json(`/${base}/data-sources/${source['dataSourceId']}/sync`, {})
  return base
}

describe.each(formats)('any chat completion request, in the format %s', (format) => {
  it('may name stored files', async () => {
    const file_ids = [await storedFile()]
    const { text, ignored } = await ask({ ...FORMATS[format]('Analyze the trends'), file_ids })
    expect(text).toContain('=== UPLOADED FILES CONTEXT ===')
    expect(text).toContain('sales.csv')
    expect(ignored).toBeNull()
  })

  it('may name a knowledge base', async () => {
    const knowledge_base_id = await knowledgeBase()
    const asked = { ...FORMATS[format]('When are refunds paid?'), knowledge_base_id }
    const { text, json, ignored } = await ask(asked)
    expect(text).toContain('Refunds are paid within fourteen days.')
    expect(json['kb_metadata']).toMatchObject({ knowledge_base_used: true, knowledge_base_id })
    expect(ignored).toBeNull()
  })

  it('is refused where these are not what they should be', async () => {
    const body = FORMATS[format]('Hello')
    const refused = async (more: object) => {
      const { status, json } = await ask({ ...body, ...more })
      return [status, (json['error'] as Json)['param']]
    }
    expect(await refused({ file_ids: 'file-1' })).toEqual([400, 'file_ids'])
    expect(await refused({ file_ids: ['file-none'] })).toEqual([404, 'file_ids[0]'])
    expect(await refused({ knowledge_base_id: 5 })).toEqual([400, 'knowledge_base_id'])
    expect(await refused({ knowledge_base_id: 'NONE' })).toEqual([404, 'knowledge_base_id'])
  })
})

it('Claude itself is shown the file, and not the field', async () => {
  const fake = await startFakeBedrock()
  fake.script({ body: claudeReply([{ type: 'text', text: 'It rises.' }]) })
  const { runtime } = stagedRuntime({
    AWS_ENDPOINT_URL: fake.url,
    AWS_REGION: 'us-east-1',
    AWS_BEARER_TOKEN_BEDROCK: 'ABSK',
    FILES_DIR: 'memory',
  })
  const gateway = createApp({ ...runtime, transport: createUndiciTransport() })
  const answer = await gateway.request('/v1/chat/completions?target_format=bedrock_claude', {
    method: 'POST',
    body: JSON.stringify({
      ...FORMATS.bedrock_claude('Analyze the trends'),
      model: 'anthropic.claude-3-haiku-20240307-v1:0',
      file_ids: [await storedFile(gateway)],
    }),
  })
  expect(await answer.json()).toMatchObject({ content: [{ type: 'text', text: 'It rises.' }] })
  const { path, json } = fake.requests[0] as { path: string; json: Json }
  expect(path).toMatch(/\/invoke$/)
  expect(json).not.toHaveProperty('file_ids')
  expect(JSON.stringify(json['messages'])).toContain('=== UPLOADED FILES CONTEXT ===')
  await fake.close()
})
