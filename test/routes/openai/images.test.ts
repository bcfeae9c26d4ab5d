import { describe, expect, it } from 'vitest'
import { createApp } from '../../../app/app.ts'
import { readPng } from '../../../app/codecs/pictures/png.ts'
import type { WebFetch } from '../../../app/ports/web-fetch.ts'
import { createMemoryObjectStore } from '../../../app/providers/embedded/memory-object-store.ts'
import { sharedJson, sharedRoot } from '../../fakes/shared.ts'
import { post } from '../../features/embedding-stage.ts'
import {
  base64,
  bytesOf,
  dataUrl,
  drawnIn,
  eventsIn,
  halfClear,
  pixelsOf,
  plain,
} from '../../features/image-stage.ts'
import { membersOf } from '../../features/specification-members.ts'
import { ignoredBy, type Json } from '../../features/stage.ts'
import { stagedRuntime } from '../../http/stage.ts'

function stage(env: Record<string, string> = {}, { keeps = true } = {}) {
  const { runtime, log } = stagedRuntime({ PROVIDER: 'embedded', ...env })
  const objects = createMemoryObjectStore()
  const reads: string[] = []
  const web: WebFetch = async (url) => {
    reads.push(url)
    return { bytes: await plain(), mediaType: 'image/png' }
  }
  const app = createApp({
    ...runtime,
    webFetch: () => web,
    ...(keeps && { openObjects: () => objects }),
  })
  const ask = (path: string, body: Json) =>
    post(app, `/v1/images/${path}`, { response_format: 'b64_json', ...body })
  const send = async (path: string, fields: readonly (readonly [string, string | Blob])[]) => {
    const form = new FormData()
    for (const [name, value] of fields) form.append(name, value)
    const response = await app.request(`/v1/images/${path}`, { method: 'POST', body: form })
    return { status: response.status, json: (await response.json()) as Json, response }
  }
  return { app, ask, send, reads, log, objects }
}

const file = (bytes: Uint8Array<ArrayBuffer>) => new File([bytes], 'a.png')
const errorIn = (json: Json) => json['error'] as Json
const MASK = await halfClear()
const PICTURE = await plain()

