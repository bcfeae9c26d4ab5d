import { describe, expect, it } from 'vitest'
import { readModelId } from '../../../../app/providers/aws/bedrock/model-id.ts'
import { sharedJson, sharedRoot } from '../../../fakes/shared.ts'

const ACCOUNT = 'arn:aws:bedrock:us-west-2:123456789012:'

describe('readModelId', () => {
  it.each([
    ['amazon.nova-lite-v1:0', { base: 'amazon.nova-lite-v1:0' }],
    ['amazon.nova-lite-v1:0:300k', { base: 'amazon.nova-lite-v1:0:300k' }],
    ['ai21.jamba-1-5-mini-v1:0', { base: 'ai21.jamba-1-5-mini-v1:0' }],
    ['deepseek.v3.2', { base: 'deepseek.v3.2' }],
    ['zai.glm-4.7', { base: 'zai.glm-4.7' }],
    ['us.deepseek.r1-v1:0', { base: 'deepseek.r1-v1:0', geography: 'us' }],
    ['us-gov.anthropic.claude-x', { base: 'anthropic.claude-x', geography: 'us-gov' }],
    ['global.xai.grok-4.6', { base: 'xai.grok-4.6', geography: 'global' }],
    [
      'arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-lite-v1:0',
      { base: 'amazon.nova-lite-v1:0', kind: 'foundation-model', region: 'us-west-2' },
    ],
    [
      'arn:aws-us-gov:bedrock:::foundation-model/amazon.nova-lite-v1:0',
      { base: 'amazon.nova-lite-v1:0', kind: 'foundation-model' },
    ],
    [
      `${ACCOUNT}inference-profile/eu.amazon.nova-lite-v1:0`,
      {
        base: 'amazon.nova-lite-v1:0',
        geography: 'eu',
        kind: 'inference-profile',
        region: 'us-west-2',
      },
    ],
    [
      `${ACCOUNT}application-inference-profile/abcdef123456`,
      { kind: 'application-inference-profile', region: 'us-west-2' },
    ],
    [
      `${ACCOUNT}custom-model/meta.llama3-1-8b-v1:0/abcdef123456`,
      {
        base: 'meta.llama3-1-8b-v1:0',
        kind: 'custom-model',
        region: 'us-west-2',
      },
    ],
    [`${ACCOUNT}prompt/ABCDEFGHIJ:3`, { kind: 'prompt', region: 'us-west-2' }],
    [
      'arn:aws:sagemaker:us-west-2:123456789012:endpoint/mine',
      { kind: 'endpoint', region: 'us-west-2' },
    ],
  ])('takes %s', (name, expected) => {
    expect(readModelId(name)).toEqual(expected)
  })

  it.each([
    'gpt-4o',
    'gpt-4.1',
    'gpt-3.5-turbo',
    'claude-3.5-sonnet',
    'claude-sonnet-4-5',
    'qwen2.5-72b-instruct',
    'llama3.2',
    'anthropic/claude-sonnet-4-5',
    'Amazon.Nova',
    'amazon.',
    '..',
    '',
    'a b.c',
    'amazon.nova/../../x',
    'arn:aws:s3:::bucket',
    'arn:aws:bedrock:us-west-2:123456789012:guardrail/x',
    'arn:aws:bedrock:evil.example#:123456789012:inference-profile/us.amazon.nova-lite-v1:0',
    'arn:aws:bedrock:evil:123456789012:inference-profile/us.amazon.nova-lite-v1:0',
    'arn:aws:bedrock:us-west-2:123456789012:prompt/x?y=1',
    `amazon.${'a'.repeat(2100)}`,
  ])('does not take %j', (name) => {
    expect(readModelId(name)).toBeUndefined()
  })
})

describe.skipIf(!sharedRoot())('readModelId and every id known to us', () => {
  it('reads the models and their profiles', () => {
    const known = sharedJson('specs/models.json') as {
      models: { id: string; inferenceProfiles: { id: string; geography: string }[] }[]
    }
    for (const { id, inferenceProfiles } of known.models) {
      expect(readModelId(id)).toEqual({ base: id })
      for (const profile of inferenceProfiles) {
        expect(readModelId(profile.id)).toEqual({ base: id, geography: profile.geography })
      }
    }
  })
})
