const MODEL = 'embedded-chat'
/** A tenth of a second of silence. */
const WAV = `UklGRqwCAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YYgCAAA${'A'.repeat(865)}`
const HELLO = [{ role: 'user', content: 'Hi' }]
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const WEATHER = {
  type: 'object',
  properties: { city: { type: 'string', enum: ['Rome', 'Oslo'] } },
  required: ['city'],
}
const CALL = {
  id: 'call_1',
  type: 'function',
  function: { name: 'weather', arguments: '{"city":"Rome"}' },
}

const CHAT = [
  { model: MODEL, messages: HELLO, max_tokens: 9, temperature: 0.5, stop: ['x'], user: 'u' },
  { model: MODEL, messages: HELLO, stream: true, stream_options: { include_usage: true }, n: 2 },
  {
    model: MODEL,
    messages: [
      { role: 'system', content: 'Be kind.' },
      {
        role: 'user',
        name: 'ann',
        content: [
          { type: 'text', text: 'Look' },
          {
            type: 'image_url',
            image_url: { url: `data:image/png;base64,${PIXEL}`, detail: 'low' },
          },
          { type: 'file', file: { filename: 'a.txt', file_data: 'data:text/plain;base64,aGk=' } },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [CALL] },
      { role: 'tool', tool_call_id: 'call_1', content: 'Sunny.' },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'weather', description: 'W', parameters: WEATHER, strict: true },
      },
    ],
    tool_choice: { type: 'function', function: { name: 'weather' } },
    parallel_tool_calls: false,
    metadata: { a: 'b' },
  },
  {
    model: MODEL,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
          { type: 'input_audio', input_audio: { data: WAV, format: 'wav' } },
        ],
      },
    ],
  },
  {
    model: MODEL,
    messages: HELLO,
    store: true,
    reasoning_effort: 'low',
    logit_bias: { '5': 1 },
    response_format: { type: 'json_schema', json_schema: { name: 'w', schema: WEATHER } },
  },
]

const MESSAGES = [
  { model: MODEL, max_tokens: 9, messages: HELLO, system: 'Be kind.', metadata: { user_id: 'u' } },
  { model: MODEL, max_tokens: 9, messages: HELLO, stream: true, thread: { type: 'create' } },
  {
    model: MODEL,
    max_tokens: 5000,
    system: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } }],
    thinking: { type: 'enabled', budget_tokens: 1024 },
    tools: [
      { name: 'weather', description: 'W', input_schema: WEATHER },
      { type: 'bash_20250124', name: 'bash' },
    ],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
          { type: 'image', source: { type: 'url', url: `data:image/png;base64,${PIXEL}` } },
          {
            type: 'document',
            title: 'T',
            citations: { enabled: true },
            source: { type: 'text', media_type: 'text/plain', data: 'words' },
          },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm', signature: 'c2ln' },
          { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: 'Sunny', is_error: false },
        ],
      },
    ],
  },
]

const CONVERSE = [
  { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 9 } },
  {
    system: [{ text: 'Be kind.' }, { cachePoint: { type: 'default' } }],
    messages: [
      {
        role: 'user',
        content: [
          { text: 'Look' },
          { image: { format: 'png', source: { bytes: PIXEL } } },
          { document: { format: 'txt', name: 'a', source: { bytes: 'aGk=' } } },
        ],
      },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 't', name: 'w', input: {} } }] },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: 't', content: [{ json: { a: 1 } }] } }],
      },
    ],
    toolConfig: {
      tools: [{ toolSpec: { name: 'w', inputSchema: { json: WEATHER } } }],
      toolChoice: { auto: {} },
    },
    additionalModelRequestFields: { top_k: 5 },
    requestMetadata: { a: 'b' },
  },
]

