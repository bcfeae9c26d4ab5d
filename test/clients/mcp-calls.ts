/** What a tool answered before, by its name: the JSON of it. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the server answers.
type Told = (tool: string) => any

const CHAT = { model: 'embedded-chat', messages: [{ role: 'user', content: 'Hello' }] }
const VECTORS = { model: 'embedded-embedding' }
const ORDER = { model: 'embedded-reranker', query: 'rivers', documents: ['a river', 'a hill'] }
const SINCE = { start_time: 1_750_000_000 }
const TEXT = `data:text/plain;base64,${btoa('A file about rivers.')}`
const KNOWN = (told: Told) => ({
  knowledge_base_id: told('outcrop_knowledge_base').knowledgeBaseId,
})
const KEY = (told: Told) => ({ key_id: told('outcrop_admin_key').id })
const ITEM = (told: Told) => ({
  conversation_id: told('openai_conversation').id,
  item_id: told('openai_conversation_item').data[0].id,
})

/** A call of each tool that succeeds, in an order in which the later can build on the earlier. */
export const CALLS: Record<string, (told: Told) => object> = {
  openai_chat_completion: () => ({ ...CHAT, store: true }),
  openai_chat_completion_list: () => ({ limit: 1 }),
  openai_chat_completion_get: (told) => ({ completion_id: told('openai_chat_completion').id }),
  openai_chat_completion_messages: (told) => ({ completion_id: told('openai_chat_completion').id }),
  openai_chat_completion_update: (told) => ({
    completion_id: told('openai_chat_completion').id,
    metadata: { topic: 'rivers' },
  }),
  openai_chat_completion_delete: (told) => ({ completion_id: told('openai_chat_completion').id }),
  openai_chat_completion_health: () => ({}),
  openai_completion: () => ({ model: 'embedded-chat', prompt: 'Once' }),
  openai_response: () => ({ model: 'embedded-chat', input: 'Hello' }),
  openai_response_get: (told) => ({ response_id: told('openai_response').id }),
  openai_response_input_items: (told) => ({ response_id: told('openai_response').id }),
  openai_response_delete: (told) => ({ response_id: told('openai_response').id }),
  openai_response_input_tokens: () => ({ model: 'embedded-chat', input: 'Hello' }),
  openai_response_compact: () => ({ model: 'embedded-chat', input: 'Hello' }),
  openai_conversation: () => ({ metadata: { topic: 'rivers' } }),
  openai_conversation_get: (told) => ({ conversation_id: told('openai_conversation').id }),
  openai_conversation_update: (told) => ({
    conversation_id: told('openai_conversation').id,
    metadata: { topic: 'hills' },
  }),
  openai_conversation_item: (told) => ({
    conversation_id: told('openai_conversation').id,
    items: [{ type: 'message', role: 'user', content: 'Hello' }],
  }),
  openai_conversation_items: (told) => ({ conversation_id: told('openai_conversation').id }),
  openai_conversation_item_get: ITEM,
  openai_conversation_item_delete: ITEM,
  openai_conversation_delete: (told) => ({ conversation_id: told('openai_conversation').id }),
  openai_embedding: () => ({ ...VECTORS, input: 'Hello' }),
  openai_model_list: () => ({}),
  openai_model_get: () => ({ model: 'embedded-chat' }),
  openai_file: () => ({ file: TEXT, filename: 'rivers.txt', purpose: 'user_data' }),
  openai_file_list: () => ({}),
  openai_file_get: (told) => ({ file_id: told('openai_file').id }),
  openai_file_content: (told) => ({ file_id: told('openai_file').id }),
  openai_file_health: () => ({}),
  openai_file_delete: (told) => ({ file_id: told('openai_file').id }),
  openai_upload: () => ({
    filename: 'a.txt',
    purpose: 'user_data',
    bytes: 5,
    mime_type: 'text/plain',
  }),
  openai_upload_part: (told) => ({
    upload_id: told('openai_upload').id,
    data: btoa('rocks'),
  }),
  openai_upload_complete: (told) => ({
    upload_id: told('openai_upload').id,
    part_ids: [told('openai_upload_part').id],
  }),
  openai_organization_usage_completions: () => SINCE,
  openai_organization_costs: () => SINCE,
  anthropic_message: () => ({ ...CHAT, max_tokens: 100 }),
  anthropic_message_count_tokens: () => CHAT,
  anthropic_model_list: () => ({}),
  anthropic_model_get: () => ({ model_id: 'embedded-chat' }),
  anthropic_file: () => ({ file: TEXT, filename: 'rivers.txt' }),
  anthropic_file_list: () => ({ limit: 5 }),
  anthropic_file_get: (told) => ({ file_id: told('anthropic_file').id }),
  anthropic_file_content: (told) => ({ file_id: told('anthropic_file').id }),
  anthropic_file_delete: (told) => ({ file_id: told('anthropic_file').id }),
  bedrock_converse: () => ({
    modelId: 'embedded-chat',
    messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
  }),
  bedrock_invoke: () => ({
    modelId: 'embedded-chat',
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 100,
    messages: CHAT.messages,
  }),
  bedrock_count_tokens: () => ({
    modelId: 'embedded-chat',
    input: { converse: { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] } },
  }),
  cohere_embed: () => ({ ...VECTORS, texts: ['Hello'], input_type: 'search_query' }),
  cohere_embed_v1: () => ({ ...VECTORS, texts: ['Hello'], input_type: 'search_query' }),
  cohere_rerank: () => ORDER,
  cohere_rerank_v1: () => ORDER,
  outcrop_rerank: () => ORDER,
  outcrop_search_models: () => ({ route: 'openai_chat_completion' }),
  outcrop_provider_list: () => ({}),
  outcrop_mapping_list: () => ({}),
  outcrop_health: () => ({}),
  outcrop_usage: () => ({}),
  outcrop_knowledge_base: () => ({ name: 'rivers' }),
  outcrop_knowledge_base_list: () => ({}),
  outcrop_knowledge_base_health: () => ({}),
  outcrop_knowledge_base_get: KNOWN,
  outcrop_knowledge_base_query: (told) => ({ ...KNOWN(told), query: 'rivers' }),
  outcrop_knowledge_base_data_sources: KNOWN,
  outcrop_knowledge_base_delete: KNOWN,
  outcrop_admin_key: () => ({ name: 'by-mcp' }),
  outcrop_admin_key_list: () => ({}),
  outcrop_admin_key_get: KEY,
  outcrop_admin_key_update: (told) => ({ ...KEY(told), name: 'changed' }),
  outcrop_admin_key_rotate: KEY,
  outcrop_admin_key_disable: KEY,
  outcrop_admin_key_enable: KEY,
  outcrop_admin_key_delete: KEY,
}

/** The least a tool takes, by its schema; it need not be anything that is there. */
export function leastArguments(schema: Schema): Record<string, unknown> {
  const names = schema.required ?? []
  return Object.fromEntries(names.map((name) => [name, sample(schema.properties?.[name] ?? {})]))
}

interface Schema {
  type?: string | string[]
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  enum?: unknown[]
  const?: unknown
  minimum?: number
  anyOf?: Schema[]
  oneOf?: Schema[]
}

const SAMPLES: Record<string, (schema: Schema) => unknown> = {
  object: leastArguments,
  array: ({ items }) => [sample(items ?? {})],
  integer: ({ minimum = 1 }) => minimum,
  number: ({ minimum = 1 }) => minimum,
  boolean: () => true,
}

function sample(schema: Schema): unknown {
  const [first] = schema.anyOf ?? schema.oneOf ?? []
  if (first) return sample(first)
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  return SAMPLES[String(schema.type)]?.(schema) ?? 'a'
}
