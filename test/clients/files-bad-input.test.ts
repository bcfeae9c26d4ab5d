import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FilesServer, KEY, openFilesServer } from './files-server.ts'

const LIMIT = 100_000

let server: FilesServer
beforeAll(async () => {
  server = await openFilesServer('disk', {
    MAX_FILE_BYTES: String(LIMIT),
    MAX_ANTHROPIC_FILE_BYTES: String(LIMIT / 2),
    MAX_UPLOAD_BYTES: String(LIMIT * 3),
    INPUT_URLS: 'off',
  })
}, 30_000)
afterAll(() => server?.close())

const headers = { authorization: `Bearer ${KEY}` }
const send = (path: string, init: RequestInit = {}) =>
  fetch(server.url + path, { ...init, headers: { ...headers, ...init.headers } })

function form(fields: Record<string, string | File | File[]>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) data.append(name, one)
  }
  return data
}
const file = (content = 'words') => new File([content], 'a.txt')
const raw = (disposition: string) => ({
  body: `--B\r\nContent-Disposition: form-data; ${disposition}\r\n\r\nwords\r\n--B\r\nContent-Disposition: form-data; name=purpose\r\n\r\nbatch\r\n--B--`,
  headers: { 'content-type': 'multipart/form-data; boundary=B' },
})
const seconds = (value: string) => ({
  'expires_after[anchor]': 'created_at',
  'expires_after[seconds]': value,
})

describe('an upload that cannot be taken', () => {
  const cases: [what: string, init: RequestInit, status: number, param: string | null][] = [
    ['no file', { body: form({ purpose: 'batch' }) }, 400, 'file'],
    ['a text for a file', { body: form({ purpose: 'batch', file: 'words' }) }, 400, 'file'],
    ['no purpose', { body: form({ file: file() }) }, 400, 'purpose'],
    [
      'a purpose for all objects',
      { body: form({ file: file(), '__proto__[purpose]': 'batch' }) },
      400,
      'purpose',
    ],
    ['an unknown purpose', { body: form({ file: file(), purpose: 'fun' }) }, 400, 'purpose'],
    ['an empty file', { body: form({ file: file(''), purpose: 'batch' }) }, 400, 'file'],
    ['two files', { body: form({ file: [file(), file()], purpose: 'batch' }) }, 400, 'file'],
    ['a file by another name', { body: form({ data: file(), purpose: 'batch' }) }, 400, 'data'],
    [
      'too large a file',
      { body: form({ file: file('x'.repeat(LIMIT + 1)), purpose: 'batch' }) },
      413,
      'file',
    ],
    ['a name that is a path', raw('name=file; filename="../../etc/passwd"'), 400, 'file'],
    ['a name with a backslash', raw('name=file; filename="C:\\\\x"'), 400, 'file'],
    ['a name with line ends', raw('name=file; filename="a%0D%0Aset-cookie: b"'), 400, 'file'],
    ['no name', raw('name=file; filename=""'), 400, 'file'],
    ['too long a name', raw(`name=file; filename="${'x'.repeat(300)}"`), 400, 'file'],
    [
      'too short a life',
      { body: form({ file: file(), purpose: 'batch', ...seconds('60') }) },
      400,
      'expires_after.seconds',
    ],
    [
      'too long a life',
      { body: form({ file: file(), purpose: 'batch', ...seconds('9999999') }) },
      400,
      'expires_after.seconds',
    ],
    [
      'no number of seconds',
      { body: form({ file: file(), purpose: 'batch', ...seconds('soon') }) },
      400,
      'expires_after.seconds',
    ],
    [
      'a form without boundary',
      { body: 'x', headers: { 'content-type': 'multipart/form-data' } },
      400,
      null,
    ],
    [
      'a form that is none',
      { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=B' } },
      400,
      null,
    ],
    [
      'a form cut off',
      {
        body: '--B\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nwords',
        headers: { 'content-type': 'multipart/form-data; boundary=B' },
      },
      400,
      null,
    ],
    [
      'a very long field',
      { body: form({ purpose: 'x'.repeat(70_000), file: file() }) },
      413,
      'purpose',
    ],
    [
      'too many fields',
      { body: form({ purpose: Array.from({ length: 200 }, () => file('x')) }) },
      400,
      'purpose',
    ],
    ['JSON without a file', { body: '{"purpose":"batch"}' }, 400, 'file'],
    ['JSON that holds no base64', { body: '{"purpose":"batch","file":"§"}' }, 400, 'file'],
    [
      'JSON with a stored file',
      { body: '{"purpose":"batch","file":"file-id:file-1"}' },
      400,
      'file',
    ],
    [
      'JSON with a URL where they are off',
      { body: '{"purpose":"batch","file":"https://example.com/"}' },
      400,
      'file',
    ],
    [
      'JSON with S3 where there is none',
      { body: '{"purpose":"batch","file":"s3://bucket/key"}' },
      400,
      'file',
    ],
    [
      'JSON with too large a file',
      { body: JSON.stringify({ purpose: 'batch', file: btoa('x'.repeat(LIMIT + 1)) }) },
      413,
      'file',
    ],
    ['nothing', {}, 400, null],
  ]

  it.each(cases)('with %s is told why, and leaves nothing', async (_, init, status, param) => {
    const response = await send('/v1/files', { method: 'POST', ...init })
    const body = await response.json()
    expect([response.status, body.error.param, body.error.type]).toEqual([
      status,
      param,
      'invalid_request_error',
    ])
    expect((await server.openai.files.list()).data).toEqual([])
  })

  it('is told so in Anthropic’s words at Anthropic’s paths, also at the root', async () => {
    const large = form({ file: file('x'.repeat(LIMIT / 2 + 1)) })
    for (const [path, more] of [
      ['/anthropic/v1/files', {}],
      ['/v1/files', { 'anthropic-version': '2023-06-01' }],
    ] as const) {
      const post = async (body: FormData) => {
        const response = await send(path, { method: 'POST', body, headers: more })
        const { type, error } = await response.json()
        return [response.status, type, error.type]
      }
      expect(await post(large)).toEqual([413, 'error', 'request_too_large'])
      expect(await post(form({}))).toEqual([400, 'error', 'invalid_request_error'])
      const soon = form({ file: file(), expires_in_seconds: '60' })
      expect(await post(soon)).toEqual([400, 'error', 'invalid_request_error'])
    }
    expect((await server.openai.files.list()).data).toEqual([])
  })

  it('is stopped before its end where it says how long it is', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asked = request(`${server.url}/v1/files`, {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'multipart/form-data; boundary=B',
          'content-length': 10_000_000_000,
        },
      })
      asked.on('response', (response) => {
        resolve(response.statusCode)
        asked.destroy()
      })
      asked.on('error', reject)
      asked.write('--B\r\n')
    })
    expect(status).toBe(413)
  })

  it('is forgotten when its caller leaves', async () => {
    await new Promise<void>((resolve) => {
      const asked = request(`${server.url}/v1/files`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'multipart/form-data; boundary=B' },
      })
      asked.on('error', () => resolve())
      asked.write('--B\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nwords', () =>
        asked.destroy(),
      )
    })
    await expect
      .poll(() => /caller-left|"status_code":499/.test(server.running.output()))
      .toBe(true)
    expect((await server.openai.files.list()).data).toEqual([])
  })
})