const RESPONSES = [
  { model: MODEL, input: 'Hi', store: true, metadata: { a: 'b' } },
  {
    model: MODEL,
    stream: true,
    instructions: 'Be kind.',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look' },
          { type: 'input_image', image_url: `data:image/png;base64,${PIXEL}`, detail: 'low' },
          { type: 'input_file', filename: 'a.txt', file_data: 'data:text/plain;base64,aGk=' },
        ],
      },
      { type: 'function_call', call_id: 'c', name: 'weather', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: 'Sunny' },
    ],
    tools: [{ type: 'function', name: 'weather', parameters: WEATHER, strict: true }],
    reasoning: { effort: 'low', summary: 'auto' },
    text: { format: { type: 'json_schema', name: 'w', schema: WEATHER }, verbosity: 'low' },
    include: ['reasoning.encrypted_content'],
  },
]

const EMBED = [{ model: 'embedded-embedding', input: ['a', 'b'], dimensions: 8, user: 'u' }]
const COHERE_EMBED = [
  {
    model: 'embedded-embedding',
    texts: ['a'],
    input_type: 'search_query',
    embedding_types: ['float'],
  },
]
const RERANK = [{ model: 'embedded-reranker', query: 'a', documents: ['a', 'b'], top_n: 1 }]

/**
 * Bodies that a caller could have meant, by route. Routes that are not named are asked with what their schema
 * alone says, so a new route needs nothing here; it is asked deeper questions with it.
 */
export const SEEDS: Readonly<Record<string, readonly unknown[]>> = {
  'POST /v1/chat/completions': CHAT,
  'POST /v1/messages': MESSAGES,
  'POST /anthropic/v1/messages': MESSAGES,
  'POST /v1/messages/count_tokens': MESSAGES,
  'POST /v1/completions': [
    { model: MODEL, prompt: 'Once', max_tokens: 9, echo: true, n: 2 },
    { model: MODEL, prompt: ['a', 'data:text/plain;base64,aGk='], stream: true },
  ],
  'POST /v1/responses': RESPONSES,
  'POST /v1/responses/input_tokens': RESPONSES,
  'POST /v1/responses/compact': [{ model: MODEL, input: 'Hi' }],
  'POST /v1/conversations': [
    { items: [{ type: 'message', role: 'user', content: 'Hi' }], metadata: { a: 'b' } },
  ],
  'POST /v1/conversations/{conversation_id}/items': [
    { items: [{ type: 'message', role: 'user', content: 'Hi' }] },
  ],
  'POST /v1/embeddings': EMBED,
  'POST /cohere/v2/embed': COHERE_EMBED,
  'POST /cohere/v1/embed': COHERE_EMBED,
  'POST /v1/rerank': RERANK,
  'POST /cohere/v2/rerank': RERANK,
  'POST /cohere/v1/rerank': RERANK,
  'POST /model/{modelId}/converse': CONVERSE,
  'POST /model/{modelId}/converse-stream': CONVERSE,
  'POST /model/{modelId}/invoke': [
    { anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages: HELLO },
    { inputText: 'Hi', textGenerationConfig: { maxTokenCount: 9, stopSequences: ['x'] } },
    { messages: HELLO, max_completion_tokens: 9 },
    { inputText: 'Hi' },
  ],
  'POST /guardrail/{guardrailIdentifier}/version/{guardrailVersion}/apply': [
    { source: 'INPUT', content: [{ text: { text: 'Hi' } }], outputScope: 'FULL' },
  ],
  'POST /model/{modelId}/count-tokens': [{ input: { converse: CONVERSE[0] } }],
  'POST /v1/files': [
    { purpose: 'user_data', filename: 'a.txt', file: 'data:text/plain;base64,aGk=' },
  ],
  'POST /v1/uploads': [
    { filename: 'a.txt', purpose: 'user_data', bytes: 2, mime_type: 'text/plain' },
  ],
  'POST /v1/knowledge-bases': [{ name: 'base', description: 'words' }],
  'POST /v1/knowledge-bases/{knowledge_base_id}/query': [{ query: 'words' }],
  'POST /v1/admin/keys': [{ name: 'k', tenant: 't', models: ['a*'], expires_at: 4070908800 }],
}
