import { describe, expect, it } from 'vitest'
import { type Recording, recordings, sharedRoot } from '../fakes/shared.ts'
import { post, vectorOf } from './embedding-stage.ts'
import { base64, dataUrl, plain } from './image-stage.ts'
import { type Json, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const SERVER = { AWS_BEDROCK_GUARDRAIL_IDENTIFIER: 'house', AWS_BEDROCK_GUARDRAIL_VERSION: '3' }
const TITAN = 'amazon.titan-embed-text-v2:0'
const COHERE = 'cohere.embed-v4:0'
const RERANKER = 'cohere.rerank-v3-5:0'

const PASSED = { action: 'NONE', outputs: [], assessments: [{}] }
const BLOCKED = 'This is not for us.'

const pii = (...actions: string[]) => ({
  sensitiveInformationPolicy: {
    piiEntities: actions.map((action) => ({ type: 'EMAIL', match: 'a@b.c', action })),
    regexes: [],
  },
})
const intervened = (outputs: string[], ...assessments: Json[]) => ({
  action: 'GUARDRAIL_INTERVENED',
  outputs: outputs.map((text) => ({ text })),
  assessments,
})
const masked = (...outputs: string[]) => intervened(outputs, pii('NONE', 'ANONYMIZED'))

/** Asks a server with a guardrail, while AWS gives these answers one after the other. */
async function asked(path: string, body: Json, answers: unknown[], env: Json = {}) {
  for (const answer of answers) bedrock.fake.script({ body: answer })
  const { app } = bedrock.open({ ...SERVER, ...(env as Record<string, string>) })
  const { status, json } = await post(app, path, body)
  const seen = bedrock.fake.requests.map((one) => [one.path, one.json as Json] as const)
  const judged = seen.filter(([at]) => at.startsWith('/guardrail/'))
  return { status, json, judged, sent: seen.filter((one) => !judged.includes(one)) }
}

const textsOf = ([, body]: readonly [string, Json]) =>
  (body['content'] as { text: { text: string } }[]).map((one) => one.text.text)

describe('a guardrail before models that take none', () => {
  it('judges texts that are embedded, which go on as they are', async () => {
    const answer = { embedding: vectorOf(1), inputTextTokenCount: 2 }
    const { status, judged, sent } = await asked('/v1/embeddings', { model: TITAN, input: 'Hi' }, [
      PASSED,
      answer,
    ])
    expect(status).toBe(200)
    expect(judged).toEqual([
      [
        '/guardrail/house/version/3/apply',
        { source: 'INPUT', content: [{ text: { text: 'Hi' } }] },
      ],
    ])
    expect(sent.map(([, body]) => body)).toEqual([expect.objectContaining({ inputText: 'Hi' })])
  })

  it('says in its own words what it does not let pass, and the model is not asked', async () => {
    const topics = { topicPolicy: { topics: [{ name: 'x', type: 'DENY', action: 'BLOCKED' }] } }
    const answers = [intervened([BLOCKED], { ...pii('ANONYMIZED'), ...topics })]
    const { status, json, sent } = await asked(
      '/v1/embeddings',
      { model: TITAN, input: ['a', 'b'] },
      answers,
    )
    expect([status, json['error']]).toEqual([
      400,
      expect.objectContaining({ code: 'content_filter', message: BLOCKED }),
    ])
    expect(sent).toEqual([])
  })

  it.each([
    ['an action nobody knows', intervened([BLOCKED], pii('HIDDEN'))],
    ['an intervention without a reason', intervened([BLOCKED])],
    ['words', intervened([BLOCKED], { wordPolicy: { customWords: [{ action: 'BLOCKED' }] } })],
    ['a filter', intervened([BLOCKED], { contentPolicy: { filters: [{ action: 'BLOCKED' }] } })],
    ['one of several', intervened([BLOCKED], pii('ANONYMIZED'), pii('BLOCKED'))],
  ])('blocks by %s', async (_, verdict) => {
    const { status, sent } = await asked('/v1/embeddings', { model: TITAN, input: 'a' }, [verdict])
    expect([status, sent]).toEqual([400, []])
  })

  it('masks what it is to hide, each text in its place', async () => {
    const { status, judged, sent } = await asked(
      '/cohere/v2/embed',
      { model: COHERE, texts: ['mail a@b.c', ' ', 'Hi'], input_type: 'classification' },
      [
        masked('mail {EMAIL}', 'Hi'),
        { embeddings: { float: [1, 2, 3].map((one) => vectorOf(one)) } },
      ],
    )
    expect([status, judged.map(textsOf)]).toEqual([200, [['mail a@b.c', 'Hi']]])
    expect(sent[0]![1]['texts']).toEqual(['mail {EMAIL}', ' ', 'Hi'])
  })

  it('judges each text alone where its answer does not tell which is masked', async () => {
    const { status, judged, sent } = await asked(
      '/cohere/v2/embed',
      { model: COHERE, texts: ['mail a@b.c', 'Hi'], input_type: 'classification' },
      [
        masked('mail {EMAIL}'),
        masked('mail {EMAIL}'),
        PASSED,
        { embeddings: { float: [vectorOf(1), vectorOf(2)] } },
      ],
    )
    expect([status, judged.map(textsOf)]).toEqual([
      200,
      [['mail a@b.c', 'Hi'], ['mail a@b.c'], ['Hi']],
    ])
    expect(sent[0]![1]['texts']).toEqual(['mail {EMAIL}', 'Hi'])
  })

  it('is asked about no more at a time than an account may have judged in a second', async () => {
    const long = 'a '.repeat(9_000).trim()
    const { judged } = await asked(
      '/cohere/v2/embed',
      { model: COHERE, texts: ['b', long, long, 'c'], input_type: 'classification' },
      [PASSED, PASSED, { embeddings: { float: [1, 2, 3, 4].map((one) => vectorOf(one)) } }],
    )
    expect(judged.map(textsOf)).toEqual([
      ['b', long],
      [long, 'c'],
    ])
  })

  it('judges queries, documents and fields of the model’s own', async () => {
    const results = [{ index: 1, relevance_score: 0.5 }]
    const document = { name: 'a@b.c', phone: 5 }
    const { status, json, judged, sent } = await asked(
      '/cohere/v1/rerank',
      { model: RERANKER, query: 'Hi', documents: ['x', document], rank_fields: ['name', 'phone'] },
      [masked('Hi', 'x', '{"name":"{EMAIL}","phone":{PHONE}}'), { results }],
    )
    expect([status, json['results']]).toEqual([200, [{ index: 1, relevance_score: 0.5 }]])
    expect(judged.map(textsOf)).toEqual([['Hi', 'x', JSON.stringify(document)]])
    expect(sent[0]![1]).toMatchObject({
      query: 'Hi',
      documents: ['x', '{"name":"{EMAIL}","phone":{PHONE}}'],
    })
  })

  it('leaves documents the form they had where its masks do', async () => {
    const documents = ['{"a":1}', { name: 'Ada' }, { name: 'a@b.c' }]
    const { sent } = await asked(
      `/model/${RERANKER}/invoke`,
      { query: 'Hi', documents, api_version: 2 },
      [masked('{"a":2}', '{"name":"Ada"}', '{"name":"{EMAIL}"}', 'Hi'), { results: [] }],
    )
    expect(sent[0]![1]['documents']).toEqual(['{"a":2}', { name: 'Ada' }, { name: '{EMAIL}' }])
  })

  it('is never passed by because it could not be asked', async () => {
    const refusals: [object, number][] = [
      [{ status: 403, errorType: 'AccessDeniedException', body: { message: 'no' } }, 502],
      [{ status: 404, errorType: 'ResourceNotFoundException', body: { message: 'no' } }, 502],
      [{ status: 429, errorType: 'ThrottlingException', body: { message: 'slow' } }, 429],
      [{ body: { action: 'PERHAPS', outputs: [] } }, 502],
      [{ body: masked() }, 502],
    ]
    for (const [script, expected] of refusals) {
      bedrock.fake.forget()
      bedrock.fake.requests.length = 0
      bedrock.fake.script(script)
      const body = { model: TITAN, input: 'Hi' }
      const { status } = await post(bedrock.open(SERVER).app, '/v1/embeddings', body)
      expect(status).toBe(expected)
      expect(bedrock.fake.requests.filter(({ path }) => path.startsWith('/model/'))).toEqual([])
    }
  })

  it('is asked in the region of its ARN, and by its id where it is known', async () => {
    const regional = {
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `${bedrock.fake.url}/{region}`,
      AWS_BEDROCK_REGIONS: 'us-east-1,eu-west-1',
    }
    const arn = 'arn:aws:bedrock:eu-west-1:123456789012:guardrail/abc'
    bedrock.fake.script({ body: { action: 'PERHAPS' } })
    const body = { model: TITAN, input: 'Hi' }
    const named = bedrock.open({ ...regional, AWS_BEDROCK_GUARDRAIL_IDENTIFIER: arn })
    await post(named.app, '/v1/embeddings', body)
    bedrock.fake.forget()
    bedrock.fake.script({ status: 404, errorType: 'ResourceNotFoundException', body: {} })
    await post(bedrock.open({ ...regional, ...SERVER }).app, '/v1/embeddings', body)
    expect(bedrock.fake.requests.map(({ path }) => path)).toEqual([
      `/eu-west-1/guardrail/${encodeURIComponent(arn)}/version/DRAFT/apply`,
      '/us-east-1/guardrail/house/version/3/apply',
      '/eu-west-1/guardrail/house/version/3/apply',
    ])
  })

  it('judges what goes to a model that its name does not tell', async () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdefghijkl'
    const modelArn = `arn:aws:bedrock:us-east-1::foundation-model/${TITAN}`
    bedrock.fake.catalogue({
      models: [{ modelId: TITAN, outputModalities: ['EMBEDDING'] }],
      profiles: [
        {
          inferenceProfileId: 'abcdefghijkl',
          inferenceProfileArn: arn,
          type: 'APPLICATION',
          models: [{ modelArn }],
        },
      ],
    })
    const { status, judged, sent } = await asked(
      '/v1/embeddings',
      { model: arn, input: 'Hi' },
      [intervened([BLOCKED])],
      { AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: 'true' },
    )
    expect([status, judged.length, sent]).toEqual([400, 1, []])
  })

  it('cannot judge where nobody knows AWS: who asks is refused', async () => {
    const body = { model: 'embedded-embedding', input: 'Hi' }
    const { status, json } = await asked('/v1/embeddings', body, [], { PROVIDER: 'embedded' })
    expect([status, json['error']]).toEqual([
      400,
      expect.objectContaining({ code: 'unsupported_parameter', param: 'model' }),
    ])
  })

  it('judges no pictures: who sends one is refused', async () => {
    const image = dataUrl(await plain())
    const body = { model: COHERE, images: [image], input_type: 'image' }
    const { status, json, judged, sent } = await asked('/cohere/v2/embed', body, [])
    expect([status, JSON.stringify(json), judged, sent]).toEqual([
      400,
      expect.stringContaining('guardrail'),
      [],
      [],
    ])
  })
})

