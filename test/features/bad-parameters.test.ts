import { describe, expect, it } from 'vitest'
import { ROWS } from './parameters.ts'
import { HELLO, type Json, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const TOOL = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } }
const SVG = `data:image/svg+xml;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg"/>')}`
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const image = (fields: Json) => ({ type: 'image_url', image_url: { url: PIXEL, ...fields } })
const message = (fields: Json) => ({ messages: [{ role: 'user', ...fields }] })
const guardrail = (fields: Json) => ({ 'amazon-bedrock-guardrailConfig': fields })

/** A fault in every parameter: its body, and the path the refusal names. */
const FAULTS: [param: string, body: Json, at: string][] = [
  ['model', { model: 7 }, 'model'],
  ['messages', { messages: [] }, 'messages'],
  ['messages', message({ content: 7 }), 'messages[0].content'],
  ['messages', { messages: [...HELLO, { role: 'boss' }] }, 'messages[1].role'],
  ['messages', message({ content: [{ type: 'text' }] }), 'messages[0].content[0].text'],
  [
    'messages',
    message({ content: [image({ detail: 'closely' })] }),
    'messages[0].content[0].image_url.detail',
  ],
  [
    'messages',
    message({ content: [{ type: 'text', text: 'Hi', prompt_cache_breakpoint: { mode: 'now' } }] }),
    'messages[0].content[0].prompt_cache_breakpoint.mode',
  ],
  ['messages', message({ content: [image({ url: SVG })] }), 'messages[0].content[0].image_url.url'],
  [
    'messages',
    { messages: [{ role: 'tool', tool_call_id: 'x', content: 'r' }] },
    'messages[0].tool_call_id',
  ],
  ['stream', { stream: 'yes' }, 'stream'],
  ['stream_options', { stream_options: { include_usage: 1 } }, 'stream_options.include_usage'],
  ['n', { n: 0 }, 'n'],
  ['n', { n: 129 }, 'n'],
  ['max_tokens', { max_tokens: 0 }, 'max_tokens'],
  ['max_completion_tokens', { max_completion_tokens: 1.5 }, 'max_completion_tokens'],
  ['temperature', { temperature: 2.1 }, 'temperature'],
  ['top_p', { top_p: -0.1 }, 'top_p'],
  ['stop', { stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
  ['stop', { stop: [7] }, 'stop[0]'],
  ['frequency_penalty', { frequency_penalty: 3 }, 'frequency_penalty'],
  ['presence_penalty', { presence_penalty: '1' }, 'presence_penalty'],
  ['seed', { seed: 1.5 }, 'seed'],
  ['logit_bias', { logit_bias: { 50256: 101 } }, 'logit_bias.50256'],
  ['logit_bias', { logit_bias: { 50256: 0.5 } }, 'logit_bias.50256'],
  ['logprobs', { logprobs: 1 }, 'logprobs'],
  ['top_logprobs', { top_logprobs: 21 }, 'top_logprobs'],
  ['verbosity', { verbosity: 'chatty' }, 'verbosity'],
  ['prediction', { prediction: { type: 'content' } }, 'prediction.content'],
  [
    'prediction',
    { prediction: { type: 'content', content: [{ type: 'text', text: 7 }] } },
    'prediction.content[0].text',
  ],
  ['moderation', { moderation: { model: 7 } }, 'moderation.model'],
  [
    'moderation',
    { moderation: { model: 'm', policy: { input: { mode: 'warn' } } } },
    'moderation.policy.input.mode',
  ],
  ['reasoning_effort', { reasoning_effort: 'huge' }, 'reasoning_effort'],
  ['response_format', { response_format: { type: 'xml' } }, 'response_format.type'],
  [
    'response_format',
    { response_format: { type: 'json_schema', json_schema: { name: 'no blanks' } } },
    'response_format.json_schema.name',
  ],
  ['tools', { tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
  [
    'tools',
    { tools: [{ type: 'custom', custom: { name: 'sql', format: { type: 'grammar' } } }] },
    'tools[0].custom.format.grammar',
  ],
  ['tool_choice', { tools: [TOOL], tool_choice: 'any' }, 'tool_choice'],
  [
    'tool_choice',
    { tools: [TOOL], tool_choice: { type: 'function', function: { name: 'fly' } } },
    'tool_choice',
  ],
  ['parallel_tool_calls', { parallel_tool_calls: 'no' }, 'parallel_tool_calls'],
  ['functions', { functions: [{}] }, 'functions[0].name'],
  ['function_call', { function_call: 'must' }, 'function_call'],
  [
    'web_search_options',
    { web_search_options: { search_context_size: 'vast' } },
    'web_search_options.search_context_size',
  ],
  ['service_tier', { service_tier: 'gold' }, 'service_tier'],
  ['prompt_cache_key', { prompt_cache_key: 7 }, 'prompt_cache_key'],
  ['prompt_cache_retention', { prompt_cache_retention: '2h' }, 'prompt_cache_retention'],
  ['prompt_cache_options', { prompt_cache_options: { ttl: 5 } }, 'prompt_cache_options.ttl'],
  ['metadata', { metadata: { a: 1 } }, 'metadata.a'],
  ['metadata', { metadata: { a: 'x'.repeat(513) } }, 'metadata.a'],
  ['user', { user: {} }, 'user'],
  ['safety_identifier', { safety_identifier: 'x'.repeat(65) }, 'safety_identifier'],
  ['store', { store: 'yes' }, 'store'],
  ['modalities', { modalities: ['text', 'smell'] }, 'modalities[1]'],
  ['audio', { audio: { voice: 'alloy', format: 'midi' } }, 'audio.format'],
  ['top_k', { top_k: -1 }, 'top_k'],
  ['reasoning', { reasoning: { max_tokens: 'all' } }, 'reasoning.max_tokens'],
  ['reasoning', { reasoning: { effort: 'low' }, reasoning_effort: 'high' }, 'reasoning.effort'],
  ['include_reasoning', { include_reasoning: 1 }, 'include_reasoning'],
  ['thinking', { thinking: { type: 'sometimes' } }, 'thinking.type'],
  ['enable_thinking', { enable_thinking: 'on' }, 'enable_thinking'],
  ['thinking_budget', { thinking_budget: -5 }, 'thinking_budget'],
  ['file_ids', { file_ids: 'file-1' }, 'file_ids'],
  ['bedrock_model', { bedrock_model: '' }, 'bedrock_model'],
  ['model_provider', { model_provider: 7 }, 'model_provider'],
  [
    'amazon-bedrock-guardrailConfig',
    guardrail({ guardrailVersion: '1' }),
    'amazon-bedrock-guardrailConfig.guardrailIdentifier',
  ],
  ['knowledge_base_id', { knowledge_base_id: 7 }, 'knowledge_base_id'],
  ['knowledgeBaseId', { knowledgeBaseId: 7 }, 'knowledgeBaseId'],
  ['kb_id', { kb_id: 7 }, 'kb_id'],
  ['kbId', { kbId: 7 }, 'kbId'],
  ['auto_kb', { auto_kb: 'perhaps' }, 'auto_kb'],
  ['retrieval_config', { retrieval_config: 7 }, 'retrieval_config'],
  ['citation_format', { citation_format: 'footnotes' }, 'citation_format'],
  ['performanceConfig', { performanceConfig: { latency: 'warp' } }, 'performanceConfig.latency'],
]

describe('a fault in a parameter', () => {
  it.each(FAULTS)('of %s is refused by its path: %j', async (_, body, at) => {
    const response = await bedrock.open().ask(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', param: at, message: expect.any(String) },
    })
    expect(bedrock.sent()).toEqual([])
  })

  it('is tried for every parameter', () => {
    const tried = new Set(FAULTS.map(([param]) => param))
    expect(ROWS.map((row) => row.param).filter((param) => !tried.has(param))).toEqual([])
  })
})
