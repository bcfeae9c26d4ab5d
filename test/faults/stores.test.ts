import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../../app/errors.ts'
import type { StateStore } from '../../app/ports/state-store.ts'
import type { Transport } from '../../app/ports/transport.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'
import { openDiskObjectStore } from '../../runtimes/stores/disk-object-store.ts'
import { createR2ObjectStore } from '../../runtimes/stores/r2-object-store.ts'
import { joined } from '../fakes/bytes.ts'
import { fakeR2Bucket } from '../fakes/r2-bucket.ts'
import { inQuickTime } from './quick-time.ts'
import { FRAMES, scriptedAws } from './scripted-aws.ts'
import { openHouse, SURFACES } from './surfaces.ts'

const full = vi.hoisted(() => ({ after: Number.POSITIVE_INFINITY, code: 'ENOSPC' }))

/** How the disk refuses to make a folder, where it does. */
const closed = vi.hoisted(() => ({ says: undefined as string | undefined }))

/** A disk that takes so many bytes and then says that it is full. */
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const open: typeof real.open = async (...asked) => {
    const handle = await real.open(...asked)
    const writev = handle.writev.bind(handle)
    return Object.assign(handle, {
      writev: async (...pieces: Parameters<typeof writev>) => {
        const size = pieces[0].reduce((sum, { byteLength }) => sum + byteLength, 0)
        if (size <= full.after) return writev(...pieces)
        throw Object.assign(new Error(`${full.code}: no space left on device`), { code: full.code })
      },
    })
  }
  const fault = (code: string, path: string) =>
    Object.assign(new Error(`${code}: a disk that takes no folders, mkdir '${path}'`), {
      code,
      path,
    })
  // Node's own words for a file system that is read-only, or where a file is in the way.
  const mkdir = (async (path: string, options?: { recursive?: boolean }) => {
    if (closed.says === undefined) return real.mkdir(path, options)
    const hidden = closed.says === 'EROFS' && options?.recursive
    throw fault(hidden ? 'ENOENT' : closed.says, path)
  }) as typeof real.mkdir
  return { ...real, open, mkdir }
})

type House = ReturnType<typeof openHouse>

async function upload({ app }: House, size = 5000, headers = {}): Promise<Response> {
  const form = new FormData()
  form.set('purpose', 'user_data')
  form.set('file', new File([new Uint8Array(size).fill(65)], 'a.bin'))
  return app.request('/v1/files', { method: 'POST', body: form, headers })
}

const nobody: Transport = {
  send: async () => {
    throw new Error('Nobody is asked.')
  },
}

