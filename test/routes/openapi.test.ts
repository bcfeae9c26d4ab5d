import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { describeApi } from '../../app/routes/gateway/api-description.ts'
import { greeter, stageApp } from './openai/stage.ts'

interface Operation {
  operationId?: string
  summary?: string
  tags?: string[]
  security?: Record<string, string[]>[]
  parameters?: { name: string; in: string; required?: boolean }[]
  responses: Record<string, { description?: string; content?: Record<string, { schema: unknown }> }>
}

interface Document {
  openapi: string
  info: { title: string; version: string; license?: { name: string; url?: string } }
  servers: { url: string }[]
  security: Record<string, string[]>[]
  tags: { name: string; description?: string }[]
  paths: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, unknown>>
}

const { app } = stageApp(greeter().chat)
const document = JSON.parse(JSON.stringify(describeApi(app))) as Document
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    method,
    ...operation,
  })),
)

/** AWS refuses an unknown caller with 403, everybody else with 401. */
const refusalOf = (path: string) =>
  /^\/(model\/|guardrail\/|rerank$|foundation-model|inference-profiles)/.test(path) ? 403 : 401

/** Every route, in the order of the document. */
const ROUTES = [
  'POST /v1/admin/keys',
  'GET /v1/admin/keys',
  'GET /v1/admin/keys/{key_id}',
  'POST /v1/admin/keys/{key_id}',
  'DELETE /v1/admin/keys/{key_id}',
  'POST /v1/admin/keys/{key_id}/rotate',
  'POST /v1/admin/keys/{key_id}/disable',
  'POST /v1/admin/keys/{key_id}/enable',
  'GET /v1/admin/overview',
  'POST /anthropic/v1/messages',
  'POST /anthropic/v1/messages/count_tokens',
  'GET /anthropic/api/hello',
  'POST /v1/messages',
  'POST /v1/messages/count_tokens',
  'GET /api/hello',
  'GET /anthropic',
  'GET /anthropic/v1/models',
  'GET /anthropic/v1/models/{model_id}',
  'POST /anthropic/v1/files',
  'GET /anthropic/v1/files',
  'GET /anthropic/v1/files/{file_id}',
  'DELETE /anthropic/v1/files/{file_id}',
  'GET /anthropic/v1/files/{file_id}/content',
  'POST /model/{modelId}/converse',
  'POST /model/{modelId}/converse-stream',
  'POST /model/{modelId}/invoke',
  'POST /model/{modelId}/invoke-with-response-stream',
  'POST /model/{modelId}/count-tokens',
  'POST /guardrail/{guardrailIdentifier}/version/{guardrailVersion}/apply',
  'POST /rerank',
  'GET /foundation-models',
  'GET /foundation-models/{modelIdentifier}',
  'GET /inference-profiles',
  'GET /inference-profiles/{inferenceProfileIdentifier}',
  'GET /v1/usage',
  'GET /v1/cost',
  'GET /v1/organization/usage/completions',
  'GET /v1/organization/usage/embeddings',
  'GET /v1/organization/usage/images',
  'GET /v1/organization/usage/audio_speeches',
  'GET /v1/organization/usage/audio_transcriptions',
  'GET /v1/organization/usage/moderations',
  'GET /v1/organization/usage/vector_stores',
  'GET /v1/organization/usage/code_interpreter_sessions',
  'GET /v1/organization/usage/file_search_calls',
  'GET /v1/organization/usage/web_search_calls',
  'GET /v1/organization/costs',
  'POST /v1/chat/completions',
  'GET /v1/chat/completions',
  'POST /v1/completions',
  'GET /v1/chat/completions/health',
  'GET /v1/chat/completions/{completion_id}',
  'POST /v1/chat/completions/{completion_id}',
  'DELETE /v1/chat/completions/{completion_id}',
  'GET /v1/chat/completions/{completion_id}/messages',
  'GET /v1/models',
  'GET /v1/models/{model}',
  'POST /v1/files',
  'GET /v1/files',
  'GET /v1/files/health',
  'GET /v1/files/{file_id}',
  'DELETE /v1/files/{file_id}',
  'GET /v1/files/{file_id}/content',
  'POST /v1/uploads',
  'POST /v1/uploads/{upload_id}/parts',
  'POST /v1/uploads/{upload_id}/complete',
  'POST /v1/uploads/{upload_id}/cancel',
  'POST /v1/responses',
  'POST /v1/responses/input_tokens',
  'POST /v1/responses/compact',
  'GET /v1/responses/{response_id}',
  'DELETE /v1/responses/{response_id}',
  'POST /v1/responses/{response_id}/cancel',
  'GET /v1/responses/{response_id}/input_items',
  'POST /v1/conversations',
  'GET /v1/conversations/{conversation_id}',
  'POST /v1/conversations/{conversation_id}',
  'DELETE /v1/conversations/{conversation_id}',
  'POST /v1/conversations/{conversation_id}/items',
  'GET /v1/conversations/{conversation_id}/items',
  'GET /v1/conversations/{conversation_id}/items/{item_id}',
  'DELETE /v1/conversations/{conversation_id}/items/{item_id}',
  'POST /v1/embeddings',
  'POST /v1/audio/speech',
  'POST /v1/audio/transcriptions',
  'POST /v1/audio/translations',
  'POST /v1/rerank',
  'POST /v1/images/generations',
  'POST /v1/images/edits',
  'POST /v1/images/variations',
  'GET /v1/images/files/{id}',
  'POST /v1/knowledge-bases',
  'GET /v1/knowledge-bases',
  'GET /v1/knowledge-bases/health',
  'GET /v1/knowledge-bases/{knowledge_base_id}',
  'DELETE /v1/knowledge-bases/{knowledge_base_id}',
  'POST /v1/knowledge-bases/{knowledge_base_id}/query',
  'POST /v1/knowledge-bases/{knowledge_base_id}/retrieve-and-generate',
  'POST /v1/knowledge-bases/{knowledge_base_id}/data-sources',
  'GET /v1/knowledge-bases/{knowledge_base_id}/data-sources',
  'GET /v1/knowledge-bases/{knowledge_base_id}/data-sources/{data_source_id}',
  'DELETE /v1/knowledge-bases/{knowledge_base_id}/data-sources/{data_source_id}',
  'POST /v1/knowledge-bases/{knowledge_base_id}/data-sources/{data_source_id}/sync',
  'GET /v1/knowledge-bases/{knowledge_base_id}/data-sources/{data_source_id}/sync',
  'GET /v1/knowledge-bases/{knowledge_base_id}/data-sources/{data_source_id}/sync/{job_id}',
  'POST /cohere/v2/embed',
  'POST /cohere/v1/embed',
  'POST /cohere/v2/rerank',
  'POST /cohere/v1/rerank',
  'POST /mcp',
  'DELETE /mcp',
  'GET /.well-known/api-catalog',
  'GET /.well-known/oauth-protected-resource',
  'GET /.well-known/oauth-protected-resource/mcp',
  'GET /mcp/server-card',
  'GET /.well-known/mcp/server-card.json',
  'GET /',
  'GET /health',
  'GET /ping',
  'GET /v1/providers',
  'GET /v1/mappings',
  'GET /search_models',
  'GET /metrics',
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/{asset}',
  'GET /dashboard',
  'GET /pages/{asset}',
]

