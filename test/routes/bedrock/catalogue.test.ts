import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, it } from 'vitest'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { FAKE_CATALOGUE, type FakeCatalogue } from '../../fakes/fake-bedrock-catalogue.ts'
import { startFakeRegions } from '../../fakes/fake-regions.ts'
import { faultsIn, type ServiceModel } from '../../fakes/service-model.ts'
import { sharedJson } from '../../fakes/shared.ts'
import { EU_CATALOGUE, US_CATALOGUE } from '../../fakes/two-region-catalogue.ts'
import { accessStage } from '../../http/access-stage.ts'
import { type Json, MODEL, stageNative } from './stage.ts'

const fake = await bedrockOfFile()
const service = sharedJson('specs/aws/bedrock.service-2.json') as ServiceModel | undefined

const ACCOUNT = 'arn:aws:bedrock:us-east-1:123456789012'
const EVERYBODY = 'arn:aws:bedrock:us-east-1::foundation-model'
const NOVA = 'amazon.nova-lite-v1:0'
const NO_ARNS = { AWS_BEDROCK_ALLOW_CROSS_REGION_INFERENCE_PROFILE_ARN: 'false' }

const TEAM = {
  inferenceProfileName: 'team-search',
  description: 'cost allocation',
  createdAt: '2026-09-01T08:00:00.123456Z',
  updatedAt: '2026-09-01T08:00:00.123456Z',
  inferenceProfileId: 'abcdef123456',
  inferenceProfileArn: `${ACCOUNT}:application-inference-profile/abcdef123456`,
  models: [{ modelArn: `${EVERYBODY}/${MODEL}` }],
  toolboxArn: null,
  type: 'APPLICATION' as const,
  status: 'ACTIVE',
}

const systemDefined = (model: string) => ({
  inferenceProfileId: `us.${model}`,
  models: [{ modelArn: `${EVERYBODY}/${model}` }],
})

const CATALOGUE: FakeCatalogue = {
  ...FAKE_CATALOGUE,
  profiles: [systemDefined(MODEL), systemDefined(NOVA), TEAM],
}

const reading = (env: Record<string, string> = {}, catalogue = CATALOGUE) => {
  fake.catalogue(catalogue)
  const { app } = stageNative(fake, env)
  return async (path: string) => {
    const answer = await app.request(path)
    const type = answer.headers.get('x-amzn-errortype')
    // biome-ignore lint/suspicious/noExplicitAny: whatever the server answers.
    return { status: answer.status, type, body: (await answer.json()) as any }
  }
}

const idsIn = ({ body }: { body: { modelSummaries: { modelId: string }[] } }) =>
  body.modelSummaries.map(({ modelId }) => modelId)

