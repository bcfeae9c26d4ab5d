import { createHash, randomBytes, randomInt } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, expect, it } from 'vitest'
import { launch, type Running } from '../runtimes/platform.ts'
import { node } from '../runtimes/platforms.ts'

/** By hand: `FILES_KILLS=200 npx vitest run test/clients/files-crash.test.ts`. */
const KILLS = Number(process.env['FILES_KILLS'] ?? 5)
const AT_ONCE = 12
/** Uploads that are acknowledged at least, by however many more kills. */
const UPLOADS = 200

const folder = mkdtempSync(join(tmpdir(), 'outcrop-crash-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = () =>
  launch(node, {
    PROVIDER: 'embedded',
    STATE_DIR: 'memory',
    FILES_DIR: folder,
    LOG_LEVEL: 'silent',
  })
const clientOf = ({ url }: Running) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0, timeout: 20_000 })
const digestOf = (content: Buffer) => createHash('sha256').update(content).digest('hex')

/** A file that is called by its own digest. */
function upload(openai: OpenAI) {
  const content = randomBytes(randomInt(4) === 0 ? randomInt(6_000_000) : 1 + randomInt(50_000))
  const file = new File([content], digestOf(content))
  return openai.files.create({ file, purpose: 'user_data' })
}

/** The same in two parts. */
async function uploadInParts(openai: OpenAI) {
  const content = randomBytes(2 + randomInt(300_000))
  const { id } = await openai.uploads.create({
    filename: digestOf(content),
    purpose: 'batch',
    bytes: content.length,
    mime_type: 'text/plain',
  })
  const cut = randomInt(1, content.length)
  const parts = []
  for (const piece of [content.subarray(cut), content.subarray(0, cut)]) {
    parts.push((await openai.uploads.parts.create(id, { data: new File([piece], 'p') })).id)
  }
  const { file } = await openai.uploads.complete(id, { part_ids: parts.toReversed() })
  return file!
}

/** Uploads until the server dies; adds what it has acknowledged. */
async function uploadUntilItDies(server: Running, acknowledged: Set<string>): Promise<void> {
  const openai = clientOf(server)
  let dead = false
  const work = async () => {
    while (!dead) {
      const doing = randomInt(4) === 0 ? uploadInParts(openai) : upload(openai)
      await doing.then(
        ({ id }) => acknowledged.add(id),
        () => {
          dead = true
        },
      )
    }
  }
  const working = Promise.all(Array.from({ length: AT_ONCE }, work))
  await new Promise((resolve) => {
    setTimeout(resolve, randomInt(1200))
  })
  process.kill(server.pid, 'SIGKILL')
  await working
  await server.exited
}

it(
  `keeps every file it acknowledged, whole, over ${KILLS} kills and ${UPLOADS} uploads at random moments`,
  async () => {
    const acknowledged = new Set<string>()
    const checked = new Set<string>()
    let server = await start()
    for (let kill = 0; kill < KILLS || acknowledged.size < UPLOADS; kill++) {
      await uploadUntilItDies(server, acknowledged)
      server = await start()
      const openai = clientOf(server)
      const listed = (await openai.files.list()).data
      const ids = new Set(listed.map((file) => file.id))
      expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([])
      for (const file of listed.filter(({ id }) => !checked.has(id))) {
        const content = Buffer.from(await (await openai.files.content(file.id)).arrayBuffer())
        expect([file.bytes, file.filename]).toEqual([content.length, digestOf(content)])
        checked.add(file.id)
      }
      const writing = join(folder, '.writing')
      expect(existsSync(writing) ? readdirSync(writing) : []).toEqual([])
    }
    await server.end()
  },
  60_000 + KILLS * 10_000,
)
