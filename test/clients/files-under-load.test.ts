import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FilesServer, KEY, openFilesServer } from './files-server.ts'

const MEGABYTE = 1024 * 1024
const SMALL = 1000
const LARGE = 160
/** Megabytes by which the server may grow over an upload that is many times as large. */
const GROWTH = 64

let server: FilesServer
beforeAll(async () => {
  server = await openFilesServer('disk')
}, 30_000)
afterAll(() => server?.close())

const contentOf = (index: number) => `file ${index} `.repeat(1 + (index % 700))

/** Bytes of the server's process that are in memory, in megabytes; undefined where nobody tells. */
function memory(): number | undefined {
  try {
    const status = readFileSync(`/proc/${server.running.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024
  } catch {
    return undefined
  }
}

/** Sends a large file as it is made, and gives its id with the digest of what was sent. */
function uploadLarge(megabytes: number): Promise<{ id: string; digest: string }> {
  const piece = Buffer.alloc(MEGABYTE)
  const hash = createHash('sha256')
  return new Promise((resolve, reject) => {
    const asked = request(`${server.url}/v1/files`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${KEY}`,
        'content-type': 'multipart/form-data; boundary=B',
      },
    })
    asked.on('error', reject)
    asked.on('response', async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ id: JSON.parse(text).id, digest: hash.digest('hex') })
    })
    asked.write('--B\r\nContent-Disposition: form-data; name=file; filename=large\r\n\r\n')
    let sent = 0
    const more = () => {
      while (sent < megabytes) {
        piece.writeUInt32LE(sent, (sent * 4096) % (MEGABYTE - 4))
        hash.update(piece)
        sent += 1
        if (!asked.write(Buffer.from(piece))) {
          asked.once('drain', more)
          return
        }
      }
      asked.end('\r\n--B\r\nContent-Disposition: form-data; name=purpose\r\n\r\nbatch\r\n--B--\r\n')
    }
    more()
  })
}

async function digestOf(id: string): Promise<string> {
  const hash = createHash('sha256')
  const { body } = await server.openai.files.content(id)
  for await (const bytes of body!) hash.update(bytes)
  return hash.digest('hex')
}

describe('files under load', () => {
  it(`loses and mixes nothing of ${SMALL} uploads at once and a large one`, async () => {
    const large = uploadLarge(LARGE)
    const small = await Promise.all(
      Array.from({ length: SMALL }, (_, index) =>
        server.openai.files.create({
          file: new File([contentOf(index)], `${index}.txt`),
          purpose: 'user_data',
        }),
      ),
    )
    const { id, digest } = await large
    const all = await server.openai.files.list()
    expect(new Set(all.data.map((file) => file.id))).toEqual(
      new Set([id, ...small.map((file) => file.id)]),
    )
    expect(await digestOf(id)).toBe(digest)
    for (let from = 0; from < SMALL; from += 100) {
      await Promise.all(
        small.slice(from, from + 100).map(async (file, offset) => {
          const content = await (await server.openai.files.content(file.id)).text()
          expect([file.filename, content]).toEqual([
            `${from + offset}.txt`,
            contentOf(from + offset),
          ])
        }),
      )
    }
  }, 120_000)

  it('holds no upload and no download in memory', async () => {
    await uploadLarge(20).then(({ id }) => digestOf(id))
    const before = memory()
    let peak = 0
    const looking = setInterval(() => {
      peak = Math.max(peak, memory() ?? 0)
    }, 20)
    const { id, digest } = await uploadLarge(LARGE)
    expect(await digestOf(id)).toBe(digest)
    clearInterval(looking)
    if (before !== undefined) expect(peak - before).toBeLessThan(GROWTH)
  }, 60_000)
})
