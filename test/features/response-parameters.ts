import type { Fate, Row } from './parameters.ts'
import type { Json } from './stage.ts'

const fields = (members: Json): Fate => ({
  sent: { additionalModelRequestFields: members },
  mapped: true,
})
const inference = (member: Json): Fate => ({ sent: { inferenceConfig: member } })
const nowhere = (param: string, body: Json, note?: string): Row => ({
  param,
  body,
  fate: { ignored: param },
  ...(note && { note }),
})
const here = (param: string, body: Json, note: string): Row => ({ param, body, fate: 'here', note })

const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const WEATHER = { type: 'function', name: 'weather', description: 'Tells it.', parameters: SCHEMA }
const TOOL = {
  toolSpec: { name: 'weather', description: 'Tells it.', inputSchema: { json: SCHEMA } },
}
const tools = (toolChoice?: Json): { sent: Json } => ({
  sent: { toolConfig: { tools: [TOOL], ...(toolChoice && { toolChoice }) } },
})
const relaxed: Fate = { ignored: 'tool_choice', ...tools() }
const unparallel: Fate = { ignored: 'parallel_tool_calls', ...tools() }

const HIDDEN_TOOL: Json = {
  toolSpec: {
    name: 'final_answer',
    description:
      'Gives the final answer. Call it exactly once, when the answer is complete, instead of writing text.',
    inputSchema: { json: SCHEMA },
  },
}
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

const CACHED: Fate = {
  mapped: true,
  sent: {
    messages: [{ role: 'user', content: [{ text: 'Hi' }, { cachePoint: { type: 'default' } }] }],
  },
}
const cached = (param: string, value: unknown, note: string): Row => ({
  param,
  note,
  body: { [param]: value },
  fate: { ignored: param },
  but: { claude: CACHED, nova: CACHED },
})

/** Every parameter of OpenAI's CreateResponse, then those of this server. */
export const RESPONSE_ROWS: Row[] = [
  here('model', {}, 'id, profile or ARN'),
  {
    param: 'input',
    note: 'text, or items of every kind; those of OpenAI’s own tools are left out and named (`mcp_call`)',
    body: {
      input: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      ],
    },
    fate: { sent: { system: [{ text: 'Be brief.' }] } },
  },
  {
    param: 'instructions',
    note: 'the first words of the system prompt, of this response alone',
    body: { instructions: 'Be brief.' },
    fate: { sent: { system: [{ text: 'Be brief.' }] } },
  },
  here('previous_response_id', {}, 'goes on from a stored response, with all it was given'),
  here('conversation', {}, 'its items come first, and it gets those of the response'),
  here('store', { store: false }, 'kept by the gateway unless it is `false`'),
  here('background', {}, 'polled, followed as a stream, cancelled; 400 on Lambda and Workers'),
  here('stream', { stream: true }, 'every event has its `sequence_number`'),
  {
    param: 'stream_options',
    note: '`include_obfuscation`',
    body: { stream: true, stream_options: { include_obfuscation: true } },
    fate: { ignored: 'stream_options.include_obfuscation' },
  },
  {
    param: 'max_output_tokens',
    note: 'cut to what the model can say',
    body: { max_output_tokens: 50 },
    fate: inference({ maxTokens: 50 }),
  },
  nowhere('max_tool_calls', { max_tool_calls: 3 }),
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
  nowhere('top_logprobs', { top_logprobs: 3 }),
  here(
    'include',
    { include: ['reasoning.encrypted_content'] },
    '`reasoning.encrypted_content` is always there; log probabilities are ignored',
  ),
  {
    param: 'text',
    note: '`format`: native, or a hidden tool that looks like text; `verbosity` is ignored',
    body: { text: { format: { type: 'json_schema', name: 'city', schema: SCHEMA } } },
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
    param: 'reasoning',
    note: '`effort`: a budget, an effort or a switch of the model’s own; `summary`: thoughts come as summaries',
    body: { reasoning: { effort: 'low', summary: 'auto' } },
    fate: fields({ reasoning_effort: 'low' }),
    but: {
      claude: fields({ thinking: { type: 'enabled', budget_tokens: 16000 } }),
      nova: fields({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }),
      llama: { ignored: 'reasoning.effort' },
      mistral: { ignored: 'reasoning.effort' },
    },
  },
  here('truncation', { truncation: 'auto' }, '`auto` drops the oldest turns of what is too long'),
  {
    param: 'tools',
    note: 'see below',
    body: { tools: [WEATHER] },
    fate: tools(),
  },
  {
    param: 'tool_choice',
    note: 'relaxed to `auto` where the model cannot be forced; `allowed_tools` offers only those; 400 where it forces a tool that was left out',
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
  here('metadata', { metadata: { team: 'blue' } }, 'echoed, and in AWS’s invocation log'),
  here('user', { user: 'u' }, 'in AWS’s invocation log as `user_id`'),
  here('safety_identifier', { safety_identifier: 's' }, 'as `user`'),
  {
    param: 'service_tier',
    note: 'as in chat completions; answered with the tier that served',
    body: { service_tier: 'flex' },
    fate: { sent: { serviceTier: { type: 'flex' } } },
    but: { claude: { ignored: 'service_tier' }, llama: { ignored: 'service_tier' } },
  },
  cached('prompt_cache_key', 'k', 'places cache points as in chat completions'),
  cached('prompt_cache_retention', 'in_memory', '5 minutes or 1 hour'),
  cached('prompt_cache_options', { ttl: '5m' }, '`ttl`, `mode`'),
  {
    param: 'prompt',
    note: 'prompts kept at OpenAI cannot be read here',
    body: { prompt: { id: 'pmpt_1' } },
    fate: { refused: 'prompt' },
  },
  nowhere('moderation', { moderation: { model: 'omni-moderation-latest' } }, 'use a guardrail'),
  nowhere('context_management', { context_management: [{ type: 'compaction' }] }),
  nowhere('client_metadata', { client_metadata: { session: 's' } }, 'sent by Codex'),
  here('bedrock_model', {}, 'wins over `model`'),
  here('model_provider', {}, '400 where it contradicts the model'),
  {
    param: 'amazon-bedrock-guardrailConfig',
    note: 'a guardrail for this request, where the operator allows it',
    body: {
      'amazon-bedrock-guardrailConfig': { guardrailIdentifier: 'g', guardrailVersion: '1' },
    },
    fate: {
      sent: { guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' } },
    },
  },
  nowhere(
    'performanceConfig',
    { performanceConfig: { latency: 'optimized' } },
    '`latency`; Nova Pro and other models that have it are asked',
  ),
]
