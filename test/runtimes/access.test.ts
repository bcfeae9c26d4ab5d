import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, type Running } from './platform.ts'
import { bun, deno, node, workers } from './platforms.ts'

const ADMIN_KEY = 'the-admin-key-of-this-test'
const FILE_KEY = 'the-key-in-a-file-0123'

const { privateKey, publicKey } = await generateKeyPair('ES256')
const issuer = createServer(async (_, response) => {
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }]
  response.end(JSON.stringify({ keys }))
})
await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
const ISSUER = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`
afterAll(() => void issuer.close())

const token = () =>
  new SignJWT({ sub: 'somebody' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuer(ISSUER)
    .setAudience('outcrop')
    .setExpirationTime('5m')
    .sign(privateKey)

describe.each([node, bun, deno, workers])('callers on $name', (platform) => {
  const folder = mkdtempSync(join(tmpdir(), 'outcrop-access-'))
  const hasDisk = platform !== workers
  let server: Running
  beforeAll(async () => {
    const file = join(folder, 'keys.json')
    writeFileSync(file, JSON.stringify({ filed: FILE_KEY }))
    server = await launch(platform, {
      ADMIN_KEY,
      API_KEYS: hasDisk ? file : JSON.stringify({ filed: FILE_KEY }),
      ...(hasDisk && { STATE_DIR: join(folder, 'state'), FILES_DIR: join(folder, 'files') }),
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: 'outcrop',
      JWT_JWKS_URL: `${ISSUER}/keys`,
      ENABLE_PROXY_HEADERS: 'true',
      TRUSTED_HOSTS: 'api.example.com',
      PROXY_TRUSTED_HOSTS: hasDisk ? '127.0.0.1,::1' : '*',
    })
  }, 60_000)
  afterAll(async () => {
    await server?.end()
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = (path: string, key: string, init: RequestInit = {}) =>
    fetch(server.url + path, {
      ...init,
      headers: { authorization: `Bearer ${key}`, 'x-forwarded-host': 'api.example.com' },
    })

  it('are known by a managed key, by one of a file and by a token', async () => {
    const made = await ask('/v1/admin/keys', ADMIN_KEY, { method: 'POST', body: '{"tenant":"a"}' })
    expect(made.status).toBe(201)
    const { key } = (await made.json()) as { key: string }
    for (const shown of [key, FILE_KEY, await token()]) {
      expect((await ask('/v1/models', shown)).status).toBe(200)
      expect((await ask('/v1/admin/keys', shown)).status).toBe(403)
    }
    expect((await ask('/v1/models', `${key}x`)).status).toBe(401)
    expect((await ask('/v1/models', `${await token()}x`)).status).toBe(401)
  })

  it('come through a proxy next to us, whose word counts', async () => {
    const straight = await fetch(`${server.url}/v1/models`, {
      headers: { authorization: `Bearer ${FILE_KEY}` },
    })
    expect(straight.status).toBe(400)
    expect((await ask('/v1/models', FILE_KEY)).status).toBe(200)
  })
})
