import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'
import type { ObjectStore } from '../../app/ports/object-store.ts'
import { objectStoreContract } from '../contracts/object-store.ts'
import { startR2Service } from '../fakes/r2-service.ts'
import { root } from '../runtimes/platform.ts'

const folder = mkdtempSync(join(tmpdir(), 'outcrop-r2-'))
let r2: Awaited<ReturnType<typeof startR2Service>>
let workerd: ChildProcess
let url: string

beforeAll(async () => {
  r2 = await startR2Service(3)
  await build({
    entryPoints: [join(root, 'test/fakes/r2-store-worker.ts')],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2024',
  })
  writeFileSync(join(folder, 'config.capnp'), configOf(r2.address))
  workerd = spawn(
    join(root, 'node_modules/.bin/workerd'),
    ['serve', '--control-fd=3', join(folder, 'config.capnp')],
    { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] },
  )
  const [line] = await once(createInterface(workerd.stdio[3] as Readable), 'line')
  url = `http://127.0.0.1:${JSON.parse(line).port}`
}, 30_000)

afterAll(() => {
  workerd?.kill('SIGKILL')
  r2?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The binding is workerd's own, as it runs at Cloudflare; only what it talks to is ours. */
const configOf = (address: string) => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "r2", external = (address = "${address}", http = ())),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-01",
  bindings = [(name = "FILES", r2Bucket = "r2")],
);
`

async function ask(what: string, asked: object, body?: ReadableStream<Uint8Array> | Uint8Array) {
  const init = body && { method: 'POST', body: body as BodyInit, duplex: 'half' }
  const query = encodeURIComponent(JSON.stringify(asked))
  const response = await fetch(`${url}/${what}?asked=${query}`, init)
  if (response.status === 500) throw new Error(await response.text())
  return response
}

const told = async (response: Promise<Response>) => (await (await response).json()) ?? undefined

const store: ObjectStore = {
  put: (key, body, options) =>
    told(ask('put', { key, options, whole: body instanceof Uint8Array }, body)),
  async get(key, range) {
    const response = await ask('get', { key, range })
    return response.status === 404 ? undefined : (response.body ?? new Blob([]).stream())
  },
  delete: (key) => told(ask('delete', { key })),
  list: (prefix, options) => told(ask('list', { prefix, options })),
  join: (key, sources) => told(ask('join', { key, sources })),
}

objectStoreContract('R2 by its binding in workerd', async () => {
  r2.empty()
  return store
})