describe('a name of the operator’s own that brings a guardrail along', () => {
  const MODEL_ALIASES = JSON.stringify({
    house: {
      model: TITAN,
      guardrail_id: 'named',
      guardrail_version: '7',
      extra_params: { normalize: false, dimensions: 256 },
      metadata: { team: 'blue' },
    },
    painter: { model: 'stability.stable-image-core-v1:1', guardrail_id: 'named' },
    order: { model: RERANKER, guardrail_id: 'named', extra_params: { max_tokens_per_doc: 9 } },
  })
  const signed = {
    AWS_BEARER_TOKEN_BEDROCK: '',
    AWS_ACCESS_KEY_ID: 'A',
    AWS_SECRET_ACCESS_KEY: 's',
  }
  const none = { AWS_BEDROCK_GUARDRAIL_IDENTIFIER: '', AWS_BEDROCK_GUARDRAIL_VERSION: '' }

  it('has it judge what is embedded, before that of the server, and brings fields and labels', async () => {
    const answer = { embedding: vectorOf(1), inputTextTokenCount: 2 }
    const body = { model: 'house', input: 'Hi', normalize: true }
    const { status, judged, sent } = await asked('/v1/embeddings', body, [PASSED, answer], {
      MODEL_ALIASES,
    })
    expect([status, judged.map(([path]) => path)]).toEqual([
      200,
      ['/guardrail/named/version/7/apply'],
    ])
    expect(sent[0]![1]).toEqual({ inputText: 'Hi', normalize: true, dimensions: 256 })
    const labels = bedrock.fake.requests.at(-1)!.headers['x-amzn-bedrock-request-metadata']
    expect(JSON.parse(labels!)).toMatchObject({ team: 'blue' })
  })

  it('has it judge what is ordered', async () => {
    const body = { model: 'order', query: 'q', documents: ['a'] }
    const answers = [PASSED, { results: [{ index: 0, relevanceScore: 1 }] }]
    const env = { MODEL_ALIASES, ...none, ...signed }
    const { status, judged, sent } = await asked('/v1/rerank', body, answers, env)
    expect([status, judged.map(textsOf)]).toEqual([200, [['q', 'a']]])
    expect(JSON.stringify(sent[0]![1])).toContain('"max_tokens_per_doc":9')
  })

  it('has pictures drawn through it', async () => {
    const body = { model: 'painter', prompt: 'a cat', response_format: 'b64_json' }
    const answers = [{ images: [base64(await plain())], seeds: [1], finish_reasons: [null] }]
    const { status } = await asked('/v1/images/generations', body, answers, {
      MODEL_ALIASES,
      ...none,
    })
    expect(status).toBe(200)
    expect(bedrock.fake.requests.at(-1)!.headers).toMatchObject({
      'x-amzn-bedrock-guardrailidentifier': 'named',
      'x-amzn-bedrock-guardrailversion': 'DRAFT',
    })
  })
})

