import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { toolName } from '../../../app/routes/mcp/tool-names.ts'
import { stagedTools } from './stage.ts'

const { document, book } = stagedTools()
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, { operationId }]) => ({ method, path, operationId })),
)

describe('the names of tools', () => {
  it.each([
    ['POST', '/v1/chat/completions', 'openai_chat_completion'],
    ['GET', '/v1/chat/completions', 'openai_chat_completion_list'],
    ['GET', '/v1/chat/completions/{completion_id}', 'openai_chat_completion_get'],
    ['POST', '/v1/chat/completions/{completion_id}', 'openai_chat_completion_update'],
    ['DELETE', '/v1/chat/completions/{completion_id}', 'openai_chat_completion_delete'],
    ['GET', '/v1/chat/completions/{completion_id}/messages', 'openai_chat_completion_messages'],
    ['POST', '/v1/completions', 'openai_completion'],
    ['POST', '/v1/responses', 'openai_response'],
    ['GET', '/v1/responses/{response_id}', 'openai_response_get'],
    ['DELETE', '/v1/responses/{response_id}', 'openai_response_delete'],
    ['POST', '/v1/responses/{response_id}/cancel', 'openai_response_cancel'],
    ['GET', '/v1/responses/{response_id}/input_items', 'openai_response_input_items'],
    ['POST', '/v1/responses/input_tokens', 'openai_response_input_tokens'],
    ['POST', '/v1/responses/compact', 'openai_response_compact'],
    ['POST', '/v1/embeddings', 'openai_embedding'],
    ['POST', '/v1/moderations', 'openai_moderation'],
    ['POST', '/v1/images/generations', 'openai_image_generation'],
    ['POST', '/v1/images/edits', 'openai_image_edit'],
    ['POST', '/v1/images/variations', 'openai_image_variation'],
    ['POST', '/v1/audio/speech', 'openai_audio_speech'],
    ['POST', '/v1/audio/transcriptions', 'openai_audio_transcription'],
    ['POST', '/v1/audio/translations', 'openai_audio_translation'],
    ['GET', '/v1/models', 'openai_model_list'],
    ['GET', '/v1/models/{model}', 'openai_model_get'],
    ['POST', '/v1/batches', 'openai_batch'],
    ['GET', '/v1/batches', 'openai_batch_list'],
    ['POST', '/v1/batches/{batch_id}/cancel', 'openai_batch_cancel'],
    ['POST', '/v1/vector_stores/{id}/search', 'openai_vector_store_search'],
    ['POST', '/anthropic/v1/messages', 'anthropic_message'],
    ['POST', '/cohere/v2/rerank', 'cohere_rerank'],
    ['POST', '/cohere/v1/rerank', 'cohere_rerank_v1'],
    ['POST', '/model/{modelId}/converse', 'bedrock_converse'],
    ['GET', '/search_models', 'outcrop_search_models'],
  ])('%s %s is %s', (method, path, name) => {
    expect(toolName(method, path)).toBe(name)
  })
})

describe('the tools', () => {
  it('are all operations but those with a written reason', () => {
    const told = [
      ...book.tools.map(({ method, path }) => `${method} ${path}`),
      ...book.without.map(({ method, path }) => `${method} ${path}`),
    ]
    const all = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    expect(told.sort()).toEqual(all.sort())
    expect(book.without.filter(({ reason }) => !reason)).toEqual([])
  })

  it('have the names of nobody else, as every client takes them', () => {
    const names = book.tools.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => !/^[a-z][a-z0-9_]{1,54}$/.test(name))).toEqual([])
  })

  it.each(book.tools)('$name takes an object that a model can write', ({ inputSchema, places }) => {
    const text = JSON.stringify(inputSchema)
    expect(inputSchema.type).toBe('object')
    expect(text).not.toContain('"$ref"')
    expect(Object.keys(inputSchema.properties)).not.toContain('stream')
    const names = Object.keys(inputSchema.properties)
    expect(names.filter((name) => !/^[a-zA-Z0-9_.-]{1,64}$/.test(name))).toEqual([])
    expect(names).toEqual(expect.arrayContaining([...places.path, ...places.query.keys()]))
    expect(names).toEqual(expect.arrayContaining(inputSchema.required ?? []))
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    expect(() => ajv.compile(inputSchema)).not.toThrow()
  })

  it('describe themselves without a word of streams', () => {
    const told = book.find('openai_chat_completion')!
    expect(told).toMatchObject({ title: 'Answer a conversation', talks: true })
    expect(told.description).toMatch(/^Answer a conversation\. .*\(POST \/v1\/chat\/completions\)$/)
    expect(book.tools.filter(({ description }) => /\bstream/i.test(description))).toEqual([])
  })

  it('merge what stands in the path, in the query and in the body', () => {
    const { inputSchema, places } = book.find('bedrock_converse')!
    expect(places.path).toEqual(['modelId'])
    expect(inputSchema.required).toContain('modelId')
    expect(Object.keys(inputSchema.properties)).toContain('messages')
    expect([...book.find('anthropic_file_list')!.places.query]).toContainEqual(['ids', 'ids[]'])
  })

  it('keep their names when Anthropic is moved', () => {
    const moved = stagedTools({ ANTHROPIC_ROUTES_PREFIX: '/claude' }).book
    expect(moved.find('anthropic_message')?.path).toBe('/claude/v1/messages')
    expect(moved.tools.map(({ name }) => name)).toEqual(book.tools.map(({ name }) => name))
  })
})

describe('MCP_TOOLS_INCLUDE and MCP_TOOLS_EXCLUDE', () => {
  it('leave what fits the one and not the other', () => {
    const { book: few } = stagedTools({
      MCP_TOOLS_INCLUDE: 'openai_*_completion*, anthropic_message',
      MCP_TOOLS_EXCLUDE: '*_delete',
    })
    const names = few.tools.map(({ name }) => name)
    expect(names).toContain('openai_chat_completion')
    expect(names).toContain('anthropic_message')
    expect(names.filter((name) => name.endsWith('_delete'))).toEqual([])
    expect(names.filter((name) => name.startsWith('cohere'))).toEqual([])
    expect(few.find('cohere_rerank')).toBeUndefined()
  })
})
