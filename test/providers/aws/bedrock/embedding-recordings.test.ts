import { describe, expect, it } from 'vitest'
import { type Recording, recordings, sharedRoot } from '../../../fakes/shared.ts'
import { floatsOf, modelIn, post, vectorsIn } from '../../../features/embedding-stage.ts'
import { type Json, useFakeBedrock } from '../../../features/stage.ts'

const bedrock = useFakeBedrock()

const exchanges = recordings('aws/InvokeModel').filter(
  ({ file, request }) =>
    /embed/.test(file) && typeof request.body === 'object' && request.body !== null,
)
const answersOnly = recordings('aws/InvokeModel').filter(
  ({ file, request }) => /embed/.test(file) && !request.body,
)

/** Recorded words for what OpenAI's request has other words for. */
function requestOf({ modelId, request }: Recording): Json {
  const body = request.body as Json
  const single = body['singleEmbeddingParams'] as Json | undefined
  if (single) {
    const text = single['text'] as Json
    return {
      model: modelId,
      input: text['value'],
      input_type: single['embeddingPurpose'],
      truncate: text['truncationMode'],
      dimensions: single['embeddingDimension'],
    }
  }
  const { inputText, texts, output_dimension, ...rest } = body
  return { model: modelId, input: inputText ?? texts, dimensions: output_dimension, ...rest }
}

const PROFILE = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/otnfa2ysixqd'

/** Those that have successors must be listed, or the successors would be asked. */
const TITANS = [
  'amazon.titan-embed-text-v2:0',
  'amazon.titan-embed-text-v1',
  'amazon.titan-embed-g1-text-02',
]

function openApp() {
  bedrock.fake.catalogue({
    models: TITANS.map((modelId) => ({ modelId, outputModalities: ['EMBEDDING'] })),
    profiles: [
      {
        inferenceProfileId: 'otnfa2ysixqd',
        inferenceProfileArn: PROFILE,
        type: 'APPLICATION',
        models: [
          {
            modelArn: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0',
          },
        ],
      },
    ],
  })
  return bedrock.open({
    AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: 'true',
  }).app
}

/** The floats of a recorded answer, whatever form it has. */
function recordedVectors({ response }: Recording): number[][] {
  const body = response.body as Json
  const { embedding, embeddings } = body
  if (embedding) return [embedding as number[]]
  if (!Array.isArray(embeddings)) return (embeddings as { float: number[][] }).float
  return embeddings.map((one) => ('embedding' in one ? one.embedding : one))
}

describe.skipIf(!sharedRoot())('every recorded embedding', () => {
  it('is found', () => {
    expect(exchanges.length).toBeGreaterThan(18)
    expect(answersOnly.length).toBeGreaterThan(3)
  })

  it.each(exchanges)('$file is asked and answered as it was', async (recording) => {
    const app = openApp()
    bedrock.fake.respond(recording)
    const { status, json } = await post(app, '/v1/embeddings', requestOf(recording))
    expect(json['error']).toBeUndefined()
    expect(status).toBe(200)
    expect(bedrock.sent()).toEqual([recording.request.body])
    expect(modelIn(bedrock.fake.requests[0]!)).toBe(recording.modelId)
    const vectors = recordedVectors(recording)
    const tokens = Number(recording.response.headers['x-amzn-bedrock-input-token-count'])
    expect(vectorsIn(json)).toEqual(vectors)
    expect(json['usage']).toEqual({ prompt_tokens: tokens, total_tokens: tokens })

    const asBase64 = { ...requestOf(recording), encoding_format: 'base64' }
    const again = await post(app, '/v1/embeddings', asBase64)
    const floats = vectorsIn(again.json).map((one) => floatsOf(one as string))
    expect(floats).toEqual(vectors.map((one) => Array.from(new Float32Array(one))))
  })

  it.each(answersOnly)('$file is answered', async (recording) => {
    const app = openApp()
    bedrock.fake.respond(recording)
    const { modelId, response } = recording
    const asked = { model: modelId, input: 'This is an embedding test.' }
    const { status, json } = await post(app, '/v1/embeddings', asked)
    expect(status).toBe(response.status)
    if (status !== 200) {
      expect(json).toMatchObject({
        error: {
          message: (response.body as Json)['message'],
          type: 'invalid_request_error',
          param: 'input',
          code: null,
        },
      })
      return
    }
    expect(vectorsIn(json)).toEqual(recordedVectors(recording))
    const { inputTextTokenCount = 0 } = response.body as { inputTextTokenCount?: number }
    expect(json['usage']).toEqual({
      prompt_tokens: inputTextTokenCount,
      total_tokens: inputTextTokenCount,
    })
  })
})

const openai = recordings('openai/openai.embeddings').filter(
  ({ response }) => response.status === 200,
)

describe.skipIf(!sharedRoot())('every recorded embedding of OpenAI', () => {
  it.each(openai)('$file is asked of Bedrock and answered in the same form', async (recording) => {
    const app = openApp()
    const inputs = (recording.request.body as { input: string[] }).input
    bedrock.fake.script({ body: { embedding: [0.5, -1, 0.25], inputTextTokenCount: 2 } })
    const { json } = await post(app, '/v1/embeddings', recording.request.body)
    const { data, ...rest } = recording.response.body as { data: Json[] } & Json
    expect(Object.keys(json).sort()).toEqual(Object.keys({ data, ...rest }).sort())
    expect(json['data']).toEqual(data.map((one) => ({ ...one, embedding: 'AAAAPwAAgL8AAIA+' })))
    expect(json['model']).toBe(rest['model'])
    expect(json['usage']).toEqual({
      prompt_tokens: 2 * inputs.length,
      total_tokens: 2 * inputs.length,
    })
  })
})