describe('what is asked of files', () => {
  it.each([
    ['/v1/files?limit=0', 'limit'],
    ['/v1/files?limit=10001', 'limit'],
    ['/v1/files?limit=x', 'limit'],
    ['/v1/files?order=up', 'order'],
    ['/v1/files?after=x', 'after'],
    ['/v1/files?after=..%2F', 'after'],
  ])('is refused where it makes no sense: %s', async (path, param) => {
    const response = await send(path)
    expect([response.status, (await response.json()).error.param]).toEqual([400, param])
  })

  it.each(['page', 'after_id', 'before_id'])(
    'is refused at Anthropic’s %s by its name',
    async (name) => {
      const response = await send(`/anthropic/v1/files?${name}=x`)
      expect([response.status, (await response.json()).error]).toEqual([
        400,
        { type: 'invalid_request_error', message: `${name}: "x" is not the id of a file.` },
      ])
    },
  )

  it.each(['x', 'file-', '..%2F..%2Fetc', 'file-%00', `file-${'0'.repeat(32)}`, '%E0%A4%A'])(
    'is not there: %s',
    async (id) => {
      for (const [path, method] of [
        [id, 'GET'],
        [`${id}/content`, 'GET'],
        [id, 'DELETE'],
      ] as const) {
        expect((await send(`/v1/files/${path}`, { method })).status).toBe(404)
      }
    },
  )
})

describe('an upload in parts that cannot be', () => {
  const post = async (path: string, body: object) => {
    const response = await send(path, { method: 'POST', body: JSON.stringify(body) })
    const { error } = await response.json()
    return [response.status, error?.param]
  }
  const facts = { filename: 'a', purpose: 'batch', bytes: 3, mime_type: 'text/plain' }

  it.each([
    ['filename', { ...facts, filename: '../a' }, 400],
    ['filename', { ...facts, filename: undefined }, 400],
    ['purpose', { ...facts, purpose: 'fun' }, 400],
    ['bytes', { ...facts, bytes: 0 }, 400],
    ['bytes', { ...facts, bytes: 1.5 }, 400],
    ['bytes', { ...facts, bytes: LIMIT * 3 + 1 }, 413],
    ['mime_type', { ...facts, mime_type: 3 }, 400],
  ])('is not begun: %s of %j', async (param, body, status) => {
    expect(await post('/v1/uploads', body)).toEqual([status, param])
  })

  it('takes no parts that are not', async () => {
    const { id } = await server.openai.uploads.create({ ...facts, purpose: 'batch' })
    const parts = `/v1/uploads/${id}/parts`
    expect(await post(parts, {})).toEqual([400, 'data'])
    expect(await post(parts, { data: '§' })).toEqual([400, 'data'])
    expect(await post(parts, { data: btoa('four') })).toEqual([413, 'data'])
    const none = await send(parts, { method: 'POST', body: form({ other: 'x' }) })
    expect([none.status, (await none.json()).error.param]).toEqual([400, 'data'])
    expect(await post('/v1/uploads/upload_x/parts', { data: 'aaaa' })).toEqual([404, 'upload_id'])
    const complete = `/v1/uploads/${id}/complete`
    expect(await post(complete, { part_ids: [] })).toEqual([400, 'part_ids'])
    expect(await post(complete, {})).toEqual([400, 'part_ids'])
    expect(await post(complete, { part_ids: ['part_x'] })).toEqual([400, 'part_ids[0]'])
    expect(await post(complete, { part_ids: ['../session'] })).toEqual([400, 'part_ids[0]'])
  })
})
