import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../../app/conversation/conversation.ts'
import { GatewayError } from '../../../../app/errors.ts'
import type { FoundModel } from '../../../../app/ports/models.ts'
import type { FakeProfile } from '../../../fakes/fake-bedrock-catalogue.ts'
import { type MemoryRegion, memoryAws } from './in-memory-aws.ts'

const REGIONS = ['us-east-1', 'eu-central-1', 'eu-west-1']
const MODELS = ['anthropic.claude-x', 'amazon.nova-lite-v1:0']
const GEOGRAPHIES = ['us', 'eu', 'global']
const ACCOUNT = '123456789012'

const CONVERSATION: Conversation = {
  model: 'any',
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  tools: [],
  settings: {},
  stream: false,
}

const arnOf = (region: string, id: string, kind = 'foundation-model') =>
  kind === 'foundation-model'
    ? `arn:aws:bedrock:${region}::${kind}/${id}`
    : `arn:aws:bedrock:${region}:${ACCOUNT}:${kind}/${id}`

const some = (values: string[], minLength = 0) => fc.subarray(values, { minLength })

const profile: fc.Arbitrary<FakeProfile> = fc
  .record({
    geography: fc.constantFrom(...GEOGRAPHIES),
    model: fc.constantFrom(...MODELS),
    destinations: some(REGIONS),
    unbound: fc.constantFrom(false, false, true),
    own: fc.boolean(),
    number: fc.integer({ min: 0, max: 1 }),
  })
  .map(({ geography, model, destinations, unbound, own, number }) => {
    const id = own ? `app00000000${number}` : `${geography}.${model}`
    const targets = [...destinations, ...(unbound || geography === 'global' ? [''] : [])]
    return {
      inferenceProfileId: id,
      type: own ? ('APPLICATION' as const) : ('SYSTEM_DEFINED' as const),
      models: targets.map((region) => ({ modelArn: arnOf(region, model) })),
    }
  })

/** As one region lists them: each id once, with an ARN of this region. */
const listed = (region: string) => (profiles: FakeProfile[]) =>
  profiles.map((one) => {
    const kind = one.type === 'APPLICATION' ? 'application-inference-profile' : 'inference-profile'
    return { ...one, inferenceProfileArn: arnOf(region, one.inferenceProfileId, kind) }
  })

const regionOf = (name: string): fc.Arbitrary<MemoryRegion> =>
  fc.record(
    {
      models: fc.array(
        fc.record({
          modelId: fc.constantFrom(...MODELS),
          inferenceTypesSupported: some(['ON_DEMAND', 'INFERENCE_PROFILE'], 1),
        }),
        { maxLength: 4 },
      ),
      profiles: fc
        .uniqueArray(profile, {
          minLength: 2,
          maxLength: 6,
          selector: (one) => one.inferenceProfileId,
        })
        .map(listed(name)),
      veiled: fc.constantFrom(false, false, false, true),
      fails: fc.constantFrom(
        { status: 429, errorType: 'ThrottlingException' },
        { status: 503, errorType: 'ServiceUnavailableException' },
        { status: 400, errorType: 'ValidationException' },
      ),
    },
    { requiredKeys: ['models', 'profiles'] },
  )

const name = fc.oneof(
  fc.constantFrom(...MODELS),
  fc.tuple(fc.constantFrom(...GEOGRAPHIES), fc.constantFrom(...MODELS)).map((two) => two.join('.')),
  fc
    .tuple(fc.constantFrom(...REGIONS), fc.constantFrom(...GEOGRAPHIES), fc.constantFrom(...MODELS))
    .map(([at, geography, model]) => arnOf(at, `${geography}.${model}`, 'inference-profile')),
  fc
    .tuple(fc.constantFrom(...REGIONS), fc.integer({ min: 0, max: 1 }))
    .map(([at, number]) => arnOf(at, `app00000000${number}`, 'application-inference-profile')),
  fc
    .tuple(fc.constantFrom(...REGIONS), fc.constantFrom(...MODELS))
    .map(([at, model]) => arnOf(at, model)),
  fc.integer({ min: 0, max: 1 }).map((number) => `app00000000${number}`),
)

