import { z } from '@hono/zod-openapi'
import { defaultParams, modelAliases, region } from './model-settings.ts'
import { flag, json, names, number } from './values.ts'

const allows = (what: string) => flag(false).describe(`Accept ARNs of ${what}.`)

/** What callers may name by ARN; each kind is off until it is switched on. */
const arnFlags = {
  AWS_BEDROCK_ALLOW_FOUNDATION_MODEL_ARN: allows('foundation models'),
  AWS_BEDROCK_ALLOW_CROSS_REGION_INFERENCE_PROFILE_ARN: allows("AWS's inference profiles"),
  AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: allows(
    'inference profiles of this account, and list them',
  ),
  AWS_BEDROCK_ALLOW_PROVISIONED_MODEL_ARN: allows('provisioned throughput'),
  AWS_BEDROCK_ALLOW_CUSTOM_MODEL_ARN: allows('custom models and their deployments, and list them'),
  AWS_BEDROCK_ALLOW_IMPORTED_MODEL_ARN: allows('imported models, and list them'),
  AWS_BEDROCK_ALLOW_MARKETPLACE_ENDPOINT_ARN: allows('marketplace endpoints, and list them'),
  AWS_BEDROCK_ALLOW_PROMPT_ROUTER_ARN: allows('prompt routers, and list them'),
  AWS_BEDROCK_ALLOW_PROMPT_ARN: allows('managed prompts'),
}

/** Which models there are, by which names, and which of them may be asked. */
export const bedrockModelVariables = {
  MODEL_CACHE_SECONDS: number(900, 1).describe(
    'Seconds the list of models is fresh. A stale list is still used while a new one is fetched.',
  ),
  MODEL_CACHE_SHARED: flag(false).describe(
    'Share the list of models and the throttled regions with other instances through the state store.',
  ),
  MODEL_ALIASES: json(modelAliases).describe(
    'JSON: your own names for models: `{"fast": "amazon.nova-lite-v1:0"}`, or an object with `model` and any of `service_tier`, `guardrail_id`, `guardrail_version`, `guardrail_trace`, `metadata`, `extra_params`.',
  ),
  DEFAULT_MODEL_PARAMS: json(defaultParams).describe(
    'JSON: default parameters for conversations, by model id prefix: `{"amazon.nova": {"temperature": 0.2}}`. The longest prefix wins.',
  ),
  AWS_BEDROCK_LEGACY: flag(false).describe('List models that AWS is about to retire.'),
  AWS_BEDROCK_CHECK_AVAILABILITY: flag(true).describe(
    'Check in the background whether this account may use each listed model, and hide it if not: one call per model and region. Switch it off on Workers, which limit subrequests.',
  ),
  AWS_BEDROCK_DEPRECATED_MODEL_FALLBACK: flag(true).describe(
    'Serve the successor of a retired model; otherwise a 404 names it.',
  ),
  AWS_BEDROCK_DEPRECATED_MODELS: json(names).describe(
    'JSON: successors of retired models, overriding the built-in list: `{"old id": "new id"}`.',
  ),
  AWS_BEDROCK_MODEL_ARN_MAPPING: json(names).describe(
    'JSON: the ARN to call for a model: `{"model id": "arn:..."}`.',
  ),
  AWS_BEDROCK_CROSS_REGION_INFERENCE: flag(true).describe(
    'Use inference profiles, which may route to other regions of the same geography.',
  ),
  AWS_BEDROCK_CROSS_REGION_INFERENCE_GLOBAL: flag(true).describe(
    'Use global inference profiles, which may route anywhere, when a region offers a model in no other way.',
  ),
  AWS_BEDROCK_MODEL_REGION_RESTRICT: json(
    z.record(z.string().min(1), z.array(region).min(1)),
  ).describe(
    'JSON: the only regions a model may use, in order of preference, by model id or prefix: `{"anthropic.claude": ["eu-central-1", "eu-west-1"]}`.',
  ),
  ...arnFlags,
} as const
