import { describe, expect, it } from 'vitest'
import { modelIn, post, vectorOf, vectorsIn } from '../../../features/embedding-stage.ts'
import { ignoredBy, type Json, useFakeBedrock } from '../../../features/stage.ts'

const bedrock = useFakeBedrock()

/** A PNG of one pixel, a WAV of nothing, the head of an MP4. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const WAV = Buffer.from('RIFF$\0\0\0WAVEfmt \x10\0\0\0', 'latin1').toString('base64')
const MP4 = Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1').toString('base64')
const png = `data:image/png;base64,${PNG}`
const wav = `data:audio/wav;base64,${WAV}`
const mp4 = `data:video/mp4;base64,${MP4}`

const TITAN_2 = 'amazon.titan-embed-text-v2:0'
const TITAN_IMAGE = 'amazon.titan-embed-image-v1'
const COHERE_3 = 'cohere.embed-english-v3'
const COHERE_4 = 'cohere.embed-v4:0'
const NOVA = 'amazon.nova-2-multimodal-embeddings-v1:0'
const MARENGO_3 = 'twelvelabs.marengo-embed-3-0-v1:0'
const MARENGO_27 = 'us.twelvelabs.marengo-embed-2-7-v1:0'

const titan = { embedding: vectorOf(1), inputTextTokenCount: 3 }
const cohere = (...seeds: number[]) => ({
  embeddings: { float: seeds.map((one) => vectorOf(one)) },
})
const nova = { embeddings: [{ embeddingType: 'TEXT', embedding: vectorOf(1) }] }
const marengo = { data: [{ embedding: vectorOf(1) }] }

interface Case {
  title: string
  asked: Json & { model: string }
  answer: unknown
  sent: Json
  ignored?: string[]
}

const mixed = {
  content: [
    { type: 'text', text: 'a red dot' },
    { type: 'image_url', image_url: { url: png } },
  ],
}

const CASES: Case[] = [
  {
    title: 'Titan 2: dimensions and the fields of its own',
    asked: { model: TITAN_2, input: 'hi', dimensions: 512, normalize: false },
    answer: titan,
    sent: { inputText: 'hi', dimensions: 512, normalize: false },
  },
  {
    title: 'Titan 2: a web address is a text to a model of text alone',
    asked: { model: TITAN_2, input: 'https://example.com/a.png', input_type: 'search_query' },
    answer: titan,
    sent: { inputText: 'https://example.com/a.png' },
    ignored: ['input_type'],
  },
  {
    title: 'Titan 1: only the text, for it refuses everything else',
    asked: {
      model: 'amazon.titan-embed-g1-text-02',
      input: 'hi',
      dimensions: 1536,
      truncate: 'END',
    },
    answer: titan,
    sent: { inputText: 'hi' },
    ignored: ['truncate'],
  },
  {
    title: 'Titan multimodal: an image',
    asked: { model: TITAN_IMAGE, input: png, dimensions: 384 },
    answer: titan,
    sent: { inputImage: PNG, embeddingConfig: { outputEmbeddingLength: 384 } },
  },
  {
    title: 'Titan multimodal: text and image as one',
    asked: { model: TITAN_IMAGE, input: [mixed] },
    answer: titan,
    sent: { inputText: 'a red dot', inputImage: PNG },
  },
  {
    title: 'Cohere 3: an image, which is a purpose of its own',
    asked: { model: COHERE_3, input: [png] },
    answer: { embeddings: [vectorOf(1)] },
    sent: { images: [png], input_type: 'image' },
  },
  {
    title: 'Cohere 4: dimensions, purpose, truncation, more fields',
    asked: {
      model: COHERE_4,
      input: ['a'],
      dimensions: 256,
      input_type: 'classification',
      truncate: 'left',
      max_tokens: 50,
    },
    answer: cohere(1),
    sent: {
      texts: ['a'],
      output_dimension: 256,
      input_type: 'classification',
      truncate: 'START',
      max_tokens: 50,
    },
  },
  {
    title: 'Cohere 4: text and image as one',
    asked: { model: COHERE_4, input: [mixed] },
    answer: cohere(1),
    sent: { inputs: [mixed], input_type: 'search_document' },
  },
  {
    title: 'Nova: a purpose in the words of all',
    asked: {
      model: NOVA,
      input: 'hi',
      input_type: 'search_query',
      dimensions: 384,
      truncate: 'END',
    },
    answer: nova,
    sent: {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: 'GENERIC_RETRIEVAL',
        embeddingDimension: 384,
        text: { truncationMode: 'END', value: 'hi' },
      },
    },
  },
  {
    title: 'Nova: an image, with a field of its own in its place',
    asked: { model: NOVA, input: png, detailLevel: 'DOCUMENT_IMAGE', schemaVersion: 'v1' },
    answer: nova,
    sent: {
      schemaVersion: 'v1',
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: 'GENERIC_INDEX',
        image: { format: 'png', source: { bytes: PNG }, detailLevel: 'DOCUMENT_IMAGE' },
      },
    },
  },
  {
    title: 'Nova: sound',
    asked: { model: NOVA, input: wav, embeddingPurpose: 'AUDIO_RETRIEVAL' },
    answer: nova,
    sent: {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: 'AUDIO_RETRIEVAL',
        audio: { format: 'wav', source: { bytes: WAV } },
      },
    },
  },
  {
    title: 'Nova: a video',
    asked: { model: NOVA, input: [mp4] },
    answer: nova,
    sent: {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: 'GENERIC_INDEX',
        video: {
          format: 'mp4',
          source: { bytes: MP4 },
          embeddingMode: 'AUDIO_VIDEO_COMBINED',
        },
      },
    },
  },
  {
    title: 'Marengo 2.7: a text in a flat body',
    asked: { model: MARENGO_27, input: 'a dog', truncate: 'NONE' },
    answer: { data: { embedding: vectorOf(1) } },
    sent: { inputType: 'text', inputText: 'a dog', textTruncate: 'none' },
  },
  {
    title: 'Marengo 2.7: an image, answered bare',
    asked: { model: MARENGO_27, input: png },
    answer: { embedding: vectorOf(1) },
    sent: { inputType: 'image', mediaSource: { base64String: PNG } },
  },
  {
    title: 'Marengo 3: a text in a nested body',
    asked: { model: MARENGO_3, input: 'a dog', dimensions: 512 },
    answer: marengo,
    sent: { inputType: 'text', text: { inputText: 'a dog' } },
  },
  {
    title: 'Marengo 3: text and image as one',
    asked: { model: MARENGO_3, input: [mixed] },
    answer: marengo,
    sent: {
      inputType: 'text_image',
      text_image: { inputText: 'a red dot', mediaSource: { base64String: PNG } },
    },
  },
  {
    title: 'Marengo 3: a text and several images as one',
    asked: { model: MARENGO_3, input: [{ content: [...mixed.content, mixed.content[1]!] }] },
    answer: marengo,
    sent: {
      inputType: 'multi_input',
      multi_input: {
        inputText: 'a red dot',
        mediaSources: [
          { mediaType: 'image', base64String: PNG },
          { mediaType: 'image', base64String: PNG },
        ],
      },
    },
  },
]

describe('what each family of embedding models is sent', () => {
  it.each(CASES)('$title', async ({ asked, answer, sent, ignored = [] }) => {
    bedrock.fake.script({ body: answer })
    const { app } = bedrock.open()
    const response = await post(app, '/v1/embeddings', asked)
    expect(response.json['error']).toBeUndefined()
    expect(bedrock.sent()).toEqual([sent])
    expect(modelIn(bedrock.fake.requests[0]!)).toBe(asked.model)
    expect(vectorsIn(response.json)).toEqual([vectorOf(1)])
    expect(ignoredBy({ headers: response.headers } as Response)).toEqual(ignored)
  })
})

interface Refusal {
  title: string
  asked: Json
  param: string
  words: RegExp
}

const REFUSALS: Refusal[] = [
  {
    title: 'dimensions Titan 2 does not give',
    asked: { model: TITAN_2, input: 'a', dimensions: 300 },
    param: 'dimensions',
    words: /256, 512, 1024/,
  },
  {
    title: 'dimensions of a model that has one length',
    asked: { model: COHERE_3, input: 'a', dimensions: 512 },
    param: 'dimensions',
    words: /Supported values are: 1024\./,
  },
  {
    title: 'an image for a model of text',
    asked: { model: TITAN_2, input: ['a', png] },
    param: 'input[1]',
    words: /embeds: text/,
  },
  {
    title: 'a video for a model of pictures',
    asked: { model: COHERE_4, input: mp4 },
    param: 'input',
    words: /embeds: text, image/,
  },
  {
    title: 'text and image as one, for a model that cannot',
    asked: { model: NOVA, input: [mixed] },
    param: 'input[0]',
    words: /an input of its own/,
  },
  {
    title: 'a truncation the model does not know',
    asked: { model: MARENGO_27, input: 'a', truncate: 'START' },
    param: 'truncate',
    words: /none, end/,
  },
  {
    title: 'a sound Nova does not read',
    asked: { model: NOVA, input: `data:audio/flac;base64,${btoa('fLaC\0\0\0\x22')}` },
    param: 'input',
    words: /mp3, wav, ogg/,
  },
]

describe('what no model is asked for', () => {
  it.each(REFUSALS)('$title', async ({ asked, param, words }) => {
    const { app } = bedrock.open()
    const { status, json } = await post(app, '/v1/embeddings', asked)
    const error = json['error'] as Json
    expect({ status, param: error['param'], code: error['code'] }).toEqual({
      status: 400,
      param,
      code: 'invalid_value',
    })
    expect(error['message']).toMatch(words)
    expect(bedrock.fake.requests).toEqual([])
  })
})

describe('lists', () => {
  it('go to Cohere 96 at a time, and come back in order', async () => {
    bedrock.fake.script({ body: cohere(...Array.from({ length: 96 }, (_, index) => index)) })
    bedrock.fake.script({
      headers: { 'x-amzn-bedrock-input-token-count': '5' },
      body: cohere(96, 97),
    })
    const { app } = bedrock.open({ MAX_CONCURRENT_EMBEDDINGS: '1' })
    const input = Array.from({ length: 98 }, (_, index) => `text ${index}`)
    const { json, headers } = await post(app, '/v1/embeddings', { model: COHERE_4, input })
    expect(bedrock.sent().map((body) => body['texts'])).toEqual([
      input.slice(0, 96),
      input.slice(96),
    ])
    expect(vectorsIn(json)).toEqual(input.map((_, index) => vectorOf(index)))
    expect(json['usage']).toEqual({ prompt_tokens: 5, total_tokens: 5 })
    expect(headers.get('x-outcrop-attempts')).toBe('2')
  })

  it('of texts and images go to Cohere apart', async () => {
    bedrock.fake.script({ body: cohere(0) })
    bedrock.fake.script({ body: cohere(1, 2) })
    bedrock.fake.script({ body: cohere(3) })
    const { app } = bedrock.open({ MAX_CONCURRENT_EMBEDDINGS: '1' })
    const { json } = await post(app, '/v1/embeddings', {
      model: COHERE_4,
      input: ['a', png, png, 'b'],
    })
    expect(bedrock.sent()).toEqual([
      { texts: ['a'], input_type: 'search_document' },
      { images: [png, png], input_type: 'search_document' },
      { texts: ['b'], input_type: 'search_document' },
    ])
    expect(vectorsIn(json)).toEqual([0, 1, 2, 3].map((seed) => vectorOf(seed)))
  })
})

describe('answers that are out of the ordinary', () => {
  it('tells the vectors of sound and sight apart, where they were asked for', async () => {
    bedrock.fake.script({
      body: {
        embeddings: [
          { embeddingType: 'VIDEO', embedding: [1, 0] },
          { embeddingType: 'AUDIO', embedding: [0, 1] },
        ],
      },
    })
    const { app } = bedrock.open()
    const { json } = await post(app, '/v1/embeddings', {
      model: NOVA,
      input: mp4,
      embeddingMode: 'AUDIO_VIDEO_SEPARATE',
    })
    const half = Math.fround(Math.SQRT1_2)
    expect(json['data']).toEqual([
      {
        object: 'embedding',
        index: 0,
        embedding: [half, half],
        segments: [
          { embedding_type: 'VIDEO', embedding: [1, 0] },
          { embedding_type: 'AUDIO', embedding: [0, 1] },
        ],
      },
    ])
  })

  it('takes an error of Titan for one, although it comes with 200', async () => {
    bedrock.fake.script({ body: { embedding: null, message: 'Image is too large.' } })
    const { app } = bedrock.open()
    const { status, json } = await post(app, '/v1/embeddings', { model: TITAN_IMAGE, input: [png] })
    expect(status).toBe(400)
    expect(json['error']).toMatchObject({ message: 'Image is too large.', param: 'input[0]' })
  })

  it('says so when a model gives fewer vectors than it was sent texts', async () => {
    bedrock.fake.script({ body: cohere(1) })
    const { app } = bedrock.open()
    const { status } = await post(app, '/v1/embeddings', { model: COHERE_4, input: ['a', 'b'] })
    expect(status).toBe(502)
  })

  it('keeps AWS out of what is told when the body is no vector at all', async () => {
    bedrock.fake.script({ body: { strange: true } })
    const { app } = bedrock.open()
    const { status, json } = await post(app, '/v1/embeddings', { model: TITAN_2, input: 'a' })
    expect(status).toBe(502)
    expect((json['error'] as Json)['code']).toBe('upstream_error')
  })
})
