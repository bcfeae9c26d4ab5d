import { describe, expect, it } from 'vitest'
import { accountListings } from '../../../../app/providers/aws/bedrock/account-models.ts'
import {
  type Inquiry,
  listFoundationModels,
  listInferenceProfiles,
} from '../../../../app/providers/aws/bedrock/control-plane.ts'
import { sharedJson, sharedRoot } from '../../../fakes/shared.ts'

interface Shape {
  type: string
  members?: Record<string, { shape: string; location?: string; locationName?: string }>
  member?: { shape: string }
  enum?: string[]
  required?: string[]
}

interface ServiceModel {
  operations: Record<
    string,
    {
      http: { method: string; requestUri: string }
      output: { shape: string }
      input?: { shape: string }
    }
  >
  shapes: Record<string, Shape>
}

/** An answer in which every member of the service model is there once. */
function sampleOf(model: ServiceModel, name: string): unknown {
  const shape = model.shapes[name]!
  if (shape.type === 'structure') {
    const members = Object.entries(shape.members ?? {}).filter(([member]) => member !== 'nextToken')
    return Object.fromEntries(members.map(([key, { shape }]) => [key, sampleOf(model, shape)]))
  }
  if (shape.type === 'list') return [sampleOf(model, shape.member!.shape)]
  if (shape.type === 'boolean') return true
  if (shape.type === 'integer') return 1
  if (shape.enum) return shape.enum[0]
  if (shape.type === 'timestamp') return '2026-01-01T00:00:00Z'
  return /arn/i.test(name)
    ? 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0'
    : 'x'
}

describe.skipIf(!sharedRoot())('the control plane, by its service model', () => {
  const model = sharedJson('specs/aws/bedrock.service-2.json') as ServiceModel | undefined

  /** Answers as the service model says, and only what it says. */
  const inquiry = (): Inquiry => ({
    region: 'us-east-1',
    signal: new AbortController().signal,
    call: async ({ method, path }) => {
      const [name, query = ''] = path.split('?')
      const operation = Object.values(model!.operations).find(
        ({ http }) => http.method === method && http.requestUri === name,
      )
      expect(operation, path).toBeDefined()
      const input = operation!.input && model!.shapes[operation!.input.shape]
      const known = Object.values(input?.members ?? {}).map(({ locationName }) => locationName)
      for (const parameter of new URLSearchParams(query).keys()) expect(known).toContain(parameter)
      const body = JSON.stringify(sampleOf(model!, operation!.output.shape))
      const nothing = { read: async () => undefined, cancel: () => {} }
      return { status: 200, header: () => undefined, body: nothing, text: async () => body }
    },
  })

  it('is asked by paths it has, and its members are read by their names', async () => {
    expect(await listFoundationModels(inquiry())).toMatchObject([
      { modelId: 'x', modelLifecycle: { status: 'ACTIVE' } },
    ])
    expect(await listInferenceProfiles(inquiry())).toHaveLength(2)
    const lists = accountListings(() => true).map(({ list }) => list(inquiry()))
    const found = (await Promise.all(lists)).flat()
    expect(found.map(({ kind, arn }) => [kind, arn.startsWith('arn:')])).toEqual([
      ['imported-model', true],
      ['custom-model-deployment', true],
      ['provisioned-model', true],
      ['endpoint', true],
      ['prompt-router', true],
    ])
  })
})
