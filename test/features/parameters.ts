import type { FamilyName, Json } from './stage.ts'

/** What becomes of a parameter on a model. */
export type Fate =
  /** AWS is told so; members of the body it gets, beside those of a bare request. */
  | { sent: Json; mapped?: true }
  /** Left out and named; the body is that of a bare request, with these members where given. */
  | { ignored: string; sent?: Json }
  /** 400 `unsupported_parameter` with this `param`. */
  | { refused: string }
  /** Done by the gateway itself: the body is that of a bare request, and nothing is ignored. */
  | 'here'

export interface Row {
  param: string
  /** For the page of features. */
  note?: string
  body: Json
  /** The fate on every model, but for the families named. */
  fate: Fate
  but?: Partial<Record<FamilyName, Fate>>
}

const inference = (member: Json): Fate => ({ sent: { inferenceConfig: member } })
const fields = (members: Json): Fate => ({
  sent: { additionalModelRequestFields: members },
  mapped: true,
})
const ignored = (param: string, sent?: Json): Fate => ({ ignored: param, ...(sent && { sent }) })
const nowhere = (param: string, body: Json, note?: string): Row => ({
  param,
  body,
  fate: ignored(param),
  ...(note && { note }),
})

const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const WEATHER = {
  type: 'function',
  function: { name: 'weather', description: 'Tells it.', parameters: SCHEMA },
}
const TOOL = {
  toolSpec: { name: 'weather', description: 'Tells it.', inputSchema: { json: SCHEMA } },
}
const tools = (toolChoice?: Json): { sent: Json } => ({
  sent: { toolConfig: { tools: [TOOL], ...(toolChoice && { toolChoice }) } },
})
const relaxed: Fate = ignored('tool_choice', { toolConfig: { tools: [TOOL] } })
const unparallel: Fate = ignored('parallel_tool_calls', { toolConfig: { tools: [TOOL] } })

const JSON_SCHEMA = { type: 'json_schema', json_schema: { name: 'city', schema: SCHEMA } }
const NATIVE: Fate = {
  sent: {
    outputConfig: {
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { name: 'city', schema: JSON.stringify(SCHEMA) } },
      },
    },
  },
}
const HIDDEN_TOOL: Json = {
  toolSpec: {
    name: 'final_answer',
    description:
      'Gives the final answer. Call it exactly once, when the answer is complete, instead of writing text.',
    inputSchema: { json: SCHEMA },
  },
}

const CACHED: Fate = {
  mapped: true,
  sent: {
    messages: [{ role: 'user', content: [{ text: 'Hi' }, { cachePoint: { type: 'default' } }] }],
  },
}

