import type { Config } from '../config.ts'
import type { Conversation } from '../conversation/conversation.ts'
import { GatewayError } from '../errors.ts'

/**
 * Fields by which clients of other gateways steer those gateways (LiteLLM's control names for the most
 * part). No model knows them, and some carry keys.
 */
const CONTROL_FIELDS: ReadonlySet<string> = new Set([
  'acompletion',
  'additional_drop_params',
  'allowed_model_region',
  'allowed_openai_params',
  'api_base',
  'api_key',
  'api_type',
  'api_version',
  'aws_access_key_id',
  'aws_bedrock_runtime_endpoint',
  'aws_profile_name',
  'aws_region_name',
  'aws_role_name',
  'aws_secret_access_key',
  'aws_session_name',
  'aws_session_token',
  'aws_sts_endpoint',
  'aws_web_identity_token',
  'azure_ad_token',
  'base_model',
  'base_url',
  'budget_duration',
  'cache',
  'cache_key',
  'caching',
  'caching_groups',
  'client',
  'complete_response',
  'context_window_fallback_dict',
  'cooldown_time',
  'custom_llm_provider',
  'custom_prompt_dict',
  'default_headers',
  'deployment_id',
  'disable_fallbacks',
  'drop_params',
  'ensure_alternating_roles',
  'extra_body',
  'extra_headers',
  'extra_query',
  'fallback_depth',
  'fallbacks',
  'fastest_response',
  'force_timeout',
  'guardrails',
  'headers',
  'hf_model_name',
  'id',
  'input_cost_per_second',
  'input_cost_per_token',
  'litellm_call_id',
  'litellm_credential_name',
  'litellm_logging_obj',
  'litellm_metadata',
  'litellm_params',
  'litellm_session_id',
  'litellm_trace_id',
  'logger_fn',
  'max_budget',
  'max_fallbacks',
  'max_parallel_requests',
  'max_retries',
  'merge_reasoning_content_in_choices',
  'mock_delay',
  'mock_response',
  'mock_timeout',
  'mock_tool_calls',
  'model_config',
  'model_info',
  'model_list',
  'no-log',
  'num_retries',
  'organization',
  'output_cost_per_second',
  'output_cost_per_token',
  'preset_cache_key',
  'prompt_id',
  'prompt_label',
  'prompt_variables',
  'proxy_server_request',
  'region_name',
  'request_timeout',
  'retry_policy',
  'retry_strategy',
  'rpm',
  'secret_fields',
  'shared_session',
  'stream_timeout',
  'supports_system_message',
  'tags',
  'text_completion',
  'timeout',
  'tpm',
  'ttl',
  'use_client',
  'use_in_pass_through',
  'use_litellm_proxy',
  'user_continue_message',
  'verbose',
  'weight',
])

/** Other gateways' and other routes' words for a guardrail. */
const GUARDRAIL = /^guardrail[-_]?(?:config|identifier|id|version)/i

/** LiteLLM's word for its own; an empty list asks for none. */
const namesGuardrails = (name: string, value: unknown) =>
  name === 'guardrails' && typeof value === 'object' && Object.keys(value ?? {}).length > 0

/** The conversation, governed as `governFields`. */
export function governExtraFields(
  asked: Conversation,
  config: Config,
  guardrail?: string,
): Conversation {
  if (!asked.extraFields) return asked
  const { extras, ignored } = governFields(asked, config, guardrail)
  if (ignored.length === 0) return asked
  const { extraFields: _, ...rest } = asked
  const all = [...(asked.ignored ?? []), ...ignored]
  return { ...rest, ignored: all, ...(extras && { extraFields: extras }) }
}

interface Governed {
  /** What may go on to a model. */
  extras?: Record<string, unknown>
  /** Names of what may not. */
  ignored: string[]
}

/**
 * Unknown fields, as far as they may go on to a model. Throws 400 naming the first of them where the operator
 * wants strictness, and one that asks for a guardrail in any case: without it the answer would not be what was
 * asked for. `guardrail` is how the caller would name one.
 */
export function governFields(
  { extraFields = {}, fieldsForModel }: Pick<Conversation, 'extraFields' | 'fieldsForModel'>,
  config: Config,
  guardrail?: string,
): Governed {
  const names = Object.keys(extraFields)
  const [first] = names
  if (first === undefined) return { ignored: [] }
  if (config.STRICT_INPUT_VALIDATION && !fieldsForModel) {
    throw new GatewayError('invalid-request', `Unknown parameter: '${first}'.`, {
      param: first,
      reason: 'unknown_parameter',
    })
  }
  const guarding = fieldsForModel
    ? undefined
    : names.find((name) => GUARDRAIL.test(name) || namesGuardrails(name, extraFields[name]))
  if (guarding !== undefined) throw unguarded(guarding, guardrail)
  const ignored = names.filter(
    (name) => isRefused(name, config) || (!fieldsForModel && CONTROL_FIELDS.has(name)),
  )
  if (ignored.length === 0) return { extras: extraFields, ignored }
  const kept = names.filter((name) => !ignored.includes(name))
  if (kept.length === 0) return { ignored }
  return { extras: Object.fromEntries(kept.map((name) => [name, extraFields[name]])), ignored }
}

function unguarded(param: string, guardrail: string | undefined): GatewayError {
  const hint = guardrail ? ` A guardrail is asked for by '${guardrail}'.` : ''
  return new GatewayError('unsupported-parameter', `'${param}' is not understood here.${hint}`, {
    param,
  })
}

function isRefused(name: string, config: Config): boolean {
  return config.EXTRA_MODEL_PARAMS_DROP_ALL || config.EXTRA_MODEL_PARAMS_DENYLIST.includes(name)
}
