import { describe, expect, it } from 'vitest'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { faultsIn, type ServiceModel } from '../../fakes/service-model.ts'
import { sharedJson } from '../../fakes/shared.ts'
import { accessStage } from '../../http/access-stage.ts'
import { type Json, stageNative } from './stage.ts'

const fake = await bedrockOfFile()
const model = sharedJson('specs/aws/bedrock-runtime.service-2.json') as ServiceModel | undefined

const PATH = '/guardrail/gr1/version/2/apply'
const ASKED = '{ "source": "INPUT", "content": [{"text":{"text":"Hi", "qualifiers":["query"]}}] }'
const VERDICT = '{ "action":"GUARDRAIL_INTERVENED", "outputs":[{"text":"No."}], "assessments":[]}'

const apply = (path: string, body: string, env: Record<string, string> = {}) =>
  stageNative(fake, env).app.request(path, { method: 'POST', body })

describe('ApplyGuardrail', () => {
  it('asks AWS to the letter, and answers to the letter', async () => {
    fake.script({ body: VERDICT })
    const answer = await apply(PATH, ASKED)
    expect(await answer.text()).toBe(VERDICT)
    expect(fake.requests.map(({ path, text }) => [path, text])).toEqual([[PATH, ASKED]])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'x-amzn-requestid': answer.headers.get('x-request-id'),
      'x-outcrop-provider': 'aws',
      'x-outcrop-region': 'us-east-1',
    })
  })

  it('is asked where the ARN of a guardrail says', async () => {
    fake.script({ body: VERDICT })
    const env = {
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `${fake.url}/{region}`,
      AWS_BEDROCK_REGIONS: 'us-east-1,eu-west-1',
    }
    const arn = 'arn:aws:bedrock:eu-west-1:123456789012:guardrail/abc'
    for (const name of [arn, encodeURIComponent(arn)]) {
      expect((await apply(`/guardrail/${name}/version/DRAFT/apply`, ASKED, env)).status).toBe(200)
    }
    const asked = `/eu-west-1/guardrail/${encodeURIComponent(arn)}/version/DRAFT/apply`
    expect(fake.requests.map(({ path }) => path)).toEqual([asked, asked])
  })

  it.each(['eu-west-1', 'evil.example/x?', 'evil.example#', '..'])(
    'is asked in no region but those of this server: %s',
    async (region) => {
      fake.script({ body: VERDICT })
      const env = { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `${fake.url}/{region}` }
      const arn = `arn:aws:bedrock:${region}:123456789012:guardrail/abc`
      const path = `/guardrail/${encodeURIComponent(arn)}/version/1/apply`
      const answer = await apply(path, ASKED, env)
      const headers = { 'x-amzn-bedrock-guardrailidentifier': arn }
      const { post } = stageNative(fake, env)
      const model = 'amazon.titan-embed-text-v2:0'
      const embedded = await post('invoke', { inputText: 'Hi' }, { model, headers })
      expect([answer.status, embedded.status, fake.requests]).toEqual([400, 400, []])
    },
  )

  it('tells what AWS refuses in its words', async () => {
    const message = 'The guardrail identifier or version provided in the request does not exist.'
    fake.script({ status: 404, errorType: 'ResourceNotFoundException', body: { message } })
    const answer = await apply(PATH, ASKED)
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([
      404,
      'ResourceNotFoundException',
    ])
  })

  it.each(['{}', '[]', '{"source":"INPUT","content":[{}]}', '{"source":"BOTH","content":[]}'])(
    'refuses %s, and asks nobody',
    async (body) => {
      const answer = await apply(PATH, body)
      expect([answer.status, answer.headers.get('x-amzn-errortype'), fake.requests]).toEqual([
        400,
        'ValidationException',
        [],
      ])
    },
  )
})