describe('ListFoundationModels', () => {
  it('tells of each model what AWS tells, and of models alone', async () => {
    const { status, body } = await reading()('/foundation-models')
    const all = FAKE_CATALOGUE.models!.map(({ modelId }) => modelId)
    expect([status, body.modelSummaries.map((one: Json) => one['modelId'])]).toEqual([200, all])
    expect(body.modelSummaries[0]).toEqual({
      modelArn: `${EVERYBODY}/${NOVA}`,
      modelId: NOVA,
      modelName: 'Nova Lite',
      providerName: 'Amazon',
      inputModalities: ['TEXT', 'IMAGE', 'VIDEO'],
      outputModalities: ['TEXT'],
      responseStreamingSupported: true,
      customizationsSupported: [],
      inferenceTypesSupported: ['ON_DEMAND'],
      modelLifecycle: { status: 'ACTIVE', startOfLifeTime: '2024-12-03T00:00:00Z' },
    })
  })

  it.each([
    ['byProvider=anthropic', [MODEL]],
    ['byProvider=amazon&byOutputModality=TEXT', [NOVA]],
    ['byOutputModality=EMBEDDING', ['amazon.titan-embed-text-v2:0']],
    ['byInferenceType=ON_DEMAND', [NOVA, 'amazon.titan-embed-text-v2:0']],
    ['byCustomizationType=FINE_TUNING', []],
  ])('is filtered by %s', async (query, ids) => {
    expect(idsIn(await reading()(`/foundation-models?${query}`))).toEqual(ids)
  })

  it.each(['byOutputModality=SMELL', 'byProvider=%E4%B8%AD'])(
    'refuses %s, which AWS does not know',
    async (query) => {
      const { status, type, body } = await reading()(`/foundation-models?${query}`)
      expect([status, type]).toEqual([400, 'ValidationException'])
      expect(body.message).toContain(query.split('=')[0])
    },
  )

  it('speaks of the region that is asked', async () => {
    const aws = await startFakeRegions(['us-east-1', 'eu-central-1'])
    const there = `arn:aws:bedrock:eu-central-1::foundation-model/${NOVA}`
    const [model, ...models] = EU_CATALOGUE.models!
    aws.of('us-east-1').catalogue(US_CATALOGUE)
    const told = { ...EU_CATALOGUE, models: [{ ...model!, modelArn: there }, ...models] }
    aws.of('eu-central-1').catalogue(told)
    const env = { ...aws.env, AWS_ENDPOINT_URL: '', AWS_BEARER_TOKEN_BEDROCK: '' }
    const restrict = JSON.stringify({ [NOVA]: ['eu-central-1'] })
    const get = reading({ ...env, AWS_BEDROCK_MODEL_REGION_RESTRICT: restrict })
    const { body } = await get('/foundation-models?byProvider=amazon')
    expect(body.modelSummaries[0].modelArn).toBe(there)
    await aws.close()
  })
})

describe('GetFoundationModel', () => {
  it.each([
    NOVA,
    encodeURIComponent(NOVA),
    `${EVERYBODY}/${NOVA}`,
    encodeURIComponent(`${EVERYBODY}/${NOVA}`),
    'fast',
  ])('knows %s', async (name) => {
    const env = {
      AWS_BEDROCK_ALLOW_FOUNDATION_MODEL_ARN: 'false',
      MODEL_ALIASES: `{"fast":"${NOVA}"}`,
    }
    const { status, body } = await reading(env)(`/foundation-models/${name}`)
    expect([status, body.modelDetails.modelId]).toEqual([200, NOVA])
  })

  it.each(['amazon.nobody-v1:0', `us.${MODEL}`, 'nobody'])('does not know %s', async (name) => {
    const { status, type, body } = await reading()(`/foundation-models/${name}`)
    expect([status, type, body.message]).toEqual([
      400,
      'ValidationException',
      'The provided model identifier is invalid.',
    ])
  })
})

describe('ListInferenceProfiles', () => {
  const SYSTEM = {
    inferenceProfileName: `us.${MODEL}`,
    inferenceProfileArn: `${ACCOUNT}:inference-profile/us.${MODEL}`,
    inferenceProfileId: `us.${MODEL}`,
    models: [{ modelArn: `${EVERYBODY}/${MODEL}` }],
    status: 'ACTIVE',
    type: 'SYSTEM_DEFINED',
  }

  it("tells of AWS's profiles and of the account's what AWS tells", async () => {
    const { body } = await reading()('/inference-profiles')
    expect(body).toEqual({
      inferenceProfileSummaries: [SYSTEM, expect.objectContaining(systemDefined(NOVA)), TEAM],
    })
    const { body: own } = await reading()('/inference-profiles?type=APPLICATION')
    expect(own.inferenceProfileSummaries).toEqual([TEAM])
  })

  it('tells nothing of the account to those who may not name it', async () => {
    const env = {
      ...NO_ARNS,
      AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: 'false',
      MODEL_ALIASES: JSON.stringify({ team: TEAM.inferenceProfileArn }),
    }
    const get = reading(env)
    const { body } = await get('/inference-profiles')
    const told = {
      ...SYSTEM,
      inferenceProfileArn: SYSTEM.inferenceProfileArn.replace('123456789012', ''),
    }
    expect(body.inferenceProfileSummaries).toEqual([told, expect.anything()])
    expect(JSON.stringify(body)).not.toContain('123456789012')
    expect(await get(`/inference-profiles/${told.inferenceProfileArn}`)).toMatchObject({
      body: told,
    })
    const { body: team } = await get('/inference-profiles/team')
    expect(team.inferenceProfileArn).toBe(TEAM.inferenceProfileArn.replace('123456789012', ''))
    const { status, body: refused } = await get(`/inference-profiles/${TEAM.inferenceProfileArn}`)
    expect([status, refused.message]).toEqual([
      400,
      expect.stringContaining('does not take the ARN'),
    ])
  })

  it('comes in pages', async () => {
    const get = reading()
    const ids: string[] = []
    let token: string | undefined
    do {
      const next = token === undefined ? '' : `&nextToken=${encodeURIComponent(token)}`
      const { body } = await get(`/inference-profiles?maxResults=2${next}`)
      ids.push(...body.inferenceProfileSummaries.map((one: Json) => one['inferenceProfileId']))
      token = body.nextToken
    } while (token !== undefined)
    expect(ids).toEqual([`us.${MODEL}`, `us.${NOVA}`, 'abcdef123456'])
  })

  it.each(['nextToken=nobody', 'maxResults=0', 'maxResults=1001', 'type=MINE'])(
    'refuses %s',
    async (query) => {
      const { status, type, body } = await reading()(`/inference-profiles?${query}`)
      expect([status, type]).toEqual([400, 'ValidationException'])
      expect(body.message).toContain(query.split('=')[0])
    },
  )
})