/** Those of them that need no key. */
const OPEN = new Set([
  'GET /anthropic/api/hello',
  'GET /api/hello',
  'GET /anthropic',
  'GET /v1/images/files/{id}',
  'GET /.well-known/api-catalog',
  'GET /.well-known/oauth-protected-resource',
  'GET /.well-known/oauth-protected-resource/mcp',
  'GET /mcp/server-card',
  'GET /.well-known/mcp/server-card.json',
  'GET /',
  'GET /health',
  'GET /ping',
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/{asset}',
  'GET /dashboard',
  'GET /pages/{asset}',
])

describe('the OpenAPI document', () => {
  it('describes every route, and nothing else', () => {
    expect(operations.map(({ name }) => name)).toEqual(ROUTES)
  })

  it('says what it is, where it is served and under which license', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.info.license?.url).toBeTruthy()
    expect(document.servers).toHaveLength(1)
    expect(document.tags.every(({ description }) => description)).toBe(true)
  })

  it.each(operations)('$name keeps the rules', (operation) => {
    expect(operation.operationId).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(operation.summary).toBeTruthy()
    expect(operation.tags).toHaveLength(1)
    expect(document.tags.map(({ name }) => name)).toContain(operation.tags![0])
    const schemes = Object.keys(document.components['securitySchemes']!)
    for (const need of operation.security ?? document.security) {
      expect(schemes).toEqual(expect.arrayContaining(Object.keys(need)))
    }
    const statuses = Object.keys(operation.responses)
    expect(statuses.some((status) => status.startsWith('2'))).toBe(true)
    expect(statuses.some((status) => status.startsWith('4'))).toBe(true)
    for (const response of Object.values(operation.responses)) {
      expect(response.description).toBeTruthy()
    }
    const named = [...operation.path.matchAll(/\{(.+?)\}/g)].map(([, name]) => name)
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    expect(declared.map(({ name }) => name)).toEqual(named)
    expect(declared.every(({ required }) => required)).toBe(true)
  })

  it('gives every operation an id of its own', () => {
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('shows 401 on everything that needs a key', () => {
    const guarded = operations.filter(({ security }) => security === undefined)
    expect(guarded.map(({ name }) => name)).toEqual(ROUTES.filter((name) => !OPEN.has(name)))
    const refusals = guarded.map(({ path, responses }) => [path, refusalOf(path) in responses])
    expect(refusals.filter(([, shown]) => !shown)).toEqual([])
  })

  it('holds no reference to nothing, and no component nobody uses', () => {
    const text = JSON.stringify(document)
    const used = [...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, ref]) => ref)
    const had = Object.entries(document.components)
      .filter(([kind]) => kind !== 'securitySchemes')
      .flatMap(([kind, all]) => Object.keys(all).map((name) => `${kind}/${name}`))
    expect([...new Set(used)].sort()).toEqual(had.sort())
  })

  it('has schemas that compile', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema({ $id: 'api', ...document })
    for (const name of Object.keys(document.components['schemas']!)) {
      expect(() => ajv.compile({ $ref: `api#/components/schemas/${name}` }), name).not.toThrow()
    }
    const check = ajv.compile({ $ref: 'api#/components/schemas/CreateChatCompletionRequest' })
    expect(check({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })).toBe(true)
    expect(check({ model: 'm' })).toBe(false)
  })

  it('shows the stream as events', () => {
    const { content } = document.paths['/v1/chat/completions']!['post']!.responses['200']!
    expect(content!['text/event-stream']!.schema).toMatchObject({
      anyOf: [
        { $ref: '#/components/schemas/CreateChatCompletionStreamResponse' },
        expect.anything(),
        { $ref: '#/components/schemas/TitanTextChunk' },
      ],
    })
  })

  it('is what the server hands out, and what is committed', async () => {
    expect(await (await app.request('/openapi.json')).json()).toEqual(document)
    const file = new URL('../../openapi/openapi.json', import.meta.url)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document)
  })
})

