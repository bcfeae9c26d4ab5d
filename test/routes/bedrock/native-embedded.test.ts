import { describe, expect, it } from 'vitest'
import { createApp } from '../../../app/app.ts'
import { imageHead } from '../../../app/codecs/pictures/image-head.ts'
import { readPng, writePng } from '../../../app/codecs/pictures/png.ts'
import { base64, bytesOf, corners, halfClear, pixelsOf, plain } from '../../features/image-stage.ts'
import { stagedRuntime } from '../../http/stage.ts'
import { openStage } from '../../providers/openai/stage.ts'
import type { Json } from './stage.ts'

const { runtime } = stagedRuntime({ PROVIDER: 'embedded' })
const app = createApp(runtime)

async function invoke(model: string, body: unknown, operation = 'invoke', headers = {}) {
  const answer = await app.request(`/model/${encodeURIComponent(model)}/${operation}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers,
  })
  return { status: answer.status, headers: answer.headers, json: (await answer.json()) as Json }
}

/** The same with lists of numbers told by their length. */
function shaped(value: unknown): unknown {
  if (Array.isArray(value)) {
    return typeof value[0] === 'number' ? value.length : value.map(shaped)
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shaped(one)]))
}

const TITAN = 'amazon.titan-embed-text-v2:0'
const NOVA = 'amazon.nova-2-multimodal-embeddings-v1:0'
const CANVAS = 'amazon.nova-canvas-v1:0'
const PICTURE = base64(await plain(64, 64))
const DATA = `data:image/png;base64,${PICTURE}`

/** Black is the left half; the rest is white. */
const mask = base64(
  await writePng(pixelsOf(64, 64, (x) => (x < 32 ? [0, 0, 0, 255] : [255, 255, 255, 255]))),
)

const nova = (content: Json) => ({
  taskType: 'SINGLE_EMBEDDING',
  singleEmbeddingParams: { embeddingPurpose: 'GENERIC_INDEX', ...content },
})

describe('vectors of the embedded models in the words of', () => {
  it.each<[string, string, Json, unknown]>([
    [
      'Titan 1',
      'amazon.titan-embed-text-v1',
      { inputText: 'Hello' },
      { embedding: 1536, inputTextTokenCount: 1 },
    ],
    [
      'Titan 2',
      TITAN,
      { inputText: 'Hello', normalize: true },
      { embedding: 1024, embeddingsByType: { float: 1024 }, inputTextTokenCount: 1 },
    ],
    [
      'Titan 2, binary',
      TITAN,
      { inputText: 'Hello', dimensions: 256, embeddingTypes: ['binary'] },
      { embeddingsByType: { binary: 256 }, inputTextTokenCount: 1 },
    ],
    [
      'Titan multimodal',
      'amazon.titan-embed-image-v1',
      { inputText: 'a', inputImage: PICTURE, embeddingConfig: { outputEmbeddingLength: 384 } },
      { embedding: 384, inputTextTokenCount: expect.any(Number), message: null },
    ],
    [
      'Cohere 3',
      'cohere.embed-english-v3',
      { texts: ['a', 'b'], input_type: 'search_document', truncate: 'END' },
      {
        embeddings: [1024, 1024],
        id: expect.any(String),
        response_type: 'embeddings_floats',
        texts: ['a', 'b'],
      },
    ],
    [
      'Cohere 3, of a picture and by type',
      'cohere.embed-multilingual-v3',
      { images: [DATA], input_type: 'image', embedding_types: ['float', 'int8'] },
      {
        embeddings: { float: [1024], int8: [1024] },
        id: expect.any(String),
        response_type: 'embeddings_by_type',
        texts: [],
      },
    ],
    [
      'Cohere 4',
      'us.cohere.embed-v4:0',
      { texts: ['a'], input_type: 'search_query', output_dimension: 512, max_tokens: 9 },
      {
        embeddings: { float: [512] },
        id: expect.any(String),
        response_type: 'embeddings_by_type',
        texts: ['a'],
      },
    ],
    [
      'Nova',
      NOVA,
      nova({ text: { truncationMode: 'END', value: 'Hello' } }),
      { embeddings: [{ embeddingType: 'TEXT', embedding: 3072 }] },
    ],
    [
      'Nova, of a picture',
      NOVA,
      nova({ embeddingDimension: 256, image: { format: 'png', source: { bytes: PICTURE } } }),
      { embeddings: [{ embeddingType: 'IMAGE', embedding: 256 }] },
    ],
    [
      'Marengo 2.7',
      'us.twelvelabs.marengo-embed-2-7-v1:0',
      { inputType: 'image', mediaSource: { base64String: PICTURE } },
      { data: [{ embedding: 1024 }] },
    ],
    [
      'Marengo 3',
      'twelvelabs.marengo-embed-3-0-v1:0',
      {
        inputType: 'text_image',
        text_image: { inputText: 'a', mediaSource: { base64String: PICTURE } },
      },
      { data: [{ embedding: 512 }] },
    ],
    [
      'whoever wrote the body, where the model has no words of its own',
      'embedded-embedding',
      { texts: ['a'], input_type: 'search_query', embedding_types: ['ubinary'] },
      {
        embeddings: { ubinary: [192] },
        id: expect.any(String),
        response_type: 'embeddings_by_type',
        texts: ['a'],
      },
    ],
  ])('%s', async (_, model, body, expected) => {
    const first = await invoke(model, body)
    expect([first.status, shaped(first.json)]).toEqual([200, expected])
    expect(first.headers.get('x-outcrop-provider')).toBe('embedded')
    expect(Number(first.headers.get('x-amzn-bedrock-input-token-count'))).toBeGreaterThan(0)
    const { id: _id, ...again } = (await invoke(model, body)).json
    expect({ ...first.json, id: undefined }).toEqual({ ...again, id: undefined })
  })
})

it('the embedded models order documents in the words of Cohere and Amazon', async () => {
  const body = { query: 'cat', documents: ['a dog', 'a cat'] }
  const cohere = { ...body, top_n: 1, api_version: 2 }
  const first = { index: 1, relevance_score: expect.any(Number) }
  expect((await invoke('cohere.rerank-v3-5:0', cohere)).json).toEqual({ results: [first] })
  expect((await invoke('amazon.rerank-v1:0', body)).json).toEqual({
    results: [first, { index: 0, relevance_score: 0 }],
  })
})

describe('pictures of the embedded models in the words of', () => {
  const sizes = (json: Json) =>
    (json['images'] as string[]).map((one) => {
      const { width, height, mediaType } = imageHead(bytesOf(one))!
      return `${width}x${height} ${mediaType}`
    })
  it.each<[string, string, Json, string[]]>([
    [
      'Nova Canvas',
      CANVAS,
      {
        taskType: 'TEXT_IMAGE',
        textToImageParams: { text: 'A cat' },
        imageGenerationConfig: { width: 320, height: 384, numberOfImages: 2, seed: 7 },
      },
      ['320x384 image/png', '320x384 image/png'],
    ],
    [
      'Titan, in the colours of a picture',
      'amazon.titan-image-generator-v2:0',
      {
        taskType: 'COLOR_GUIDED_GENERATION',
        colorGuidedGenerationParams: { colors: ['#ff0000'], text: 'a', referenceImage: PICTURE },
      },
      ['64x64 image/png'],
    ],
    [
      'Titan, of several pictures',
      'amazon.titan-image-generator-v1',
      { taskType: 'IMAGE_VARIATION', imageVariationParams: { images: [PICTURE, PICTURE] } },
      ['64x64 image/png'],
    ],
    [
      'Nova Canvas, without a background',
      CANVAS,
      { taskType: 'BACKGROUND_REMOVAL', backgroundRemovalParams: { image: PICTURE } },
      ['64x64 image/png'],
    ],
    [
      'Nova Canvas, dressed',
      CANVAS,
      {
        taskType: 'VIRTUAL_TRY_ON',
        virtualTryOnParams: {
          sourceImage: PICTURE,
          referenceImage: PICTURE,
          maskType: 'GARMENT',
          garmentBasedMask: { garmentClass: 'UPPER_BODY' },
        },
      },
      ['64x64 image/png'],
    ],
  ])('%s', async (_, model, body, expected) => {
    const { status, json } = await invoke(model, body)
    expect([status, Object.keys(json), sizes(json)]).toEqual([200, ['images'], expected])
  })

  it.each([
    ['what is black is drawn anew', 'INPAINTING', 'inPaintingParams', 'right'],
    ['what is white is drawn anew', 'OUTPAINTING', 'outPaintingParams', 'left'],
  ])('Amazon: %s by %s', async (_, taskType, member, kept) => {
    const body = { taskType, [member]: { image: PICTURE, maskImage: mask, text: 'A cat' } }
    const { json } = await invoke(CANVAS, body)
    const [drawn] = json['images'] as string[]
    const { rgba } = await readPng(bytesOf(drawn!))
    const [left, right] = [rgba.slice(0, 4).join(), rgba.slice(63 * 4, 64 * 4).join()]
    const own = '200,30,60,255'
    expect(kept === 'left' ? [left === own, right === own] : [right === own, left === own]).toEqual(
      [true, false],
    )
  })

  it('Stability, of words and with its tools', async () => {
    const body = { prompt: 'A cat', aspect_ratio: '21:9', seed: 5, output_format: 'jpeg' }
    const { json } = await invoke('stability.sd3-5-large-v1:0', body)
    expect({ ...json, images: sizes(json) }).toEqual({
      seeds: [5],
      finish_reasons: [null],
      images: ['1536x640 image/jpeg'],
    })
    const tool = 'us.stability.stable-image-erase-object-v1:0'
    const erased = await invoke(tool, { image: PICTURE, mask })
    expect([erased.status, sizes(erased.json)]).toEqual([200, ['64x64 image/png']])
    expect(await corners((erased.json['images'] as string[])[0])).toMatch(/^X/)
  })

  it.each<[string, Json]>([
    ['no picture', { taskType: 'IMAGE_VARIATION', imageVariationParams: { images: ['AAAA'] } }],
    [
      'no mask',
      { taskType: 'INPAINTING', inPaintingParams: { image: PICTURE, maskImage: 'iVBORw0K' } },
    ],
    ['no parameters', { taskType: 'TEXT_IMAGE' }],
    ['a task nobody knows', { taskType: 'TEXT_VIDEO' }],
    ['another maker’s', { prompt: 'A cat' }],
  ])('nobody: %s', async (_, body) => {
    const { status, headers } = await invoke(CANVAS, body)
    expect([status, headers.get('x-amzn-errortype')]).toEqual([400, 'ValidationException'])
  })

  it('a mask may come with transparent parts of its own', async () => {
    const { status } = await invoke(CANVAS, {
      taskType: 'INPAINTING',
      inPaintingParams: { image: PICTURE, maskImage: base64(await halfClear()) },
    })
    expect(status).toBe(200)
  })
})

describe('bodies the embedded models refuse as AWS does', () => {
  it.each<[string, string, Json, string]>([
    [
      'another maker’s',
      TITAN,
      { texts: ['a'] },
      '#: required key [inputText] not found#: extraneous key [texts] is not permitted',
    ],
    [
      'wrong types and values',
      TITAN,
      { inputText: 5, dimensions: 7 },
      '#/inputText: expected type: String, found: Integer#/dimensions: 7 is not a valid enum value',
    ],
    ['an empty text', TITAN, { inputText: '' }, '#/inputText: expected minLength: 1, actual: 0'],
    [
      'a list that is none',
      'cohere.embed-v4:0',
      { texts: 'a', input_type: 'search_query' },
      '#/texts: expected type: JSONArray, found: String',
    ],
    [
      'too many texts',
      'cohere.embed-v4:0',
      { texts: Array.from({ length: 97 }, () => 'a'), input_type: 'search_query' },
      '#/texts: expected maximum item count: 96, found: 97',
    ],
    [
      'Cohere’s documents without a version',
      'cohere.rerank-v3-5:0',
      { query: 'a', documents: ['b'] },
      '#: required key [api_version] not found',
    ],
    [
      'null for a text',
      'amazon.titan-embed-image-v1',
      { inputText: null },
      '#/inputText: expected type: String, found: Null',
    ],
    [
      'numbers out of range',
      CANVAS,
      {
        taskType: 'TEXT_IMAGE',
        textToImageParams: { text: 'a' },
        imageGenerationConfig: { numberOfImages: 6 },
      },
      '#/imageGenerationConfig/numberOfImages: 6 is not less or equal to 5',
    ],
    ...Object.entries({
      TEXT_IMAGE: 'textToImageParams',
      COLOR_GUIDED_GENERATION: 'colorGuidedGenerationParams',
      IMAGE_VARIATION: 'imageVariationParams',
      INPAINTING: 'inPaintingParams',
      OUTPAINTING: 'outPaintingParams',
      BACKGROUND_REMOVAL: 'backgroundRemovalParams',
      VIRTUAL_TRY_ON: 'virtualTryOnParams',
    }).map(([taskType, member]): [string, string, Json, string] => [
      `${taskType} without its parameters`,
      CANVAS,
      { taskType },
      `#: required key [${member}] not found`,
    ]),
    [
      'a picture of nothing',
      'stability.sd3-5-large-v1:0',
      { prompt: '' },
      '#: required key [prompt] not found',
    ],
  ])('%s', async (_, model, body, finding) => {
    const { status, headers, json } = await invoke(model, body)
    expect([status, headers.get('x-amzn-errortype'), json['message']]).toEqual([
      400,
      'ValidationException',
      `Malformed input request: ${finding}, please reformat your input and try again.`,
    ])
  })

  const MARENGO = 'twelvelabs.marengo-embed-2-7-v1:0'
  const COHERE = 'cohere.embed-v4:0'
  it.each<[string, string, Json]>([
    ['inputText is missing.', MARENGO, { inputType: 'text' }],
    [
      'mediaSource holds neither base64String nor s3Location.',
      MARENGO,
      { inputType: 'image', mediaSource: {} },
    ],
    ['text is missing.', 'twelvelabs.marengo-embed-3-0-v1:0', { inputType: 'text' }],
    [
      'image.source is not base64.',
      NOVA,
      nova({ image: { format: 'png', source: { bytes: '*' } } }),
    ],
    [
      'image.source holds neither bytes nor an s3Location.',
      NOVA,
      nova({ image: { format: 'png', source: {} } }),
    ],
    [
      'singleEmbeddingParams: Exactly one of text, image, audio and video is needed.',
      NOVA,
      nova({}),
    ],
    [
      'Exactly one of texts, images and inputs is needed.',
      COHERE,
      { input_type: 'image', texts: ['a'], images: [DATA] },
    ],
    ['inputText or inputImage is needed.', 'amazon.titan-embed-image-v1', {}],
    [
      'images[0] is not base64.',
      CANVAS,
      { taskType: 'IMAGE_VARIATION', imageVariationParams: { images: ['@'] } },
    ],
    [
      'maskImage is damaged, or neither a PNG nor a JPEG.',
      CANVAS,
      {
        taskType: 'INPAINTING',
        inPaintingParams: { image: PICTURE, maskImage: PICTURE.slice(0, 60) },
      },
    ],
  ])('those that say too little or too much: %s', async (message, model, body) => {
    const { status, json } = await invoke(model, body)
    expect([status, json['message']]).toEqual([400, message])
  })

  it.each<[string, string, Json]>([
    ['nobody knows', 'embedded-embedding', { anything: 1 }],
    ['belong to jobs', 'twelvelabs.marengo-embed-3-0-v1:0', { inputType: 'video', video: {} }],
    ['are of a conversation', TITAN, { messages: [{ role: 'user', content: 'Hi' }] }],
    ['go to whoever speaks', 'embedded-speech', { inputText: 'Hi' }],
  ])('those that %s', async (_, model, body) => {
    const { status, headers } = await invoke(model, body)
    expect([status, headers.get('x-amzn-errortype')]).toEqual([400, 'ValidationException'])
  })

  it('streams, and guardrails it could not apply', async () => {
    const body = { inputText: 'Hi' }
    const streamed = await invoke(TITAN, body, 'invoke-with-response-stream')
    expect([streamed.status, streamed.json['message']]).toEqual([
      400,
      'The model is unsupported for streaming.',
    ])
    const guarded = await invoke(TITAN, body, 'invoke', {
      'x-amzn-bedrock-guardrailidentifier': 'gr1',
      'x-amzn-bedrock-guardrailversion': '1',
    })
    expect([guarded.status, String(guarded.json['message'])]).toEqual([
      400,
      expect.stringContaining('guardrail'),
    ])
  })
})

it("a model of OpenAI's is asked what a body means, and answers in its form", async () => {
  const stage = openStage({ PROVIDER: 'openai' })
  stage.answer({
    body: {
      data: [{ index: 0, embedding: [0.5, -2] }],
      model: 'text-embedding-3-small',
      usage: { prompt_tokens: 3, total_tokens: 3 },
    },
  })
  const answer = await stage.post('/model/text-embedding-3-small/invoke', {
    inputText: 'Hi',
    dimensions: 256,
  })
  expect(await answer.json()).toEqual({
    embedding: [0.5, -2],
    embeddingsByType: { float: [0.5, -2] },
    inputTextTokenCount: 3,
  })
  expect(stage.asked.map(({ json }) => json)).toEqual([
    expect.objectContaining({ input: ['Hi'], dimensions: 256, model: 'text-embedding-3-small' }),
  ])
})
