import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bundleServer } from '../../deploy/bundle-server.ts'
import { launch, type Platform } from './platform.ts'

const onNode = (command: Platform['command']): Platform => ({
  name: 'node',
  command,
  tellsLeaving: 'at once',
  endsWell: true,
  largestBody: 100,
  listens: true,
})

async function answers(command: Platform['command']): Promise<void> {
  const server = await launch(onNode(command), {})
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'any', messages: [{ role: 'user', content: 'Hello' }] }),
  })
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ object: 'chat.completion' })
  server.signal('SIGTERM')
  expect(await server.exited).toBe(0)
}

it('answers as a bundle that lies apart from every package', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'outcrop-bundle-'))
  await bundleServer(folder)
  await answers(['node', join(folder, 'server.mjs')])
  rmSync(folder, { recursive: true })
})

it('leaves what it replaces to the server that runs from it for an hour, however old it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'outcrop-bundle-'))
  const old = join(folder, 'old-chunk.mjs')
  writeFileSync(old, '')
  utimesSync(old, 0, 0)
  await bundleServer(folder)
  expect(existsSync(old)).toBe(true)
  const replaced = { 'old-chunk.mjs': Date.now() - 61 * 60 * 1000 }
  writeFileSync(join(folder, 'replaced.json'), JSON.stringify(replaced))
  await bundleServer(folder)
  expect([existsSync(old), existsSync(join(folder, 'server.mjs'))]).toEqual([false, true])
  rmSync(folder, { recursive: true })
})

it('answers when it is started as `npm start` does', async () => {
  await answers(['node', 'runtimes/start-node.js'])
})
