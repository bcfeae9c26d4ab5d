import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Transport } from '../../app/ports/transport.ts'
import { openS3Server, type S3Server } from '../fakes/s3-server.ts'
import { openHouse } from './surfaces.ts'

const nobody: Transport = {
  send: async () => {
    throw new Error('Nobody is asked.')
  },
}
const SIZE = 300_000
const TEXT = 'hello '.repeat(SIZE / 6)

/** Answers in place of S3; false where S3 is to answer. */
type Fault = (asked: IncomingMessage, response: ServerResponse) => boolean

const OWN: Fault = () => false

describe('S3 that breaks off', () => {
  let s3: S3Server
  let fault = OWN
  let losesAnswer: (asked: IncomingMessage) => boolean = () => false
  const front = createServer(async (asked, response) => {
    const pieces: Buffer[] = []
    for await (const piece of asked) pieces.push(piece)
    if (fault(asked, response)) return
    const answer = await fetch(s3.url + asked.url, {
      method: asked.method!,
      headers: headersOf(asked),
      ...(pieces.length > 0 && { body: Buffer.concat(pieces) }),
    }).catch(() => undefined)
    // The connection was closed under it; whoever asks for S3 asks once more.
    if (!answer) return void response.destroy()
    const body = await answer.bytes()
    if (losesAnswer(asked)) return void response.destroy()
    const length = asked.method === 'HEAD' ? {} : { 'content-length': body.length }
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...length })
    response.end(body)
  })
  beforeAll(async () => {
    s3 = await openS3Server()
    await new Promise<void>((resolve) => {
      front.listen(0, '127.0.0.1', resolve)
    })
  })
  beforeEach(async () => {
    fault = OWN
    losesAnswer = () => false
    await s3.empty()
  })
  afterAll(async () => {
    front.closeAllConnections()
    front.close()
    await s3.close()
  })

  const open = () => {
    const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
    const env = { ...s3.env, AWS_ENDPOINT_URL_S3: url, AWS_S3_TIMEOUT: '0.3' }
    return openHouse(nobody, { env })
  }
  const upload = ({ app }: ReturnType<typeof open>, text = TEXT) => {
    const form = new FormData()
    form.set('purpose', 'user_data')
    form.set('file', new File([text], 'a.txt', { type: 'text/plain' }))
    return app.request('/v1/files', { method: 'POST', body: form })
  }

  /** The first bytes of a content, and then what is said. */
  const begun = (then: (response: ServerResponse) => void, length: number): Fault => {
    return (asked, response) => {
      if (asked.method !== 'GET' || asked.url!.includes('list-type')) return false
      response.writeHead(200, { 'content-length': length })
      response.write(TEXT.slice(0, 1000), () => then(response))
      return true
    }
  }

  it.each<[string, Fault]>([
    ['ends too early', begun((response) => response.socket!.end(), SIZE)],
    ['is reset', begun((response) => response.socket!.resetAndDestroy(), SIZE)],
    ['stands still', begun(() => {}, SIZE)],
    ['has another length', begun((response) => response.end(), 1000)],
  ])('gives no model part of a file whose content %s', async (_, breaks) => {
    const house = open()
    const { id } = (await (await upload(house)).json()) as { id: string }
    fault = breaks
    const part = { type: 'file', file: { file_id: id } }
    const answer = await house.app.request('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'amazon.nova-lite-v1:0',
        messages: [{ role: 'user', content: [part] }],
      }),
    })
    expect([answer.status, await answer.json()]).toEqual([
      502,
      {
        error: {
          message: 'The store of files could not be reached. Retry the request later.',
          type: 'server_error',
          param: 'messages[0].content[0].file.file_id',
          code: 'upstream_error',
          details: 'Please try again later',
        },
      },
    ])
    const content = async () => wholeOf(await house.app.request(`/v1/files/${id}/content`))
    await expect(content()).rejects.toThrow('could not be reached')
  })

  it('lists no file of which the caller was told that it was not taken', async () => {
    const house = open()
    losesAnswer = ({ method, url }) => method === 'PUT' && url!.includes('/records/')
    expect((await upload(house)).status).toBe(502)
    losesAnswer = () => false
    expect(await (await house.app.request('/v1/files')).json()).toMatchObject({ data: [] })
  })

  it('ends an upload once, though it first says that somebody else is writing', async () => {
    const house = open()
    const post = async (path: string, body: unknown) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await house.app.request(`/v1/uploads${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      return (await answer.json()) as { id: string; status?: string; error?: { code: string } }
    }
    const facts = { filename: 'a', purpose: 'batch', bytes: 2, mime_type: 'text/plain' }
    const upload = await post('', facts)
    const part = await post(`/${upload.id}/parts`, { data: btoa('hi') })
    let conflicts = 0
    fault = ({ headers }, response) => {
      if (headers['if-none-match'] !== '*' || conflicts++ > 0) return false
      response.writeHead(409, { 'content-type': 'application/xml' })
      response.end('<Error><Code>ConditionalRequestConflict</Code></Error>')
      return true
    }
    const done = await post(`/${upload.id}/complete`, { part_ids: [part.id] })
    expect([done.status, conflicts]).toEqual(['completed', 2])
    const late = await post(`/${upload.id}/cancel`, {})
    expect(late.error?.code).toBe('upload_completed')
  })

  it('says what is wrong with a file though nothing of it can be removed', async () => {
    const house = open()
    fault = ({ method }, response) => {
      if (method !== 'DELETE') return false
      response.writeHead(403, { 'content-type': 'application/xml' })
      response.end('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')
      return true
    }
    const refused = await upload(house, '')
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { param: 'file' } },
    ])
  })
})

/** The content as it comes; whoever is refused at once is told the same. */
async function wholeOf(answer: Response): Promise<Uint8Array> {
  if (answer.status === 200) return answer.bytes()
  throw new Error(await answer.text())
}

const headersOf = ({ rawHeaders }: IncomingMessage) => {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1]!] as [string, string]] : [],
  )
  const dropped = ['connection', 'content-length', 'expect', 'transfer-encoding']
  return pairs.filter(([name]) => !dropped.includes(name))
}