/** Every parameter of OpenAI's CreateChatCompletionRequest, then those of others that are understood. */
export const ROWS: Row[] = [
  { param: 'model', note: 'id, profile or ARN', body: {}, fate: 'here' },
  {
    param: 'messages',
    note: 'text, images, documents, audio, video, tool calls and results, thoughts',
    body: {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
    },
    fate: { sent: { system: [{ text: 'Be brief.' }] } },
  },
  {
    param: 'stream',
    note: 'server-sent events, `[DONE]` at the end of a complete answer only',
    body: { stream: true },
    fate: 'here',
  },
  {
    param: 'stream_options',
    note: '`include_usage`; `include_obfuscation` is ignored',
    body: { stream: true, stream_options: { include_usage: true } },
    fate: 'here',
  },
  {
    param: 'n',
    note: 'as many calls at once; streams interleave by `choices[].index`',
    body: { n: 2 },
    fate: 'here',
  },
  {
    param: 'max_tokens',
    note: 'cut to what the model can say',
    body: { max_tokens: 50 },
    fate: inference({ maxTokens: 50 }),
  },
  {
    param: 'max_completion_tokens',
    note: 'wins over `max_tokens`',
    body: { max_completion_tokens: 60, max_tokens: 50 },
    fate: inference({ maxTokens: 60 }),
  },
  {
    param: 'temperature',
    note: 'cut to 1; dropped where the model refuses it or thinks',
    body: { temperature: 0.5 },
    fate: inference({ temperature: 0.5 }),
  },
  {
    param: 'top_p',
    note: 'dropped beside `temperature` where a model takes one of the two',
    body: { top_p: 0.9 },
    fate: inference({ topP: 0.9 }),
  },
  {
    param: 'stop',
    note: 'blank ones are dropped',
    body: { stop: ['END', ' '] },
    fate: inference({ stopSequences: ['END'] }),
    but: { 'gpt-oss': ignored('stop'), mistral: ignored('stop') },
  },
  nowhere('frequency_penalty', { frequency_penalty: 0.5 }, 'Cohere, Jamba and Writer take it'),
  nowhere('presence_penalty', { presence_penalty: 0.5 }, 'Cohere, Jamba and Writer take it'),
  nowhere('seed', { seed: 7 }, 'Cohere and Writer take it'),
  nowhere('logit_bias', { logit_bias: { '50256': -100 } }),
  nowhere('logprobs', { logprobs: true }),
  nowhere('top_logprobs', { top_logprobs: 3 }),
  nowhere('verbosity', { verbosity: 'low' }),
  nowhere('prediction', { prediction: { type: 'content', content: 'Hello.' } }),
  nowhere('moderation', { moderation: { model: 'omni-moderation-latest' } }, 'use a guardrail'),
  {
    param: 'reasoning_effort',
    note: 'a budget, an effort or a switch of the model’s own',
    body: { reasoning_effort: 'low' },
    fate: fields({ reasoning_effort: 'low' }),
    but: {
      claude: fields({ thinking: { type: 'enabled', budget_tokens: 16000 } }),
      nova: fields({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }),
      llama: ignored('reasoning_effort'),
      mistral: ignored('reasoning_effort'),
    },
  },
  {
    param: 'response_format',
    note: 'native, or a hidden tool that looks like content; `json_object` is checked and asked for again once',
    body: { response_format: JSON_SCHEMA },
    fate: NATIVE,
    but: {
      nova: {
        mapped: true,
        sent: {
          toolConfig: { tools: [HIDDEN_TOOL], toolChoice: { tool: { name: 'final_answer' } } },
        },
      },
      llama: {
        mapped: true,
        sent: {
          system: [
            { text: 'Give your final answer by calling the tool final_answer, not as text.' },
          ],
          toolConfig: { tools: [HIDDEN_TOOL] },
        },
      },
    },
  },
  {
    param: 'tools',
    note: 'names, schemas and broken arguments are mended both ways',
    body: { tools: [WEATHER] },
    fate: tools(),
  },
  {
    param: 'tool_choice',
    note: 'relaxed to `auto` where the model cannot be forced; `allowed_tools` offers only those',
    body: { tools: [WEATHER], tool_choice: 'required' },
    fate: tools({ any: {} }),
    but: { 'gpt-oss': relaxed, llama: relaxed },
  },
  {
    param: 'parallel_tool_calls',
    body: { tools: [WEATHER], parallel_tool_calls: false },
    fate: unparallel,
    but: {
      claude: {
        mapped: true,
        sent: {
          toolConfig: { tools: [TOOL] },
          additionalModelRequestFields: {
            tool_choice: { type: 'auto', disable_parallel_tool_use: true },
          },
        },
      },
    },
  },
  {
    param: 'functions',
    note: 'the older form of `tools`',
    body: { functions: [WEATHER.function] },
    fate: tools(),
  },
  {
    param: 'function_call',
    note: 'the older form of `tool_choice`',
    body: { functions: [WEATHER.function], function_call: { name: 'weather' } },
    fate: tools({ tool: { name: 'weather' } }),
    but: {
      'gpt-oss': relaxed,
      llama: relaxed,
      mistral: { mapped: true, ...tools({ any: {} }) },
    },
  },
  {
    param: 'web_search_options',
    note: '`nova_grounding`; sources come back as annotations',
    body: { web_search_options: {} },
    fate: { refused: 'web_search_options' },
    but: {
      nova: {
        mapped: true,
        sent: { toolConfig: { tools: [{ systemTool: { name: 'nova_grounding' } }] } },
      },
    },
  },
  {
    param: 'service_tier',
    note: '`auto`, `default`, `standard`, `flex`, `priority`, `fast`, `reserved`; `scale` is ignored; answered with the tier that served',
    body: { service_tier: 'flex' },
    fate: { sent: { serviceTier: { type: 'flex' } } },
    but: { claude: ignored('service_tier'), llama: ignored('service_tier') },
  },
  {
    param: 'prompt_cache_key',
    note: 'places cache points behind tools, system prompt and last user message',
    body: { prompt_cache_key: 'k' },
    fate: ignored('prompt_cache_key'),
    but: { claude: CACHED, nova: CACHED },
  },
  {
    param: 'prompt_cache_retention',
    note: '5 minutes or 1 hour',
    body: { prompt_cache_retention: 'in_memory' },
    fate: ignored('prompt_cache_retention'),
    but: { claude: CACHED, nova: CACHED },
  },
  {
    param: 'prompt_cache_options',
    note: '`ttl`, `mode`',
    body: { prompt_cache_options: { ttl: '5m' } },
    fate: ignored('prompt_cache_options'),
    but: { claude: CACHED, nova: CACHED },
  },
  {
    param: 'metadata',
    note: 'echoed, and in AWS’s invocation log',
    body: { metadata: { team: 'blue' } },
    fate: 'here',
  },
  {
    param: 'user',
    note: 'in AWS’s invocation log as `user_id`',
    body: { user: 'u' },
    fate: 'here',
  },
  { param: 'safety_identifier', note: 'as `user`', body: { safety_identifier: 's' }, fate: 'here' },
  {
    param: 'store',
    note: 'kept by the gateway, streams too',
    body: { store: false },
    fate: 'here',
  },
  {
    param: 'modalities',
    note: '`text`; `audio` needs a speech service, else 503',
    body: { modalities: ['text'] },
    fate: 'here',
  },
  {
    param: 'audio',
    note: 'voice and format of a spoken answer',
    body: { audio: { voice: 'alloy', format: 'mp3' } },
    fate: 'here',
  },

  {
    param: 'top_k',
    note: 'not OpenAI’s',
    body: { top_k: 40 },
    fate: fields({ top_k: 40 }),
    but: {
      nova: fields({ inferenceConfig: { topK: 40 } }),
      llama: ignored('top_k'),
    },
  },
  {
    param: 'reasoning',
    note: 'OpenRouter’s form of `reasoning_effort`',
    body: { reasoning: { effort: 'low' } },
    fate: fields({ reasoning_effort: 'low' }),
    but: {
      claude: fields({ thinking: { type: 'enabled', budget_tokens: 16000 } }),
      nova: fields({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }),
      llama: ignored('reasoning'),
      mistral: ignored('reasoning'),
    },
  },
  {
    param: 'include_reasoning',
    note: 'hides the thoughts',
    body: { include_reasoning: false },
    fate: 'here',
  },
  {
    param: 'thinking',
    note: 'Anthropic’s form of `reasoning_effort`',
    body: { thinking: { type: 'enabled', budget_tokens: 2048 } },
    fate: fields({ reasoning_effort: 'low' }),
    but: {
      claude: fields({ thinking: { type: 'enabled', budget_tokens: 2048 } }),
      nova: fields({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }),
      llama: ignored('thinking'),
      mistral: ignored('thinking'),
    },
  },
  {
    param: 'enable_thinking',
    note: 'Qwen’s form; gpt-oss cannot be told not to think',
    body: { enable_thinking: false },
    fate: 'here',
    but: { 'gpt-oss': ignored('enable_thinking') },
  },
  {
    param: 'thinking_budget',
    note: 'Qwen’s form',
    body: { thinking_budget: 2048 },
    fate: fields({ reasoning_effort: 'low' }),
    but: {
      claude: fields({ thinking: { type: 'enabled', budget_tokens: 2048 } }),
      nova: fields({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }),
      llama: ignored('thinking_budget'),
      mistral: ignored('thinking_budget'),
    },
  },
  {
    param: 'file_ids',
    note: 'stored files, read in front of the first message of the user',
    body: {},
    fate: 'here',
  },
  {
    param: 'knowledge_base_id',
    note: 'a knowledge base, asked before the model; its sources are told',
    body: {},
    fate: 'here',
  },
  { param: 'knowledgeBaseId', note: 'as `knowledge_base_id`', body: {}, fate: 'here' },
  { param: 'kb_id', note: 'as `knowledge_base_id`', body: {}, fate: 'here' },
  { param: 'kbId', note: 'as `knowledge_base_id`', body: {}, fate: 'here' },
  {
    param: 'auto_kb',
    note: 'the server’s own knowledge base, when the words want it; ignored where there is none',
    body: { auto_kb: false },
    fate: 'here',
  },
  {
    param: 'retrieval_config',
    note: 'how the knowledge base is searched; ignored without one',
    body: {},
    fate: 'here',
  },
  {
    param: 'citation_format',
    note: '`openai` or `bedrock`; ignored without a knowledge base',
    body: {},
    fate: 'here',
  },
  { param: 'bedrock_model', note: 'wins over `model`', body: {}, fate: 'here' },
  { param: 'model_provider', note: '400 where it contradicts the model', body: {}, fate: 'here' },
  {
    param: 'amazon-bedrock-guardrailConfig',
    note: 'a guardrail for this request, where the operator allows it',
    body: {
      'amazon-bedrock-guardrailConfig': { guardrailIdentifier: 'g', guardrailVersion: '1' },
    },
    fate: { sent: { guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' } } },
  },
  {
    param: 'performanceConfig',
    note: '`latency`; Nova Pro and other models that have it are asked',
    body: { performanceConfig: { latency: 'optimized' } },
    fate: ignored('performanceConfig'),
  },
]

const words: Record<string, string> = { sent: 'supported', ignored: 'ignored', refused: 'refused' }

/** A row as the page of features shows it. */
export function rendered(
  { param, note = '', fate, but = {} }: Row,
  families: FamilyName[],
): string {
  const told = families.map((family) => {
    const here = but[family] ?? fate
    if (here === 'here') return 'supported'
    if ('mapped' in here) return 'mapped'
    return words[Object.keys(here)[0]!]
  })
  return `| \`${param}\` | ${told.join(' | ')} | ${note} |`
}
