import { describe, expect, it } from 'vitest'
import type { ModelTraits } from '../../../../app/ports/models.ts'
import { families, kinOf, traitsOf } from '../../../../app/providers/aws/bedrock/families/index.ts'
import { sharedJson, sharedRoot } from '../../../fakes/shared.ts'

describe('traitsOf', () => {
  it.each([
    'amazon.nova-2-lite-v1:0',
    'global.amazon.nova-2-lite-v1:0',
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-2-lite-v1:0',
    'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-lite-v1:0',
  ])('sees the model behind %s', (id) => {
    expect(traitsOf(id)).toBe(traitsOf('amazon.nova-2-lite-v1:0'))
    expect(traitsOf(id)).toMatchObject({
      reasoning: 'nova-2',
      s3: ['image', 'document', 'video'],
      systemTools: ['nova_grounding', 'nova_code_interpreter'],
      cachePoints: { max: 4, ttls: ['5m'], tools: false, wordsOnly: true },
    })
  })

  it('gives a model nobody listed what is safe', () => {
    const safe = {
      cachePoints: false,
      serviceTiers: false,
      latencyOptimized: false,
      s3: [],
      systemTools: [],
      guardrails: true,
    }
    expect(traitsOf('newcomer.thinker-v1:0')).toEqual(safe)
    expect(
      traitsOf('arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456'),
    ).toEqual(safe)
  })

  it.each([
    ['anthropic.claude-3-haiku-20240307-v1:0', 'none', undefined],
    ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', 'claude-budget', undefined],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'claude-budget', undefined],
    ['us.anthropic.claude-opus-4-1-20250805-v1:0', 'claude-budget', undefined],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-budget', undefined],
    ['us.anthropic.claude-opus-4-5-20251101-v1:0', 'claude-budget-effort', undefined],
    ['us.anthropic.claude-sonnet-4-6', 'claude-adaptive', false],
    ['us.anthropic.claude-opus-4-6-v1', 'claude-adaptive', false],
    ['us.anthropic.claude-opus-4-7', 'claude-adaptive-only', false],
    ['us.anthropic.claude-opus-4-8', 'claude-adaptive-only', false],
    ['us.anthropic.claude-sonnet-5', 'claude-adaptive-default', false],
    ['us.anthropic.claude-opus-5', 'claude-adaptive-default', false],
    ['us.anthropic.claude-fable-5-1', 'claude-adaptive-always', false],
    ['us.anthropic.claude-sonnet-5-5', 'claude-between-tools', false],
    ['us.anthropic.claude-opus-5-5', 'claude-adaptive-always', false],
    ['us.anthropic.claude-haiku-5-5', 'claude-adaptive-default', false],
    ['us.anthropic.claude-novella-7', 'claude-adaptive-default', false],
  ])('tells the generations of Claude apart: %s', (id, reasoning, prefill) => {
    expect(traitsOf(id)).toMatchObject({ reasoning })
    expect(traitsOf(id).prefill).toBe(prefill)
  })

  it.each([
    ['opus-5', undefined],
    ['haiku-5-5', undefined],
    ['fable-5', undefined],
    ['fable-5-1', []],
    ['opus-5-5', []],
    ['sonnet-5-5', []],
  ])('knows whether Claude %s may be forced to call', (name, toolChoices) => {
    expect(traitsOf(`us.anthropic.claude-${name}`).toolChoices).toEqual(toolChoices)
  })

  it.each([
    ['3-5-sonnet-20241022-v2:0', 'computer_20241022'],
    ['sonnet-4-5-20250929-v1:0', undefined],
    ['opus-4-5-20251101-v1:0', 'computer_20251124'],
    ['sonnet-4-6', 'computer_20251124'],
    ['sonnet-5-5', 'computer_20251124'],
  ])('knows the computer of Claude %s', (name, kind) => {
    expect(traitsOf(`us.anthropic.claude-${name}`).toolKinds?.['computer']).toBe(kind)
  })
})

describe('kinOf', () => {
  it.each([
    'amazon.titan-embed-text-v2:0',
    'amazon.nova-canvas-v1:0',
    'amazon.nova-2-sonic-v1:0',
    'cohere.embed-v4:0',
    'cohere.rerank-v3-5:0',
    'stability.sd3-5-large-v1:0',
    'luma.ray-v2:0',
  ])('knows that %s does not chat', (id) => {
    expect(kinOf(id).generation).toBeUndefined()
    expect(kinOf(id).family).toBeDefined()
  })
})

it('every family has a name and an id of its own', () => {
  expect(new Set(families.map(({ name }) => name)).size).toBe(families.length)
})

interface KnownModel {
  id: string
  provider: string
  converse: boolean
  tools?: boolean | null
  inputModalities: string[]
  outputModalities: string[]
}

/** By name of a probe: whether our table says that the model refuses it. */
function judgements(traits: ModelTraits): [probe: string, refused: boolean][] {
  const unsupported = (setting: string) => traits.unsupported?.includes(setting) === true
  return [
    ['temperature', unsupported('temperature')],
    ['stop_sequences', unsupported('stop')],
    ['temperature_and_top_p', unsupported('topP') || traits.temperatureWithTopP === false],
    ['assistant_prefill', traits.prefill === false],
    ['prompt_cache', traits.cachePoints === false],
    ['service_tier_flex', traits.serviceTiers === false],
    ['latency_optimized', traits.latencyOptimized === false],
    ['output_config_json_schema', traits.structuredOutput !== true],
    ['image_input', traits.images === false],
    ['document_input', traits.documents === false],
    ['tool_choice_any', traits.toolChoices?.includes('required') === false],
  ]
}

interface Probe {
  outcome: string
  detail?: string
}

describe.skipIf(!sharedRoot())('families and the facts beside the checkout', () => {
  const models = () => (sharedJson('specs/models.json') as { models: KnownModel[] }).models

  it('every known model that converses has a generation that sees what it sees', () => {
    const wrong = models()
      .filter(({ converse, outputModalities }) => converse && outputModalities.includes('TEXT'))
      .filter(({ id, provider, inputModalities, tools }) => {
        const { family, generation } = kinOf(id)
        const { traits } = generation ?? {}
        return (
          family?.owner !== provider ||
          !traits ||
          (tools === false && traits.tools !== false) ||
          (tools === true && traits.tools === false) ||
          inputModalities.includes('IMAGE') !== (traits.images === true) ||
          inputModalities.includes('VIDEO') !== (traits.video === true)
        )
      })
      .map(({ id }) => id)
    expect(wrong).toEqual([])
  })

  it('says of every probed model what the probes found', () => {
    const probed = sharedJson('specs/model-capabilities.json') as {
      models: Record<string, { probes: Record<string, Probe> }>
    }
    const contradictions: string[] = []
    for (const [id, { probes }] of Object.entries(probed.models)) {
      if (probes['baseline']?.outcome === 'rejected') continue
      for (const [probe, refusedByTable] of judgements(traitsOf(id))) {
        const { outcome, detail } = probes[probe] ?? {}
        // A probe nobody made says nothing, nor does one that succeeded without any effect.
        if (!outcome || detail?.startsWith('no tool was called')) continue
        if ((outcome === 'rejected') !== refusedByTable) contradictions.push(`${id}: ${probe}`)
      }
    }
    expect(contradictions).toEqual([])
  })
})