describe('a disk that is full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'outcrop-full-'))
  afterEach(() => {
    full.after = Number.POSITIVE_INFINITY
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const open = () =>
    openHouse(nobody, {
      env: { FILES_DIR: folder },
      runtime: { openObjects: () => openDiskObjectStore(folder) },
    })

  it.each(['ENOSPC', 'EDQUOT', 'EIO'])(
    'takes no upload, and keeps nothing of it: %s',
    async (code) => {
      const house = open()
      const before = await upload(house)
      const { id } = (await before.json()) as { id: string }
      Object.assign(full, { after: 10, code })
      const refused = await upload(house)
      expect([before.status, refused.status]).toEqual([200, 503])
      expect(refused.headers.get('retry-after')).toBe('30')
      expect(JSON.stringify(await refused.json())).not.toContain(folder)
      expect(house.log().at(-1).error_detail[0]).toContain(code)
      expect(readdirSync(join(folder, '.writing'))).toEqual([])
      full.after = Number.POSITIVE_INFINITY
      const list = (await (await house.app.request('/v1/files')).json()) as {
        data: { id: string }[]
      }
      expect(list.data.map((file) => file.id)).toEqual([id])
      const content = await house.app.request(`/v1/files/${id}/content`)
      expect((await content.bytes()).length).toBe(5000)
      await house.app.request(`/v1/files/${id}`, { method: 'DELETE' })
    },
  )
})

describe('a disk on which no folder can be made', () => {
  const folder = mkdtempSync(join(tmpdir(), 'outcrop-closed-'))
  afterEach(() => {
    closed.says = undefined
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(['EROFS', 'EACCES', 'ENOTDIR', 'ENOENT'])(
    'takes no upload of either dialect, and the log has the reason: %s',
    async (code) => {
      const root = join(folder, 'never', 'made')
      const house = openHouse(nobody, {
        env: { FILES_DIR: root },
        runtime: { openObjects: () => openDiskObjectStore(root) },
      })
      closed.says = code
      const refused = await upload(house)
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30'])
      const body = await refused.json()
      expect(body).toMatchObject({ error: { type: 'server_error', code: 'overloaded' } })
      expect(JSON.stringify(body)).not.toContain(folder)
      expect(house.log().at(-1).error_detail[0]).toContain(code)

      const theirs = await upload(house, 10, { 'anthropic-version': '2023-06-01' })
      expect(theirs.status).toBe(529)
      expect(await theirs.json()).toMatchObject({
        type: 'error',
        error: { type: 'overloaded_error' },
      })

      closed.says = undefined
      expect((await upload(house)).status).toBe(200)
      rmSync(join(folder, 'never'), { recursive: true })
    },
  )
})

type Trouble = 'reset' | 'stall' | 'break in a body' | { status: number; code: string }

describe('S3 that fails', () => {
  let trouble: Trouble = 'reset'
  let asked = 0
  const fail = (response: ServerResponse) => {
    if (trouble === 'reset') return void response.destroy()
    if (trouble === 'stall') return
    if (trouble === 'break in a body') {
      response.writeHead(200, { 'content-length': 5000, 'content-type': 'application/xml' })
      response.write('<?xml')
      return void response.destroy()
    }
    response.writeHead(trouble.status, { 'content-type': 'application/xml' })
    response.end(`<?xml version="1.0"?><Error><Code>${trouble.code}</Code></Error>`)
  }
  const s3 = createServer((request, response) => {
    asked++
    request.on('error', () => {})
    request.resume().on('end', () => fail(response))
  })
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        s3.listen(0, '127.0.0.1', resolve)
      }),
  )
  afterAll(() => {
    s3.closeAllConnections()
    s3.close()
  })
  const open = () =>
    openHouse(nobody, {
      env: {
        AWS_S3_BUCKET: 'bucket',
        AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
        AWS_ACCESS_KEY_ID: 'AKID',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_S3_TIMEOUT: '0.2',
      },
    })

  it.each<[Trouble, number]>([
    ['reset', 502],
    ['stall', 502],
    ['break in a body', 502],
    [{ status: 503, code: 'SlowDown' }, 503],
    [{ status: 500, code: 'InternalError' }, 502],
    [{ status: 403, code: 'AccessDenied' }, 502],
    [{ status: 404, code: 'NoSuchBucket' }, 502],
    [{ status: 507, code: 'InsufficientStorage' }, 502],
  ])('%j takes no upload and gives no file', async (kind, status) => {
    trouble = kind
    asked = 0
    const house = open()
    const answers = await Promise.all([
      upload(house),
      house.app.request('/v1/files'),
      house.app.request('/v1/files/file-01a20242c0c047c7a24fff071abb19ed/content'),
      house.app.request('/v1/uploads/upload_01a20242c0c047c7a24fff071abb19ed/cancel', {
        method: 'POST',
      }),
    ])
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status, status])
    for (const answer of answers) {
      expect(await answer.json()).toMatchObject({ error: { type: 'server_error' } })
    }
    expect(asked).toBeGreaterThan(2)
  })
})

const CHAT = SURFACES.find(({ name }) => name === 'chat')!
const RESPONSES = SURFACES.find(({ name }) => name === 'responses')!

describe('R2 that fails', () => {
  /** A bucket of which every call fails from now on, as R2 words it. */
  const open = () => {
    const r2 = { fails: undefined as string | undefined }
    const fallible = <T extends object>(target: T): T =>
      new Proxy(target, {
        get:
          (of, name) =>
          async (...asked: unknown[]) => {
            if (r2.fails !== undefined) throw new Error(`${String(name)}: ${r2.fails}`)
            const told = await (Reflect.get(of, name) as (...asked: unknown[]) => unknown)(...asked)
            return name === 'createMultipartUpload' ? fallible(told as object) : told
          },
      })
    const house = openHouse(nobody, {
      env: { FILES_DIR: 'bound' },
      runtime: { openObjects: () => createR2ObjectStore(fallible(fakeR2Bucket())) },
    })
    return Object.assign(r2, { house })
  }

  it.each([
    ['We encountered an internal error. Please try again. (10001)', 502],
    ['Network connection lost.', 502],
    ['Service temporarily unavailable. (10043)', 503],
    ['Too many requests. (10058)', 503],
  ])('takes no upload and gives no file: %s', async (fails, status) => {
    const r2 = open()
    const { house } = r2
    const { id } = (await (await upload(house)).json()) as { id: string }
    r2.fails = fails
    const answers = await Promise.all([
      upload(house),
      house.app.request('/v1/files'),
      house.app.request(`/v1/files/${id}/content`),
      house.app.request(`/v1/files/${id}`, { method: 'DELETE' }),
    ])
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status, status])
    expect(house.log().at(-1).error_detail[0]).toContain(fails)
    r2.fails = undefined
    expect((await house.app.request(`/v1/files/${id}/content`)).status).toBe(200)
  })

  it('tells what was wrong with a body, though nothing of it can be dropped', async () => {
    const store = createR2ObjectStore({
      ...fakeR2Bucket(),
      createMultipartUpload: async () => ({
        uploadPart: async () => ({}),
        complete: () => Promise.reject(new Error('complete: it is not')),
        abort: () => Promise.reject(new Error('abort: no such upload (10024)')),
      }),
    })
    let pieces = 3
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (pieces-- > 0) controller.enqueue(new Uint8Array(8 * 1024 * 1024))
        else controller.error(new GatewayError('too-large', 'Too large.'))
      },
    })
    await expect(store.put('a', body)).rejects.toMatchObject({ code: 'too-large' })
  })
})