describe('the order of routes', () => {
  // A name beside a parameter: its handler stands first on the parameter's route and lets others pass.
  const SHARED: Record<string, string> = {
    '/v1/files/health': '/v1/files/{file_id}',
    '/v1/chat/completions/health': '/v1/chat/completions/{completion_id}',
    '/v1/responses/input_tokens': '/v1/responses/{response_id}',
    '/v1/responses/compact': '/v1/responses/{response_id}',
    '/v1/knowledge-bases/health': '/v1/knowledge-bases/{knowledge_base_id}',
  }
  const sample = (path: string) => path.replace(/\{(.+?)\}/g, 'a')

  it.each(operations)('lets $name be reached', ({ path, method }) => {
    const found = app.router.match(method.toUpperCase(), sample(path))[0]
    const reached = found.map(([[, route]]) => route.path).filter((one) => one !== '/*')
    expect(reached[0]!.replace(/:(\w+)(\{.+\})?/g, '{$1}')).toBe(SHARED[path] ?? path)
  })

  it('asks for a key wherever the document does, and nowhere else', async () => {
    const locked = stageApp(greeter().chat, { API_KEY: 'k' }).app
    for (const { path, method, security, name } of operations) {
      const response = await locked.request(sample(path), { method: method.toUpperCase() })
      expect(response.status === refusalOf(path), name).toBe(security === undefined)
    }
  })
})