describe("this server's own guardrail", () => {
  const env = { AWS_BEDROCK_GUARDRAIL_IDENTIFIER: 'gr1', AWS_BEDROCK_GUARDRAIL_VERSION: '2' }

  it('is the only one that can be applied, unless requests may name others', async () => {
    fake.script({ body: VERDICT })
    const other = '/guardrail/gr1/version/DRAFT/apply'
    expect((await apply(PATH, ASKED, env)).status).toBe(200)
    const refused = await apply(other, ASKED, env)
    expect([refused.status, refused.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'AccessDeniedException',
    ])
    const open = { ...env, AWS_BEDROCK_ALLOW_GUARDRAIL_OVERRIDE: 'true' }
    expect((await apply(other, ASKED, open)).status).toBe(200)
    expect(fake.requests.map(({ path }) => path)).toEqual([PATH, other])
  })

  it('is the same by its ARN', async () => {
    fake.script({ body: VERDICT })
    const arn = encodeURIComponent('arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1')
    expect((await apply(`/guardrail/${arn}/version/2/apply`, ASKED, env)).status).toBe(200)
    expect(fake.requests.map(({ path }) => path)).toEqual([PATH])
  })

  it('is one of one account where it is configured by its ARN', async () => {
    fake.script({ body: VERDICT })
    const arnIn = (account: string) => `arn:aws:bedrock:us-east-1:${account}:guardrail/gr1`
    const own = { ...env, AWS_BEDROCK_GUARDRAIL_IDENTIFIER: arnIn('123456789012') }
    const statuses = ['123456789012', '999999999999'].map(async (account) => {
      const path = `/guardrail/${encodeURIComponent(arnIn(account))}/version/2/apply`
      return (await apply(path, ASKED, own)).status
    })
    expect(await Promise.all(statuses)).toEqual([200, 403])
  })

  it('may be elsewhere than the models, for its operator has said so', async () => {
    fake.script({ body: VERDICT })
    const arn = 'arn:aws:bedrock:eu-west-1:123456789012:guardrail/gr1'
    const elsewhere = { ...env, AWS_BEDROCK_GUARDRAIL_IDENTIFIER: arn }
    const answer = await apply(PATH, ASKED, elsewhere)
    expect([answer.status, answer.headers.get('x-outcrop-region')]).toEqual([200, 'eu-west-1'])
  })

  it('is nothing the embedded models could apply', async () => {
    const answer = await apply(PATH, ASKED, { ...env, PROVIDER: 'embedded' })
    expect([answer.status, fake.requests]).toEqual([400, []])
  })
})

it('is not found where nobody keeps guardrails', async () => {
  const answer = await apply(PATH, ASKED, { PROVIDER: 'openai', OPENAI_API_KEY: 'k' })
  expect([answer.status, fake.requests]).toEqual([404, []])
})

describe('ApplyGuardrail of the embedded models', () => {
  it('lets everything pass, counts its units, and says that it knows no guardrails', async () => {
    const content = [
      { text: { text: 'a'.repeat(1500) } },
      { text: { text: 'b' } },
      { image: { format: 'png', source: { bytes: 'AAAA' } } },
    ]
    const body = JSON.stringify({ source: 'OUTPUT', content })
    const answer = await apply(PATH, body, { PROVIDER: 'embedded' })
    const verdict = (await answer.json()) as Json
    expect(verdict).toEqual({
      usage: {
        topicPolicyUnits: 0,
        contentPolicyUnits: 3,
        wordPolicyUnits: 0,
        sensitiveInformationPolicyUnits: 0,
        sensitiveInformationPolicyFreeUnits: 0,
        contextualGroundingPolicyUnits: 0,
        contentPolicyImageUnits: 1,
      },
      action: 'NONE',
      actionReason: expect.stringContaining('know no guardrails'),
      outputs: [],
      assessments: [],
      guardrailCoverage: {
        textCharacters: { guarded: 0, total: 1501 },
        images: { guarded: 0, total: 1 },
      },
    })
    if (model) expect(faultsIn(verdict, 'ApplyGuardrailResponse', model)).toEqual([])
    expect(answer.headers.get('x-outcrop-provider')).toBe('embedded')
  })

  it('is for keys that may call its path', async () => {
    const keys = {
      ann: { key: 'ann-key-01234567890', endpoints: ['/guardrail/*'] },
      eve: { key: 'eve-key-01234567890', endpoints: ['/v1/*', '/model/*'] },
    }
    const { call } = accessStage({ API_KEYS: JSON.stringify(keys) })
    const asked = { body: ASKED }
    const statuses = await Promise.all(
      [keys.ann.key, keys.eve.key, undefined].map((key) => call(PATH, { ...asked, key })),
    )
    expect(
      statuses.map(({ status, headers }) => [status, headers.get('x-amzn-errortype')]),
    ).toEqual([
      [200, null],
      [403, 'AccessDeniedException'],
      [403, 'UnrecognizedClientException'],
    ])
  })
})

describe('operations that are not served', () => {
  it.each([
    ['GET', '/async-invoke'],
    ['POST', '/async-invoke'],
    ['GET', '/async-invoke/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aasync-invoke%2Fabc'],
    ['POST', '/model/amazon.nova-sonic-v1:0/invoke-with-bidirectional-stream'],
    ['POST', '/guardrail-checks/invoke'],
    ['POST', '/guardrail/gr1/apply'],
  ])('%s %s is told so in the way of AWS', async (method, path) => {
    const { app } = stageNative(fake)
    const answer = await app.request(path, { method })
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([
      404,
      'UnknownOperationException',
    ])
    const { message, __type } = (await answer.json()) as Json
    expect([message, __type]).toEqual([
      `Nothing answers to ${method} ${path}.`,
      'UnknownOperationException',
    ])
  })
})
