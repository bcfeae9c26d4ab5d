import { createApp } from '../../../app/app.ts'
import { createUndiciTransport } from '../../../runtimes/calling/undici-transport.ts'
import type { FakeBedrock } from '../../fakes/fake-bedrock.ts'
import { stagedRuntime } from '../../http/stage.ts'

export type Json = Record<string, unknown>

/** Kinds of ARN that recordings name. */
const ARNS = {
  AWS_BEDROCK_ALLOW_FOUNDATION_MODEL_ARN: 'true',
  AWS_BEDROCK_ALLOW_CROSS_REGION_INFERENCE_PROFILE_ARN: 'true',
  AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: 'true',
  AWS_BEDROCK_ALLOW_PROVISIONED_MODEL_ARN: 'true',
  AWS_BEDROCK_ALLOW_PROMPT_ARN: 'true',
  AWS_BEDROCK_ALLOW_PROMPT_ROUTER_ARN: 'true',
  AWS_BEDROCK_ALLOW_CUSTOM_MODEL_ARN: 'true',
  AWS_BEDROCK_ALLOW_IMPORTED_MODEL_ARN: 'true',
}

/** The whole app in front of an AWS of its own. */
export function stageNative(fake: FakeBedrock, env: Record<string, string> = {}) {
  const { runtime, log } = stagedRuntime({
    AWS_ENDPOINT_URL: fake.url,
    AWS_REGION: 'us-east-1',
    AWS_BEARER_TOKEN_BEDROCK: 'ABSK',
    AWS_S3_ACCEPTED_BUCKETS: 'pydantic-ai-test-files',
    ...ARNS,
    ...env,
  })
  const app = createApp({ ...runtime, transport: createUndiciTransport() })
  const post = (
    operation: string,
    body: unknown,
    { model = MODEL, headers = {} }: { model?: string; headers?: Record<string, string> } = {},
  ) =>
    app.request(`/model/${encodeURIComponent(model)}/${operation}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers,
    })
  return { app, log, post }
}

export const MODEL = 'anthropic.claude-sonnet-4-5-20250929-v1:0'

/** The body AWS got last, without the gateway's labels. */
export function lastBody(fake: FakeBedrock): Json {
  const { requestMetadata, ...body } = fake.requests.at(-1)!.json as Json
  const { request_id: _, server_id: __, ...own } = (requestMetadata ?? {}) as Json
  return Object.keys(own).length > 0 ? { ...body, requestMetadata: own } : body
}