describe('GetInferenceProfile', () => {
  it.each(['abcdef123456', encodeURIComponent(TEAM.inferenceProfileArn)])(
    'knows %s',
    async (name) => {
      expect(await reading()(`/inference-profiles/${name}`)).toEqual({
        status: 200,
        type: null,
        body: TEAM,
      })
    },
  )

  it.each([`eu.${MODEL}`, NOVA, 'nobody'])('does not know %s', async (name) => {
    const { status, type } = await reading()(`/inference-profiles/${name}`)
    expect([status, type]).toEqual([404, 'ResourceNotFoundException'])
  })
})

describe('what a key must not use', () => {
  it('is not there', async () => {
    fake.catalogue(CATALOGUE)
    const { app } = stageNative(fake, {
      API_KEYS: JSON.stringify({ ann: { key: 'ann-key-01234567890', models: ['amazon.*'] } }),
    })
    const get = async (path: string) => {
      const headers = { authorization: 'Bearer ann-key-01234567890' }
      const answer = await app.request(path, { headers })
      return [answer.status, await answer.text()] as const
    }
    const [, models] = await get('/foundation-models')
    const [, profiles] = await get('/inference-profiles')
    expect(models + profiles).toContain(`us.${NOVA}`)
    expect(models + profiles).not.toMatch(/claude|abcdef123456/)
    const without = async (path: string, name: string) => {
      const [status, text] = await get(path + name)
      return [status, text.replaceAll(name, '')]
    }
    const models400 = await without('/foundation-models/', 'anthropic.nobody-v1:0')
    expect(await without('/foundation-models/', MODEL)).toEqual(models400)
    expect(await without('/foundation-models/', 'a*')).toEqual(models400)
    const profiles404 = await without('/inference-profiles/', 'nobody')
    expect(profiles404[0]).toBe(404)
    for (const name of [
      `us.${MODEL}`,
      'abcdef123456',
      TEAM.inferenceProfileArn,
      `us.x.y`,
      'us.*',
    ]) {
      expect(await without('/inference-profiles/', name)).toEqual(profiles404)
    }
  })
})

