import type { Config } from '../../../config.ts'
import { GatewayError } from '../../../errors.ts'
import type { ArnKind } from './model-id.ts'

type Flag = Extract<keyof Config, `AWS_BEDROCK_ALLOW_${string}_ARN`>

/** The variable that lets callers use a kind of resource. */
const FLAGS: Record<ArnKind, Flag> = {
  'foundation-model': 'AWS_BEDROCK_ALLOW_FOUNDATION_MODEL_ARN',
  'inference-profile': 'AWS_BEDROCK_ALLOW_CROSS_REGION_INFERENCE_PROFILE_ARN',
  'application-inference-profile': 'AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN',
  'provisioned-model': 'AWS_BEDROCK_ALLOW_PROVISIONED_MODEL_ARN',
  'custom-model': 'AWS_BEDROCK_ALLOW_CUSTOM_MODEL_ARN',
  'custom-model-deployment': 'AWS_BEDROCK_ALLOW_CUSTOM_MODEL_ARN',
  'imported-model': 'AWS_BEDROCK_ALLOW_IMPORTED_MODEL_ARN',
  prompt: 'AWS_BEDROCK_ALLOW_PROMPT_ARN',
  'prompt-router': 'AWS_BEDROCK_ALLOW_PROMPT_ROUTER_ARN',
  'default-prompt-router': 'AWS_BEDROCK_ALLOW_PROMPT_ROUTER_ARN',
  endpoint: 'AWS_BEDROCK_ALLOW_MARKETPLACE_ENDPOINT_ARN',
}

/** Whether callers may use a kind of resource. */
export const allowedKinds =
  (config: Config) =>
  (kind: ArnKind): boolean =>
    config[FLAGS[kind]]

export const refusedKind = (kind: ArnKind) =>
  new GatewayError(
    'invalid-request',
    `This server does not take the ARN of ${kind.replaceAll('-', ' ')}s; ${FLAGS[kind]}=true would allow it.`,
    { param: 'model', reason: 'arn_not_allowed' },
  )