const flag = fc.constantFrom('true', 'true', 'false')
const settings = fc.record({
  AWS_BEDROCK_REGION_ROUTING: fc.constantFrom(
    'ordered',
    'round_robin',
    'lowest_latency',
    'disabled',
  ),
  AWS_BEDROCK_CROSS_REGION_INFERENCE: flag,
  AWS_BEDROCK_CROSS_REGION_INFERENCE_GLOBAL: flag,
  AWS_BEDROCK_ALLOW_FOUNDATION_MODEL_ARN: fc.constant('true'),
  AWS_BEDROCK_ALLOW_CROSS_REGION_INFERENCE_PROFILE_ARN: fc.constant('true'),
  AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: fc.constant('true'),
})

const world = fc.record({
  settings,
  configured: fc.shuffledSubarray(REGIONS, { minLength: 1 }),
  held: fc.shuffledSubarray(REGIONS, { minLength: 1 }),
  key: fc.constantFrom('anthropic', 'anthropic.claude-x', 'a'),
  regions: fc.record(Object.fromEntries(REGIONS.map((one) => [one, regionOf(one)]))),
  names: fc.array(name, { minLength: 1, maxLength: 6 }),
  mapping: fc.option(fc.tuple(fc.constantFrom(...MODELS), name)),
  listedFirst: fc.boolean(),
})

/** Everything an id may lead to from a region, by all the listings; undefined when nobody says. */
function leadsTo(at: string, id: string, regions: Record<string, MemoryRegion>) {
  const profiles = regions[at]?.profiles ?? []
  const said = profiles.filter(
    (one) => one.inferenceProfileId === id || one.inferenceProfileArn === id,
  )
  const targets = said.flatMap((one) => one.models.map(({ modelArn }) => modelArn.split(':')))
  return {
    isProfile: /inference-profile|^(us|eu|apac|global)\.|^app/.test(id),
    models: targets.map((parts) => parts.slice(5).join(':').replace('foundation-model/', '')),
    regions: targets.map((parts) => parts[3]!),
  }
}

describe('a model that is held in some regions', () => {
  it('is never asked outside, by any name, whatever is configured and whoever fails', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const env = {
          ...given.settings,
          AWS_BEDROCK_REGIONS: given.configured.join(','),
          AWS_BEDROCK_MODEL_REGION_RESTRICT: JSON.stringify({ [given.key]: given.held }),
          ...(given.mapping?.[1].startsWith('arn:') && {
            AWS_BEDROCK_MODEL_ARN_MAPPING: JSON.stringify(Object.fromEntries([given.mapping])),
          }),
        }
        const { provider, asked } = memoryAws(given.regions, env)
        if (given.listedFirst) await provider.list()
        for (const name of given.names) {
          asked.length = 0
          const found = (await provider.find(name)) as FoundModel | undefined
          await found?.chat
            ?.reply(CONVERSATION, { requestId: 'r', signal: new AbortController().signal })
            .catch((error) => expect(error).toBeInstanceOf(GatewayError))
          expect(new Set(asked.map((one) => one.region + one.id)).size).toBe(asked.length)
          for (const { region, id } of asked) {
            const led = leadsTo(region, id, given.regions)
            const isHeld = [id, name, ...led.models].some((one) =>
              one.replace(/^.*foundation-model\//, '').startsWith(given.key),
            )
            if (!isHeld) continue
            expect(given.held).toContain(region)
            if (!led.isProfile) continue
            expect(led.regions.length).toBeGreaterThan(0)
            expect(given.held).toEqual(expect.arrayContaining(led.regions))
          }
        }
      }),
      { numRuns: 200 },
    )
  }, 60_000)
})
