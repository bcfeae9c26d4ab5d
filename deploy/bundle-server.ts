import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import {
  COMMON,
  GLOBALS_WHEN_USED,
  NODE_MODULES,
  nodeWhenUsed,
  withoutLocales,
} from './bundle-options.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const MANIFEST = 'inputs.json'
const REPLACED = 'replaced.json'

/** Milliseconds for which a server that runs from the bundle before may still load what it has not needed so far. */
const GRACE = 60 * 60 * 1000

/**
 * The Node server in a few files, which Node loads in half the time it takes for all of the sources.
 * `inputs.json` beside them says of which files they were made and when those were written: runtimes/start-node.js
 * runs the sources as soon as one has changed.
 */
export async function bundleServer(outdir: string): Promise<void> {
  // First of all: half a bundle counts as none.
  rmSync(join(outdir, MANIFEST), { force: true })
  const { metafile } = await build({
    ...COMMON,
    ...NODE_MODULES,
    ...GLOBALS_WHEN_USED,
    entryPoints: { server: 'runtimes/node-server.ts' },
    outdir,
    plugins: [withoutLocales, nodeWhenUsed],
    metafile: true,
  })
  const own = Object.keys(metafile.inputs).filter((path) => /^(app|deploy|runtimes)\//.test(path))
  const inputs = [...own, 'package-lock.json'].map((path) => [
    path,
    statSync(join(root, path)).mtimeMs,
  ])
  removeOthers(outdir, new Set(Object.keys(metafile.outputs).map((path) => basename(path))))
  writeFileSync(join(outdir, MANIFEST), JSON.stringify(Object.fromEntries(inputs)))
}

/** Files of earlier bundles, whose names carry other hashes. When each was replaced is written down beside them. */
function removeOthers(outdir: string, current: ReadonlySet<string>): void {
  const book = join(outdir, REPLACED)
  const before: Record<string, number> = existsSync(book)
    ? JSON.parse(readFileSync(book, 'utf8'))
    : {}
  const now = Date.now()
  const others = readdirSync(outdir).filter((name) => name !== REPLACED && !current.has(name))
  const replaced = others.map((name): [string, number] => [name, before[name] ?? now])
  const isOver = ([, at]: [string, number]) => now - at > GRACE
  for (const [name] of replaced.filter(isOver)) rmSync(join(outdir, name))
  writeFileSync(book, JSON.stringify(Object.fromEntries(replaced.filter((one) => !isOver(one)))))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await bundleServer(join(root, 'dist', 'server'))
}
