import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The folder of recordings and specs beside the checkout, or undefined where there is none. */
export function sharedRoot(): string | undefined {
  const folder = process.env['OUTCROP_SHARED'] ?? join(dirname(repository), 'shared')
  return existsSync(join(folder, 'recordings')) ? folder : undefined
}

/** One real exchange, as `recordings/README.md` describes it. */
export interface Recording {
  file: string
  side: 'aws' | 'openai' | 'anthropic'
  operation: string
  modelId: string
  authenticity: string
  features: string[]
  request: { method: string; path: string; headers?: Record<string, string>; body?: unknown }
  response: {
    status: number
    headers: Record<string, string>
    body?: unknown
    bodyText?: string
    bodyBase64?: string
  }
  events?: unknown[]
}

/** The recordings below `folder` (`aws/Converse`); none, with a note, where the folder is absent. */
export function recordings(folder: string): Recording[] {
  const root = sharedRoot()
  if (!root) {
    console.warn(`no ../shared beside the checkout: the recordings of ${folder} are not replayed`)
    return []
  }
  const place = join(root, 'recordings', folder)
  return readdirSync(place)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({
      file: `${folder}/${name}`,
      ...JSON.parse(readFileSync(join(place, name), 'utf8')),
    }))
}

/** A parsed JSON file of the shared folder, or undefined where it is absent. */
export function sharedJson(path: string): unknown {
  const root = sharedRoot()
  if (!root) {
    console.warn(`no ../shared beside the checkout: ${path} is not checked against`)
    return undefined
  }
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}
