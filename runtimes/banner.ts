import { asksForProof } from '../app/config/access.ts'
import type { Config } from '../app/config.ts'
import type { Runtime } from '../app/ports/runtime.ts'
import type { ServerFacts } from '../app/services.ts'

/** A model that every AWS account may ask; the embedded provider answers to any name. */
const EXAMPLE_MODEL = 'amazon.nova-lite-v1:0'

/** Where OpenAI's API is all there is. */
const UPSTREAM_MODEL = 'gpt-4o-mini'

/** What is told at start: where we listen, who answers, and a call to copy. */
export function banner(
  { config, providers, warning }: ServerFacts,
  { name, credentials }: Runtime,
  url: string,
): string {
  const key = asksForProof(config) ? ` -H "authorization: Bearer $API_KEY"` : ''
  const hasUpstreamsAlone = upstreamsAmong(providers).length === providers.length
  const body = JSON.stringify({
    model: hasUpstreamsAlone ? UPSTREAM_MODEL : EXAMPLE_MODEL,
    messages: [{ role: 'user', content: 'Say hello.' }],
    stream: true,
  })
  const lines = [
    `Outcrop listens on ${url} (${name}).`,
    ...answerers({ config, providers }, credentials),
    ...(warning ? [warning] : []),
    'Try it:',
    `  curl -N ${url}/v1/chat/completions -H "content-type: application/json"${key} -d '${body}'`,
  ]
  return `${lines.join('\n')}\n`
}

/** Who answers, in the order they are asked. */
function answerers(
  { config, providers }: Pick<ServerFacts, 'config' | 'providers'>,
  credentials: Runtime['credentials'],
): string[] {
  const upstreams = upstreamsAmong(providers).join(', ')
  const others = upstreams ? 'Every other name is answered by' : 'Answers come from'
  const embedded = upstreams ? '' : ': any model name works, no AWS account is asked'
  return [
    providers.includes('aws') &&
      `Answers come from Amazon Bedrock in ${regions(config)}, with ${identity(config, credentials)}.`,
    upstreams && `Models of ${upstreams} are asked there.`,
    providers.includes('embedded') && `${others} the embedded provider${embedded}.`,
  ].filter((line) => typeof line === 'string' && line !== '') as string[]
}

const upstreamsAmong = (providers: readonly string[]) =>
  providers.filter((one) => one !== 'aws' && one !== 'embedded')

function regions({ AWS_BEDROCK_REGIONS, AWS_REGION, AWS_DEFAULT_REGION }: Config): string {
  return AWS_BEDROCK_REGIONS.join(', ') || AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1'
}

function identity(config: Config, credentials: Runtime['credentials']): string {
  if (config.AWS_BEARER_TOKEN_BEDROCK) return 'a Bedrock API key'
  return `credentials from ${credentials?.describe ?? 'the environment'}`
}
