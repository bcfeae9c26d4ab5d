import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions, Plugin } from 'esbuild'

const WHEN_USED = join(import.meta.dirname, 'when-used')

/** What every bundle has in common. */
export const COMMON: BuildOptions = {
  bundle: true,
  format: 'esm',
  absWorkingDir: dirname(dirname(fileURLToPath(import.meta.url))),
  legalComments: 'none',
  logLevel: 'warning',
}

/** Modules for Node 24; what is imported when first used stays a file of its own. */
export const NODE_MODULES: BuildOptions = {
  platform: 'node',
  target: 'node24',
  // A package that is CommonJS loses its names when it becomes a file of its own.
  mainFields: ['module', 'main'],
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  outExtension: { '.js': '.mjs' },
  // Packages in CommonJS ask for Node's own modules by `require`, which ES modules do not have.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);",
  },
}

/** Zod's messages in fifty languages, of which nobody hears any but the English ones. */
export const withoutLocales: Plugin = {
  name: 'without-locales',
  setup(building) {
    building.onResolve({ filter: /locales\/index\.js$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      namespace: 'without-locales',
    }))
    building.onLoad({ filter: /.*/, namespace: 'without-locales' }, () => ({
      contents: 'export {}',
    }))
  },
}

/** Files that stand for what `@hono/node-server` imports of Node, so that it is loaded when it is used. */
export const nodeWhenUsed: Plugin = {
  name: 'node-when-used',
  setup(building) {
    building.onResolve({ filter: /^node:http2?$/ }, ({ path, importer }) =>
      /@hono\/node-server\//.test(importer)
        ? { path: join(WHEN_USED, `${path.replace(':', '-')}.ts`) }
        : undefined,
    )
  },
}

/** Has the bundle take the classes of Node's fetch from a stand-in for its global object. */
export const GLOBALS_WHEN_USED: BuildOptions = {
  inject: [join(WHEN_USED, 'node-global.ts')],
  define: {
    global: 'nodeGlobal',
    Headers: 'nodeGlobal.Headers',
    Request: 'nodeGlobal.Request',
    Response: 'nodeGlobal.Response',
    'globalThis.Headers': 'nodeGlobal.Headers',
    'globalThis.Request': 'nodeGlobal.Request',
    'globalThis.Response': 'nodeGlobal.Response',
    // Of Node's fetch as well; the adapter has one of its own where there is none.
    'globalThis.CloseEvent': 'undefined',
  },
}