describe('a guardrail before models of others', () => {
  const upstream = () => ({ OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: `${bedrock.fake.url}/v1` })

  it('judges what is to be drawn, with the fields that go along', async () => {
    const picture = base64(await plain())
    const drawing = { model: 'gpt-image-1', prompt: 'a@b.c as a cat', style_of: 'Ann' }
    const drawn = await asked(
      '/v1/images/generations',
      drawing,
      [
        { data: [{ id: 'gpt-image-1' }] },
        masked('{EMAIL} as a cat', '{NAME}'),
        { data: [{ b64_json: picture }] },
      ],
      upstream(),
    )
    expect([drawn.status, drawn.judged.map(textsOf)]).toEqual([200, [['a@b.c as a cat', 'Ann']]])
    expect(drawn.sent.at(-1)![1]).toMatchObject({ prompt: '{EMAIL} as a cat', style_of: '{NAME}' })
  })

  it('judges no pictures that are to be edited', async () => {
    const image = dataUrl(await plain())
    const body = { model: 'gpt-image-1', prompt: 'a cat', images: [{ image_url: image }] }
    const { status, json, judged } = await asked('/v1/images/edits', body, [], upstream())
    expect([status, json['error'], judged]).toEqual([
      400,
      expect.objectContaining({ param: 'image' }),
      [],
    ])
  })
})

describe.skipIf(!sharedRoot())('a recorded intervention', () => {
  it('blocks in the words it was recorded with', async () => {
    const [recording] = recordings('aws/ApplyGuardrail')
    bedrock.fake.respond(recording as Recording)
    const body = { model: TITAN, input: 'Hi' }
    const { status, json } = await post(bedrock.open(SERVER).app, '/v1/embeddings', body)
    expect([status, json['error']]).toEqual([
      400,
      expect.objectContaining({
        code: 'content_filter',
        message: 'Sorry, the model cannot answer this question.',
      }),
    ])
  })
})
