import { describe, expect, it } from 'vitest'
import { createApp } from '../../../app/app.ts'
import type { WebFetch } from '../../../app/ports/web-fetch.ts'
import { createMemoryObjectStore } from '../../../app/providers/embedded/memory-object-store.ts'
import { post, vectorsIn } from '../../features/embedding-stage.ts'
import { stagedRuntime } from '../../http/stage.ts'

const PNG = Uint8Array.from('\x89PNG\r\n\x1a\n and so on', (letter) => letter.charCodeAt(0))
const png = `data:image/png;base64,${Buffer.from(PNG).toString('base64')}`

/** An app of embedded models with a web of two pages and a place for files. */
function stage() {
  const fetched: string[] = []
  const web: WebFetch = async (url) => {
    fetched.push(url)
    return url.endsWith('.png')
      ? { bytes: PNG, mediaType: 'image/png', name: 'a.png' }
      : { bytes: new TextEncoder().encode('plain words'), mediaType: 'text/plain' }
  }
  const { runtime } = stagedRuntime({ PROVIDER: 'embedded' })
  const objects = createMemoryObjectStore()
  const app = createApp({ ...runtime, webFetch: () => web, openObjects: () => objects })
  const ask = (input: unknown, model = 'embedded-embedding') =>
    post(app, '/v1/embeddings', { model, input, dimensions: 64 })
  return { app, ask, fetched }
}

describe('inputs that are addresses', () => {
  it('are what is there, for models that see', async () => {
    const { ask, fetched } = stage()
    const inputs = ['https://a.example/a.png', png, 'https://a.example/words', 'plain words']
    const [fromWeb, fromData, read, written] = vectorsIn((await ask(inputs)).json)
    expect(fetched).toEqual(['https://a.example/a.png', 'https://a.example/words'])
    expect(fromWeb).toEqual(fromData)
    expect(read).toEqual(written)
  })

  it('are texts for models of text alone, and wherever words follow', async () => {
    const { ask, fetched } = stage()
    await ask('https://a.example/a.png', 'text-embedding-3-small')
    await ask('https://a.example/a.png shows a cat')
    const prose = [
      'data: the new oil',
      'file-id:file-1 is how a file is named',
      's3://logs is where it lies',
      's3://logs/a is where it lies\nand stays',
    ]
    expect((await ask(prose)).status).toBe(200)
    expect(fetched).toEqual([])
  })

  it('may be files kept here', async () => {
    const { app, ask } = stage()
    const form = new FormData()
    form.set('purpose', 'user_data')
    form.set('file', new File([PNG], 'a.png', { type: 'image/png' }))
    const uploaded = await app.request('/v1/files', { method: 'POST', body: form })
    const { id } = (await uploaded.json()) as { id: string }
    const { json } = await ask([`file-id:${id}`, png])
    const [kept, inline] = vectorsIn(json)
    expect(kept).toEqual(inline)
  })

  it('that lead nowhere are named', async () => {
    const { ask } = stage()
    const { status, json } = await ask(['a', 'file-id:file-none'])
    expect(status).toBe(404)
    expect(json['error']).toMatchObject({ param: 'input[1]' })
  })

  it('in S3 need an AWS', async () => {
    const { ask } = stage()
    const { status, json } = await ask('s3://bucket/a.png')
    expect(status).toBe(503)
    expect(json['error']).toMatchObject({ param: 'input' })
  })
})
