import { describe, expect, it } from 'vitest'
import { awsConfigured } from '../../../app/providers/aws/configured.ts'
import { createEndpoints } from '../../../app/providers/aws/endpoints.ts'

describe('endpoints', () => {
  it.each([
    ['us-east-1', 'https://bedrock-runtime.us-east-1.amazonaws.com'],
    ['us-gov-west-1', 'https://bedrock-runtime.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'https://bedrock-runtime.cn-north-1.amazonaws.com.cn'],
    ['eusc-de-east-1', 'https://bedrock-runtime.eusc-de-east-1.amazonaws.eu'],
    ['us-iso-east-1', 'https://bedrock-runtime.us-iso-east-1.c2s.ic.gov'],
    ['us-isob-east-1', 'https://bedrock-runtime.us-isob-east-1.sc2s.sgov.gov'],
  ])('of %s follow its partition', (region, origin) => {
    expect(createEndpoints({})('bedrock-runtime', region)).toEqual({
      origin,
      host: origin.slice('https://'.length),
      prefix: '',
      service: 'bedrock',
    })
  })

  it.each([
    ['FIPS', { AWS_USE_FIPS_ENDPOINT: 'true' }, 'https://bedrock-fips.us-east-1.amazonaws.com'],
    ['dual stack', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'https://bedrock.us-east-1.api.aws'],
  ])('may be those of %s', (_, env, origin) => {
    expect(createEndpoints(env)('bedrock', 'us-east-1').origin).toBe(origin)
  })

  it.each([
    ['transcribe', 'us-east-1', 'fips', 'fips.transcribe.us-east-1.amazonaws.com'],
    ['transcribe', 'us-east-1', 'fips dual', 'transcribe-fips.us-east-1.api.aws'],
    ['transcribe', 'cn-north-1', '', 'cn.transcribe.cn-north-1.amazonaws.com.cn'],
    [
      'transcribestreaming',
      'us-east-1',
      'fips',
      'transcribestreaming-fips.us-east-1.amazonaws.com',
    ],
    ['sts', 'us-gov-west-1', 'fips', 'sts.us-gov-west-1.amazonaws.com'],
    ['sts', 'us-gov-west-1', 'fips dual', 'sts-fips.us-gov-west-1.api.aws'],
    ['sts', 'us-west-2', 'fips', 'sts-fips.us-west-2.amazonaws.com'],
    ['ssm', 'us-gov-east-1', 'fips', 'ssm.us-gov-east-1.amazonaws.com'],
    ['dynamodb', 'us-gov-west-1', 'fips', 'dynamodb.us-gov-west-1.amazonaws.com'],
    ['secretsmanager', 'us-east-1', 'dual', 'secretsmanager.us-east-1.amazonaws.com'],
    ['secretsmanager', 'us-east-1', 'fips dual', 'secretsmanager-fips.us-east-1.amazonaws.com'],
    ['secretsmanager', 'cn-north-1', 'dual', 'secretsmanager.cn-north-1.amazonaws.com.cn'],
    [
      'secretsmanager',
      'cn-north-1',
      'fips dual',
      'secretsmanager-fips.cn-north-1.api.amazonwebservices.com.cn',
    ],
    [
      'secretsmanager',
      'eusc-de-east-1',
      'dual',
      'secretsmanager.eusc-de-east-1.api.amazonwebservices.eu',
    ],
    ['transcribe', 'cn-north-1', 'fips', 'transcribe-fips.cn-north-1.amazonaws.com.cn'],
  ] as const)('of %s in %s, %s, are those of the SDKs', (service, region, kinds, host) => {
    const endpoints = createEndpoints({
      AWS_USE_FIPS_ENDPOINT: String(kinds.includes('fips')),
      AWS_USE_DUALSTACK_ENDPOINT: String(kinds.includes('dual')),
    })
    expect(endpoints(service, region).host).toBe(host)
  })

  it('may be those of one region, or hold its name', () => {
    const endpoints = createEndpoints({
      AWS_ENDPOINT_URL: 'https://{region}.proxy.internal/aws',
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://runtime.internal/{region}/',
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME_EU_WEST_1: 'http://127.0.0.1:4567',
    })
    const of = (service: 'bedrock' | 'bedrock-runtime', region: string) => {
      const { origin, prefix } = endpoints(service, region)
      return origin + prefix
    }
    expect(of('bedrock-runtime', 'eu-west-1')).toBe('http://127.0.0.1:4567')
    expect(of('bedrock-runtime', 'us-east-1')).toBe('http://runtime.internal/us-east-1')
    expect(of('bedrock', 'eu-west-1')).toBe('https://eu-west-1.proxy.internal/aws')
  })

  it('are the configured ones, the service before the general, with port and path', () => {
    const endpoints = createEndpoints({
      AWS_ENDPOINT_URL: 'https://aws.internal:8443/proxy/',
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:4566',
      AWS_ENDPOINT_URL_S3: '',
    })
    expect(endpoints('bedrock-runtime', 'local')).toEqual({
      origin: 'http://127.0.0.1:4566',
      host: '127.0.0.1:4566',
      prefix: '',
      service: 'bedrock',
    })
    expect(endpoints('bedrock', 'eu-west-1')).toEqual({
      origin: 'https://aws.internal:8443',
      host: 'aws.internal:8443',
      prefix: '/proxy',
      service: 'bedrock',
    })
  })

  it('leave the scheme its own port', () => {
    const endpoints = createEndpoints({ AWS_ENDPOINT_URL: 'https://aws.internal:443' })
    expect(endpoints('bedrock', 'us-east-1').host).toBe('aws.internal')
  })

  it('are not the configured ones when those shall be ignored', () => {
    const env = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    }
    expect(createEndpoints(env)('bedrock', 'us-east-1').origin).toBe(
      'https://bedrock.us-east-1.amazonaws.com',
    )
  })

  it.each(['ftp://x', 'localhost:4566', 'nonsense'])('stop the start when one is %s', (url) => {
    expect(() => createEndpoints({ AWS_ENDPOINT_URL_BEDROCK: url })).toThrow(
      /AWS_ENDPOINT_URL_BEDROCK: not an http or https URL/,
    )
  })

  it.each(['evil.example#', 'us-east-1.evil.example', 'US-EAST-1', ''])(
    'are never made of %j, which is no region',
    (region) => {
      expect(() => createEndpoints({})('bedrock', region)).toThrow(
        'is not the name of an AWS region',
      )
    },
  )
})

describe('awsConfigured', () => {
  it.each([
    [{}, false],
    [{ AWS_REGION: '  ' }, false],
    [{ PATH: '/bin', API_KEY: 'x' }, false],
    [{ AWS_REGION: 'us-east-1' }, true],
    [{ AWS_BEARER_TOKEN_BEDROCK: 'ABSK' }, true],
    [{ AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:1' }, true],
    [{ AWS_LAMBDA_FUNCTION_NAME: 'gateway' }, true],
  ])('of %j is %s', (env, configured) => {
    expect(awsConfigured(env)).toBe(configured)
  })
})
