import { readModelId } from './bedrock/model-id.ts'

/** Any of these being set means that somebody wants AWS. */
const VARIABLES = [
  'AWS_BEARER_TOKEN_BEDROCK',
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_BEDROCK_REGIONS',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_BEDROCK_RUNTIME',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_LAMBDA_FUNCTION_NAME',
]

/** Whether the environment holds anything of AWS, so that `PROVIDER=auto` means AWS. */
export function awsConfigured(env: Record<string, string | undefined>): boolean {
  return VARIABLES.some((name) => env[name]?.trim())
}

/** What would have to be set for a name that only AWS could serve, where AWS is not asked. */
export function awsHint(name: string): string | undefined {
  if (!name.startsWith('aws/') && !readModelId(name)) return undefined
  return 'It is a model of Amazon Bedrock, which this server asks only with AWS configured and PROVIDER `aws` or `auto`.'
}