describe('POST /v1/images/generations', () => {
  it('draws the same of the same prompt, and tells what', async () => {
    const { ask, log } = stage()
    const asked = { prompt: 'a red circle', size: '96x64', n: 2, user: 'anna' }
    const { status, json, headers } = await ask('generations', asked)
    expect(status).toBe(200)
    const [first, second] = drawnIn(json)
    expect(first).not.toEqual(second)
    expect((await readPng(first!)).width).toBe(96)
    expect(drawnIn((await ask('generations', asked)).json)[0]).toEqual(first)
    expect(json).toEqual({
      created: expect.any(Number),
      data: [{ b64_json: expect.any(String) }, { b64_json: expect.any(String) }],
      background: 'opaque',
      output_format: 'png',
      size: '96x64',
      usage: {
        input_tokens: 3,
        output_tokens: 0,
        total_tokens: 3,
        input_tokens_details: { text_tokens: 3, image_tokens: 0 },
      },
    })
    expect(headers.get('x-bedrock-model')).toBe('dall-e-2')
    expect(log()[0]).toMatchObject({ operation: 'image', usage: { images: 2 } })
  })

  it('gives an address that holds for an hour, for whoever has it', async () => {
    const { app } = stage({ API_KEY: 'k' })
    const init = {
      method: 'POST',
      headers: { authorization: 'Bearer k', host: 'pictures.example' },
    }
    const body = JSON.stringify({ prompt: 'x', size: '64x64', output_format: 'jpeg' })
    const { data } = (await (
      await app.request('/v1/images/generations', { ...init, body })
    ).json()) as {
      data: { url: string }[]
    }
    const url = new URL(data[0]!.url)
    expect(url.origin).toBe('http://pictures.example')
    expect(Number(url.searchParams.get('expires')) - Date.now() / 1000).toBeCloseTo(3600, -2)
    const path = url.pathname + url.search
    const found = await app.request(path)
    expect([found.status, found.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(new Uint8Array(await found.arrayBuffer()).subarray(0, 2)).toEqual(
      Uint8Array.of(255, 216),
    )
    const range = await app.request(path, { headers: { range: 'bytes=0-1' } })
    expect([range.status, range.headers.get('content-length')]).toEqual([206, '2'])
    for (const wrong of [
      path.replace('signature=', 'signature=0'),
      path.replace('expires=', 'expires=9'),
      path.replace(/expires=\d+/, 'expires=1'),
      path.replace('.jpg', '.png'),
      url.pathname,
      '/v1/images/files/nothing',
      '/v1/images/files/..%2Ffiles?expires=1&signature=1',
    ]) {
      expect([wrong, (await app.request(wrong)).status]).toEqual([wrong, 404])
    }
  })

  it('gives GPT image models, and servers that keep nothing, base64 where nobody says', async () => {
    const named = async (model: string, keeps: boolean) => {
      const { app } = stage({}, { keeps })
      const { json } = await post(app, '/v1/images/generations', {
        prompt: 'x',
        size: '64x64',
        model,
      })
      return Object.keys((json['data'] as Json[])[0]!)
    }
    expect(await named('gpt-image-1', true)).toEqual(['b64_json'])
    expect(await named('dall-e-3', true)).toEqual(['url'])
    expect(await named('dall-e-3', false)).toEqual(['b64_json'])
    const { ask } = stage({}, { keeps: false })
    const { status, json } = await ask('generations', { prompt: 'x', response_format: 'url' })
    expect([status, errorIn(json)['code']]).toEqual([503, 'feature_unavailable'])
  })

  it('names what changes nothing', async () => {
    const { ask } = stage()
    const found = await ask('generations', {
      prompt: 'x',
      size: '64x64',
      quality: 'hd',
      style: 'vivid',
      moderation: 'low',
      output_compression: 3,
      steps: 20,
      api_base: 'http://x',
      mask: 'data:,',
    })
    expect(ignoredBy(found as unknown as Response)).toEqual([
      'api_base',
      'quality',
      'style',
      'moderation',
      'output_compression',
      'steps',
      'mask',
    ])
  })

  it('leaves the background out where that is asked for', async () => {
    const { ask } = stage()
    const { json } = await ask('generations', {
      prompt: 'x',
      size: '96x96',
      background: 'transparent',
    })
    const { rgba } = await readPng(drawnIn(json)[0]!)
    expect(rgba[3]).toBe(0)
    expect(json['background']).toBe('transparent')
  })

  it.skipIf(!sharedRoot())('knows every member of the specification', () => {
    const document = sharedJson('specs/openai-openapi.json')
    const known = ['CreateImageRequest', 'EditImageBodyJsonParam', 'CreateImageVariationRequest']
    const members = known.flatMap((name) => membersOf(name, document))
    const ours = new Set(
      'model prompt n size quality style background output_format output_compression moderation input_fidelity response_format stream partial_images user image images mask'.split(
        ' ',
      ),
    )
    expect(members.filter((name) => !ours.has(name))).toEqual([])
  })
})

describe('streams', () => {
  it('show unfinished pictures, then the finished', async () => {
    const { app } = stage()
    const body = JSON.stringify({
      prompt: 'x',
      size: '64x64',
      stream: true,
      partial_images: 2,
      n: 2,
      quality: 'high',
    })
    const response = await app.request('/v1/images/generations', { method: 'POST', body })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events = eventsIn(await response.text())
    expect(events.map(({ type, partial_image_index: index }) => [type, index])).toEqual([
      ['image_generation.partial_image', 0],
      ['image_generation.partial_image', 1],
      ['image_generation.completed', undefined],
      ['image_generation.completed', undefined],
    ])
    expect(events[3]).toEqual({
      type: 'image_generation.completed',
      b64_json: expect.any(String),
      created_at: expect.any(Number),
      size: '64x64',
      // What had no effect is not told to have had one.
      quality: 'auto',
      background: 'opaque',
      output_format: 'png',
      usage: {
        input_tokens: 1,
        output_tokens: 0,
        total_tokens: 1,
        input_tokens_details: { text_tokens: 1, image_tokens: 0 },
      },
    })
    expect((events[2] as { usage: Json }).usage['total_tokens']).toBe(0)
  })

  it('of edits have names of their own, and what fails at once is an HTTP error', async () => {
    const { app, ask } = stage()
    const asked = { image: dataUrl(PICTURE), prompt: 'x', stream: true }
    const init = { method: 'POST', body: JSON.stringify(asked) }
    const events = eventsIn(await (await app.request('/v1/images/edits', init)).text())
    expect(events.map(({ type }) => type)).toEqual(['image_edit.completed'])
    const { status, json } = await ask('generations', { prompt: 'x', stream: true, size: '1x1' })
    expect([status, errorIn(json)['param']]).toEqual([400, 'size'])
  })
})

describe('POST /v1/images/edits', () => {
  it('draws where the mask is transparent and nowhere else', async () => {
    const { send } = stage()
    const dots = pixelsOf(64, 64, (x, y) => [x, y, 9, 255])
    const { writePng } = await import('../../../app/codecs/pictures/png.ts')
    const picture = await writePng(dots)
    const { json, response } = await send('edits', [
      ['image', file(picture)],
      ['mask', file(MASK)],
      ['prompt', 'a blue ring'],
      ['response_format', 'b64_json'],
      ['input_fidelity', 'high'],
      ['n', '1'],
    ])
    const { rgba } = await readPng(drawnIn(json)[0]!)
    const rows = (from: number, to: number, all: Uint8Array) =>
      Array.from({ length: 64 }, (_, y) =>
        Array.from(all.subarray((y * 64 + from) * 4, (y * 64 + to) * 4)),
      )
    expect(rows(32, 64, rgba)).toEqual(rows(32, 64, dots.rgba))
    expect(rows(0, 32, rgba)).not.toEqual(rows(0, 32, dots.rgba))
    expect(ignoredBy(response)).toEqual(['input_fidelity'])
  })

  it('takes the pictures of a form by any of their names, and addresses', async () => {
    const { send, reads } = stage()
    const rest = [
      ['prompt', 'x'],
      ['response_format', 'b64_json'],
    ] as const
    for (const name of ['image', 'image[]', 'image[0]', 'images[]']) {
      const { status } = await send('edits', [
        [name, file(PICTURE)],
        [name, file(PICTURE)],
        ...rest,
      ])
      expect([name, status]).toEqual([name, 200])
    }
    const { status } = await send('edits', [['image', 'https://a.example/a.png'], ...rest])
    expect([status, reads]).toEqual([200, ['https://a.example/a.png']])
  })

  it('takes stored files, URLs, data and base64 as JSON', async () => {
    const { app, ask, reads } = stage()
    const form = new FormData()
    form.set('purpose', 'vision')
    form.set('file', file(PICTURE))
    const uploaded = await app.request('/v1/files', { method: 'POST', body: form })
    const { id } = (await uploaded.json()) as { id: string }
    const ways: Json[] = [
      { images: [{ file_id: id }] },
      { images: [{ image_url: dataUrl(PICTURE) }] },
      { images: { image_url: { url: 'https://a.example/a.png' } } },
      { image: `file-id:${id}` },
      { image: [base64(PICTURE)] },
    ]
    const drawn = []
    for (const way of ways) {
      const { json } = await ask('edits', { ...way, prompt: 'x' })
      drawn.push((json['data'] as Json[])?.[0]?.['b64_json'] ?? json)
    }
    expect(new Set(drawn).size).toBe(1)
    expect(reads).toEqual(['https://a.example/a.png'])
  })

  it.each<[string, Json, string, string]>([
    ['none', {}, 'images', 'Missing'],
    ['no picture', { image: btoa('hello') }, 'image', 'png, jpeg'],
    ['a broken picture', { image: base64(PICTURE.slice(0, 60)) }, 'image', 'damaged'],
    ['no file', { images: [{ file_id: 'file-none' }] }, 'images[0]', 'No such File'],
    ['two places', { images: [{ file_id: 'f', image_url: 'u' }] }, 'images[0]', 'either'],
    ['too many', { images: Array(17).fill('https://a.example/a.png') }, 'images', '16'],
    ['another size of mask', { image: base64(PICTURE), mask: 'SMALL' }, 'mask', '64x64'],
    ['a mask that is none', { image: base64(PICTURE), mask: btoa('x') }, 'mask', 'no picture'],
    ['a scheme', { image: 'ftp://a/b' }, 'image', 'scheme'],
    ['no prompt', { image: base64(PICTURE) }, 'prompt', 'Missing'],
  ])('refuses %s', async (_, more, param, said) => {
    const { ask } = stage()
    const mask = more['mask'] === 'SMALL' ? base64(await halfClear(32, 32)) : more['mask']
    const prompt = param === 'prompt' ? undefined : 'x'
    const { status, json } = await ask('edits', {
      prompt,
      ...more,
      ...(mask !== undefined && { mask }),
    })
    expect([status < 500, errorIn(json)['param']]).toEqual([true, param])
    expect(errorIn(json)['message']).toContain(said)
  })

  it.each([
    ['https://a.example/a.png', 'URLs are not fetched here.'],
    ['s3://bucket/a.png', 'S3 is not read here: no AWS is configured.'],
  ])('tells that %s is not read where it is not', async (image, message) => {
    const { status, json } = await stage({ INPUT_URLS: 'off' }).ask('edits', { image, prompt: 'x' })
    expect([status, json['error']]).toMatchObject([
      503,
      { message, param: 'image', code: 'feature_unavailable' },
    ])
  })

  it('looks at how large a picture is before it is unpacked', async () => {
    const { ask } = stage({ MAX_IMAGE_PIXELS: '4095' })
    const { status, json } = await ask('edits', { image: base64(PICTURE), prompt: 'x' })
    expect([status, errorIn(json)['message']]).toEqual([
      400,
      "Invalid 'image': the picture has 64x64 pixels. Supported are: 4095 pixels in all at most.",
    ])
    const huge = bytesOf(base64(PICTURE))
    new DataView(huge.buffer).setUint32(16, 0x7fffffff)
    const bomb = await stage().ask('edits', { image: base64(huge), prompt: 'x' })
    expect(bomb.status).toBe(400)
  })

  it('refuses forms with other files, too many or too large ones', async () => {
    const { send } = stage({ MAX_INPUT_FILE_SIZE: '1000' })
    const other = await send('edits', [['picture', file(PICTURE)]])
    expect(errorIn(other.json)['param']).toBe('picture')
    const large = await send('edits', [['image', file(new Uint8Array(1001))]])
    expect([large.status, errorIn(large.json)['param']]).toEqual([413, 'image'])
    const masks = await send('edits', [
      ['mask', file(MASK)],
      ['mask', file(MASK)],
    ])
    expect([masks.status, errorIn(masks.json)['param']]).toEqual([400, 'mask'])
    const none = await send('variations', [['prompt', 'x']])
    expect([none.status, errorIn(none.json)['param']]).toEqual([400, 'image'])
    const count = await send('variations', [
      ['image', file(PICTURE)],
      ['n', 'many'],
    ])
    expect([count.status, errorIn(count.json)['param']]).toEqual([400, 'n'])
  })
})

describe('POST /v1/images/variations', () => {
  it('names the pictures it does not look at', async () => {
    const { send } = stage()
    const sent = [
      ['image', file(PICTURE)],
      ['image', file(PICTURE)],
      ['mask', file(MASK)],
    ] as const
    const varied = await send('variations', sent)
    expect([varied.status, ignoredBy(varied.response)]).toEqual([200, ['mask', 'image[1]']])
    const edited = await send('edits', [...sent, ['prompt', 'x']])
    expect([edited.status, ignoredBy(edited.response)]).toEqual([200, ['image[1]']])
  })

  it('varies, each in its own way', async () => {
    const { send } = stage()
    const { json } = await send('variations', [
      ['image', file(PICTURE)],
      ['n', '2'],
      ['size', '128x64'],
      ['response_format', 'b64_json'],
    ])
    const [one, two] = drawnIn(json)
    expect(one).not.toEqual(two)
    expect(json['size']).toBe('128x64')
  })
})

describe('models that do not draw', () => {
  it('are named', async () => {
    const { ask } = stage()
    const { status, json } = await ask('generations', { model: 'embedded-chat', prompt: 'x' })
    expect([status, errorIn(json)]).toEqual([
      400,
      expect.objectContaining({ param: 'model', code: 'model_not_supported' }),
    ])
  })
})
