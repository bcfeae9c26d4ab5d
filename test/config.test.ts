import { describe, expect, it } from 'vitest'
import { createApp } from '../app/app.ts'
import { type Config, readConfig } from '../app/config.ts'
import { stagedRuntime } from './http/stage.ts'

const startWith = (env: Record<string, string>) => () => createApp(stagedRuntime(env).runtime)

describe('a variable', () => {
  it.each(['', ' ', '\r\n'])('counts as absent as %j', (blank) => {
    const all = Object.fromEntries(Object.keys(readConfig({})).map((name) => [name, blank]))
    expect(readConfig(all)).toEqual(readConfig({}))
  })

  it.each([
    ['API_KEY', 'sk-of-the-test\n', 'sk-of-the-test'],
    ['AWS_BEARER_TOKEN_BEDROCK', 'token\r', 'token'],
    ['AWS_REGION', ' us-east-1 ', 'us-east-1'],
    ['RATE_LIMIT', 'true\r', true],
    ['RATE_LIMIT', 'True', true],
    ['MCP', 'OFF', false],
    ['MCP_SESSIONS', 'False', false],
    ['PROVIDER', 'embedded\r', 'embedded'],
    ['MODEL_ALIASES', ' {"a": "b"}\n', { a: { model: 'b' } }],
    ['AWS_BEDROCK_REGIONS', ' us-east-1 , ,eu-west-1', ['us-east-1', 'eu-west-1']],
    ['AWS_BEDROCK_REGIONS', '["us-east-1", "eu-west-1"]', ['us-east-1', 'eu-west-1']],
    ['EXTRA_MODEL_PARAMS_DENYLIST', '["a"]', ['a']],
    [
      'DEFAULT_MODEL_PARAMS',
      '{"a": {"stop": ["a", "a:\\\\"]}, "b": {"stop": "{\\"a\\":1,\\"a\\":"}}',
      { a: { stop: ['a', 'a:\\'] }, b: { stop: '{"a":1,"a":' } },
    ],
  ] as [name: keyof Config, value: string, read: unknown][])(
    '%s set to %j is what was meant',
    (name, value, read) => {
      expect(readConfig({ [name]: value })[name]).toEqual(read)
    },
  )

  it.each(['TOTAL_TIMEOUT', 'SHUTDOWN_TIMEOUT', 'AWS_BEDROCK_ATTEMPT_TIMEOUT'] as const)(
    '%s may be for ever, which no timer can take',
    (name) => {
      expect(readConfig({ [name]: '99999999' })[name]).toBe(2147483.647)
    },
  )

  it('of milliseconds may be for ever as well', () => {
    expect(readConfig({ OTEL_BSP_SCHEDULE_DELAY: '1e12' }).OTEL_BSP_SCHEDULE_DELAY).toBe(2147483647)
  })
})

describe('a start', () => {
  const AWS = { AWS_REGION: 'us-east-1', API_KEY: 'sk-of-the-test' }

  it.each([
    [{ PORT: '80.5' }, 'PORT'],
    [{ PORT: '"8000"' }, 'PORT'],
    [{ RATE_LIMIT_CONCURRENT: '0.5' }, 'RATE_LIMIT_CONCURRENT'],
    [{ RATE_LIMIT: 'yep' }, 'RATE_LIMIT'],
    [{ AWS_REGION: 'narnia' }, 'AWS_REGION'],
    [{ AWS_DEFAULT_REGION: 'narnia' }, 'AWS_DEFAULT_REGION'],
    [{ AWS_BEDROCK_REGIONS: 'us-east-1;us-west-2' }, 'AWS_BEDROCK_REGIONS'],
    [{ AWS_BEDROCK_REGIONS: '["us-east-1"' }, 'AWS_BEDROCK_REGIONS'],
    [{ ...AWS, AWS_USE_FIPS_ENDPOINT: '1' }, 'AWS_USE_FIPS_ENDPOINT'],
    [{ ...AWS, AWS_USE_DUALSTACK_ENDPOINT: 'yes' }, 'AWS_USE_DUALSTACK_ENDPOINT'],
    [{ ...AWS, AWS_BEDROCK_GUARDRAIL_VERSION: 'latest' }, 'AWS_BEDROCK_GUARDRAIL_VERSION'],
    [{ ...AWS, AWS_S3_ACCEPTED_BUCKETS: '{"us-east-1": ["b"]}' }, 'AWS_S3_ACCEPTED_BUCKETS'],
    [{ ...AWS, AWS_S3_REGIONAL_BUCKETS: '{"narnia": "bucket"}' }, 'AWS_S3_REGIONAL_BUCKETS'],
    [{ ...AWS, KNOWLEDGE_BASES: 'my-base' }, 'KNOWLEDGE_BASES'],
    [{ ...AWS, KNOWLEDGE_BASE_REGION: 'narnia' }, 'KNOWLEDGE_BASE_REGION'],
    [{ API_KEYS: '{"a": "a-key-0123456789", "a": "b-key-0123456789"}' }, 'API_KEYS'],
    [{ MODEL_ALIASES: '{"a\\u0062": "x", "a": "y", "ab": "z"}' }, 'MODEL_ALIASES'],
    [
      { JWT_PRINCIPALS: '[{"claims": {}, "denied_models": ["a"], "denied_models": ["b"]}]' },
      'JWT_PRINCIPALS',
    ],
    [{ OAUTH_AUTHORIZATION_SERVERS: 'id.example.com' }, 'OAUTH_AUTHORIZATION_SERVERS'],
  ] as [env: Record<string, string>, name: string][])('with %j names %s', (env, name) => {
    expect(startWith(env)).toThrow(
      new RegExp(`^The environment holds a value Outcrop cannot use\\. ${name}\\b`),
    )
  })

  it('tells no password of an address', () => {
    const AWS_ENDPOINT_URL = 'http://user:of-nobodys-business@localhost:x'
    expect(startWith({ ...AWS, AWS_ENDPOINT_URL })).toThrow(
      'The environment holds a value Outcrop cannot use. AWS_ENDPOINT_URL: not an http or https URL (got a value)',
    )
  })
})