describe('DynamoDB that fails', () => {
  type Answer = { status: number; type: string } | 'refused' | 'broken' | 'stall'
  const TROUBLES: [Answer, number][] = [
    [{ status: 400, type: 'ThrottlingException' }, 503],
    [{ status: 400, type: 'ProvisionedThroughputExceededException' }, 503],
    [{ status: 400, type: 'ResourceNotFoundException' }, 502],
    [{ status: 400, type: 'AccessDeniedException' }, 502],
    [{ status: 500, type: 'InternalServerError' }, 503],
    ['refused', 503],
    ['broken', 503],
  ]
  const open = (answer: Answer) => {
    const aws = scriptedAws((request) => {
      if (!request.origin.includes('dynamodb')) return { steps: [joined(FRAMES.converse)] }
      if (answer === 'refused' || answer === 'stall') return answer
      if (answer === 'broken') return { steps: ['reset'] }
      const said = { __type: `com.amazonaws.dynamodb.v20120810#${answer.type}`, message: 'No.' }
      const steps = [new TextEncoder().encode(JSON.stringify(said))]
      return { status: answer.status, errorType: answer.type, steps }
    })
    const keys = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' }
    return openHouse(aws.transport, { env: { AWS_DYNAMODB_TABLE: 'table', ...keys } })
  }

  it.concurrent.each(TROUBLES)(
    'gives an answer that it cannot keep, and says so: %j',
    async (answer) => {
      const house = open(answer)
      const bytes = await (await house.ask(CHAT.path, CHAT.body)).bytes()
      expect(CHAT.ending(bytes)).toMatchObject({ success: true, errors: 0 })
      expect(JSON.stringify(house.log().at(-1))).toContain('store')
    },
  )

  it.concurrent.each(TROUBLES)(
    'says that it does not know what is kept, not that there is none: %j',
    async (answer, status) => {
      const { app } = open(answer)
      const found = await app.request(
        '/v1/chat/completions/chatcmpl-01a20242c0c047c7a24fff071abb19ed',
      )
      const list = await app.request('/v1/chat/completions')
      expect([found.status, list.status]).toEqual([status, status])
    },
  )

  it('holds nobody up that it never answers', async () => {
    const { house, bytes, found, seconds } = await inQuickTime(async () => {
      const house = open('stall')
      const began = performance.now()
      const bytes = await (await house.ask(CHAT.path, CHAT.body)).bytes()
      const seconds = (performance.now() - began) / 1000
      const found = await house.app.request(
        `${CHAT.path}/chatcmpl-01a20242c0c047c7a24fff071abb19ed`,
      )
      return { house, bytes, found, seconds }
    })
    expect(CHAT.ending(bytes)).toMatchObject({ success: true, errors: 0 })
    expect(JSON.stringify(house.log())).toContain('store')
    expect([found.status, seconds < 30]).toEqual([503, true])
  })
})

describe('a state store that fails in the middle of a write', () => {
  it('acknowledges no completion of which a part is missing', async () => {
    const memory = createMemoryStateStore()
    for (let failing = 1; failing < 4; failing++) {
      let writes = 0
      const store: StateStore = {
        ...memory,
        put: async (...asked) => {
          if (++writes === failing) throw new Error('the store broke')
          return memory.put(...asked)
        },
      }
      const aws = scriptedAws(() => ({ steps: [joined(FRAMES.converse)] }))
      const house = openHouse(aws.transport, {
        env: { STATE_DIR: 'disk' },
        runtime: { openState: () => store },
      })
      for (const { path, body } of [CHAT, RESPONSES]) {
        writes = 0
        const text = await (await house.ask(path, body)).text()
        const [id] = /\b(?:chatcmpl-|resp_)[0-9a-f]+/.exec(text)!
        const kept = await house.app.request(`${path}/${id}`)
        if (writes >= failing) expect([path, failing, kept.status]).toEqual([path, failing, 404])
        else expect([path, kept.status]).toEqual([path, 200])
      }
    }
  })
})
