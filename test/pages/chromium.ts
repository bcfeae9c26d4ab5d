import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openPage, type Page } from './page.ts'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where a Chromium is installed, if one is. */
export const chromiumPath = (): string | undefined => PLACES.find((place) => existsSync(place))

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--remote-debugging-port=0',
]

export interface Chromium {
  /** A page of its own, with no memory of others. */
  open(): Promise<Page>
  close(): Promise<void>
}

/** Starts a browser without a window, spoken to by its DevTools protocol. */
export async function startChromium(): Promise<Chromium> {
  const folder = await mkdtemp(join(tmpdir(), 'outcrop-chromium-'))
  const child = spawn(chromiumPath()!, [...FLAGS, `--user-data-dir=${folder}`, 'about:blank'], {
    stdio: 'ignore',
    detached: true,
  })
  const address = await addressIn(folder, child)
  const pages: Page[] = []
  return {
    async open() {
      const page = await openPage(address)
      pages.push(page)
      return page
    },
    async close() {
      for (const page of pages) page.close()
      const ended = new Promise((resolve) => child.once('exit', resolve))
      // It starts processes of its own, which are of its group.
      process.kill(-child.pid!, 'SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** Chromium writes down where it listens. */
async function addressIn(folder: string, child: ChildProcess): Promise<string> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`Chromium ended with ${child.exitCode}.`)
    const text = await readFile(join(folder, 'DevToolsActivePort'), 'utf8').catch(() => '')
    const [port, path] = text.split('\n')
    if (port && path) return `ws://127.0.0.1:${port}${path}`
    await wait(50)
  }
  throw new Error('Chromium does not listen.')
}