describe('the embedded models', () => {
  it('are told as such, and have no profiles', async () => {
    const { call } = accessStage()
    const { json } = await call('/foundation-models?byOutputModality=EMBEDDING')
    expect(json.modelSummaries).toEqual([
      {
        modelArn: 'arn:aws:bedrock:embedded::foundation-model/embedded-embedding',
        modelId: 'embedded-embedding',
        modelName: 'embedded-embedding',
        providerName: 'outcrop',
        inputModalities: ['TEXT', 'IMAGE', 'SPEECH', 'VIDEO'],
        outputModalities: ['EMBEDDING'],
        responseStreamingSupported: false,
        customizationsSupported: [],
        inferenceTypesSupported: ['ON_DEMAND'],
        modelLifecycle: { status: 'ACTIVE' },
      },
    ])
    const { text } = await call('/foundation-models')
    expect(text).toContain('"embedded-chat"')
    expect(text).not.toMatch(/"embedded-(speech|transcription)"/)
    const { json: told } = await call(`/foundation-models/${MODEL}`)
    expect(told.modelDetails).toMatchObject({ modelId: MODEL, providerName: 'outcrop' })
    const { json: profiles } = await call('/inference-profiles?type=SYSTEM_DEFINED')
    expect(profiles).toEqual({ inferenceProfileSummaries: [] })
  })
})

describe("AWS's clients", () => {
  it.each([
    '/foundation-models',
    `/inference-profiles/${encodeURIComponent(TEAM.inferenceProfileArn)}`,
  ])('may sign %s', async (path) => {
    const credentials = { accessKeyId: 'AKIDOUTCROP', secretAccessKey: 'a secret of its own' }
    fake.catalogue(CATALOGUE)
    const { app } = stageNative(fake, {
      API_KEY: 'secret-key',
      BEDROCK_API_CREDENTIALS: JSON.stringify({ AKIDOUTCROP: credentials.secretAccessKey }),
    })
    const signer = new SignatureV4({
      credentials,
      region: 'us-east-1',
      service: 'bedrock',
      sha256: Sha256,
    })
    const { headers } = await signer.sign({
      method: 'GET',
      protocol: 'http:',
      hostname: 'localhost',
      path,
      query: {},
      headers: { host: 'localhost' },
    })
    expect((await app.request(path, { headers })).status).toBe(200)
    const { status, headers: told } = await app.request(path)
    expect([status, told.get('x-amzn-errortype')]).toEqual([403, expect.any(String)])
  })

  it('are told of what else the control plane does', async () => {
    const { status, type } = await reading()('/foundation-model-availability/x')
    expect([status, type]).toEqual([404, 'UnknownOperationException'])
  })

  it('get the members of the service model', async () => {
    if (!service) return
    const [models, profiles] = ['ListFoundationModels', 'ListInferenceProfiles'] as const
    const get = reading()
    const { json: embedded } = await accessStage().call('/foundation-models')
    const faults = [
      ...faultsIn((await get('/foundation-models')).body, `${models}Response`, service),
      ...faultsIn((await get('/inference-profiles')).body, `${profiles}Response`, service),
      ...faultsIn(embedded, `${models}Response`, service),
    ]
    // AWS itself says more than its model in values and in `toolboxArn` (recorded), and ids of others are no ids of AWS.
    const named = faults.filter((fault) => /: (missing|unknown|no \w+)$/.test(fault))
    expect(named).toEqual(['.inferenceProfileSummaries[2].toolboxArn: unknown'])
  })

  it('lose nothing of what AWS says', async () => {
    const sample = (name: string) =>
      sharedJson(`specs/catalogue-samples/bedrock.${name}.json`) as
        | Record<string, Json[]>
        | undefined
    const { modelSummaries } = sample('ListFoundationModels.us-east-1') ?? {}
    const { inferenceProfileSummaries } = sample('ListInferenceProfiles.us-east-1.page1') ?? {}
    if (!modelSummaries || !inferenceProfileSummaries) return
    const catalogue = { models: modelSummaries, profiles: inferenceProfileSummaries }
    const get = reading({ AWS_BEDROCK_LEGACY: 'true' }, catalogue as unknown as FakeCatalogue)
    const { body: models } = await get('/foundation-models')
    const { body: profiles } = await get('/inference-profiles')
    expect(models.modelSummaries.length).toBeGreaterThan(80)
    expect(modelSummaries).toEqual(expect.arrayContaining(models.modelSummaries))
    expect(profiles.inferenceProfileSummaries.length).toBeGreaterThan(20)
    expect(inferenceProfileSummaries).toEqual(
      expect.arrayContaining(profiles.inferenceProfileSummaries),
    )
  })
})
