import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { COMMON, NODE_MODULES, withoutLocales } from './bundle-options.ts'
import { zip } from './zip.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** For browsers the AWS SDK reads XML with the DOM, which Workers have not; what it does elsewhere needs nothing. */
const withoutDom: Plugin = {
  name: 'without-dom',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/xml-parser$/ }, ({ resolveDir }) => ({
      path: join(resolveDir, 'xml-parser.js'),
    })),
}

/** The JPEG encoder makes its bytes Node's own where there are modules, which Workers have not. */
const withoutBuffer: Plugin = {
  name: 'without-buffer',
  setup: ({ onLoad }) =>
    onLoad({ filter: /jpeg-js[\\/]lib[\\/]encoder\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        'Buffer.from(byteout)',
        'new Uint8Array(byteout)',
      ),
    })),
}

/** One module for Workers, as Web-standard as `app/` is: an import of a Node module fails the build. */
export async function bundleWorker(outfile: string): Promise<void> {
  await build({
    ...COMMON,
    entryPoints: ['runtimes/cloudflare.ts'],
    outfile,
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:workers'],
    target: 'es2024',
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [withoutDom, withoutBuffer, withoutLocales],
  })
}

/** Modules for Lambda's Node 24; what is imported when first used stays a file of its own. */
export async function bundleLambda(outdir: string): Promise<void> {
  rmSync(outdir, { recursive: true, force: true })
  await build({
    ...COMMON,
    ...NODE_MODULES,
    entryPoints: { index: 'runtimes/lambda.ts' },
    outdir,
    plugins: [withoutLocales],
  })
}

async function bundleAll(): Promise<void> {
  const dist = join(root, 'dist')
  mkdirSync(dist, { recursive: true })
  await bundleWorker(join(dist, 'worker.js'))
  await bundleLambda(join(dist, 'lambda'))
  const files = readdirSync(join(dist, 'lambda')).map((name) => ({
    name,
    bytes: readFileSync(join(dist, 'lambda', name)),
  }))
  const archive = zip(files)
  writeFileSync(join(dist, 'lambda.zip'), archive)
  console.log('dist/worker.js')
  console.log(`dist/lambda.zip ${(archive.length / 1024).toFixed(0)} KB, handler index.handler`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await bundleAll()
