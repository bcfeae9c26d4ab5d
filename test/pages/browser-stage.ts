import { describe } from 'vitest'
import { launch, type Running } from '../runtimes/platform.ts'
import { node } from '../runtimes/platforms.ts'
import { type Chromium, chromiumPath, startChromium } from './chromium.ts'
import type { Page } from './page.ts'

const hasBrowser = chromiumPath() !== undefined
if (!hasBrowser) console.info('No Chromium is installed: the pages are not opened in one.')

/** Tests that open pages in a browser; skipped where there is none. */
export const describeInBrowser = describe.skipIf(!hasBrowser)

export interface BrowserStage {
  server: Running
  page: Page
  /** The value of an expression in the page, in short. */
  read<T = string>(expression: string): Promise<T>
  /** A picture for people to look at, where SHOTS names a folder. */
  shoot(name: string): Promise<void>
  end(): Promise<void>
}

/** A server, and a browser with one page of it open at `path`. */
export async function stageBrowser(
  env: Record<string, string>,
  path: string,
): Promise<BrowserStage> {
  const [server, chromium]: [Running, Chromium] = await Promise.all([
    launch(node, { PROVIDER: 'embedded', FILES_DIR: 'memory', ...env }),
    startChromium(),
  ])
  const page = await chromium.open()
  await page.look({ width: 1440, height: 900 })
  await page.goto(server.url + path)
  const folder = process.env['SHOTS']
  return {
    server,
    page,
    read: page.run,
    async shoot(name) {
      if (folder) await page.screenshot(`${folder}/${name}.png`, { whole: true })
    },
    async end() {
      await chromium.close()
      await server.end()
    },
  }
}

/** The text of the first element that fits, as an expression. */
export const textOf = (selector: string) =>
  `document.querySelector(${JSON.stringify(selector)})?.textContent`

/** Presses what stands in a form, as an expression. */
export const click = (selector: string) =>
  `document.querySelector(${JSON.stringify(selector)}).click()`

/** A picture needs no scrolling to the side. */
export const FITS = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth'
