import type { ServerFacts } from '../app/app.ts'
import type { Config } from '../app/config.ts'
import type { Runtime } from '../app/ports/runtime.ts'

/** A model that every AWS account may ask; the embedded provider answers to any name. */
const EXAMPLE_MODEL = 'amazon.nova-lite-v1:0'

/** What is told at start: where we listen, who answers, and a call to copy. */
export function banner(
  { config, providers, warning }: ServerFacts,
  { name, credentials }: Runtime,
  url: string,
): string {
  const key = config.API_KEY && config.AUTH !== 'none' ? ` -H "authorization: Bearer $API_KEY"` : ''
  const body = JSON.stringify({
    model: EXAMPLE_MODEL,
    messages: [{ role: 'user', content: 'Say hello.' }],
    stream: true,
  })
  const lines = [
    `Outcrop listens on ${url} (${name}).`,
    providers.includes('aws')
      ? `Answers come from Amazon Bedrock in ${regions(config)}, with ${identity(config, credentials)}.`
      : 'Answers come from the embedded provider: any model name works, no AWS account is asked.',
    ...(warning ? [warning] : []),
    'Try it:',
    `  curl -N ${url}/v1/chat/completions -H "content-type: application/json"${key} -d '${body}'`,
  ]
  return `${lines.join('\n')}\n`
}

function regions({ AWS_BEDROCK_REGIONS, AWS_REGION, AWS_DEFAULT_REGION }: Config): string {
  return AWS_BEDROCK_REGIONS.join(', ') || AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1'
}

function identity(config: Config, credentials: Runtime['credentials']): string {
  if (config.AWS_BEARER_TOKEN_BEDROCK) return 'a Bedrock API key'
  return `credentials from ${credentials?.describe ?? 'the environment'}`
}
