import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

interface Source {
  path: string
  text: string
  /** Without comments. */
  code: string
  lines: number
  /** Repository paths for relative imports, package names for others. */
  imports: string[]
}

const sources = ['app', 'runtimes', 'openapi', 'pages'].flatMap(sourcesBelow)
const app = sources.filter((source) => source.path.startsWith('app/'))

/** Layers from top to bottom; a file may import its own layer and every one below. */
const LAYERS = [
  ['runtimes', 'openapi'],
  ['app/open-app.ts'],
  ['app/app.ts'],
  ['app/services.ts'],
  ['app/routes'],
  ['app/http'],
  ['app/gateway'],
  ['app/library', 'app/providers'],
  ['app/dialects', 'app/ports'],
  ['app/conversation', 'app/codecs', 'app/errors.ts', 'app/config.ts', 'app/config'],
]

describe('the laws of the house', () => {
  it('finds the house', () => {
    expect(app.length).toBeGreaterThan(20)
  })

  it('keeps runtime words out of app/', () => {
    const offences = app.flatMap((source) =>
      [
        ...source.imports.filter((name) => /^(node:|bun|deno|cloudflare:)/.test(name)),
        ...(/\bprocess\.(env|on|exit|std)|\bBuffer\.|\brequire\(/.test(source.text)
          ? ['global']
          : []),
      ].map((word) => `${source.path}: ${word}`),
    )
    expect(offences).toEqual([])
  })

  it('lets arrows only go down', () => {
    const offences = pairs().filter(
      ([from, to]) => layerOf(to) < layerOf(from) && !isTypeOnly(from, to),
    )
    expect(offences.map(([from, to]) => `${from} -> ${to}`)).toEqual([])
  })

  it('has no circles', () => {
    expect(circles()).toEqual([])
  })

  it('keeps providers and named dialects out of gateway, library and http', () => {
    const offences = pairs().filter(
      ([from, to]) =>
        /^app\/(gateway|library|http)\//.test(from) &&
        (to.startsWith('app/providers/') || /^app\/dialects\/[^/]+\//.test(to)),
    )
    expect(offences).toEqual([])
  })

  it('keeps providers away from gateway, library, http and routes', () => {
    const offences = pairs().filter(
      ([from, to]) =>
        from.startsWith('app/providers/') && /^app\/(gateway|library|http|routes)\//.test(to),
    )
    expect(offences).toEqual([])
  })

  it('lets a dialect know only the waist, codecs, errors and shared leaves', () => {
    const offences = pairs().filter(([from, to]) => {
      const own = /^app\/dialects\/[^/]+\//.exec(from)?.[0]
      if (!own || to.startsWith(own)) return false
      if (/^app\/(conversation|codecs)\//.test(to) || to === 'app/errors.ts') return false
      if (/^app\/dialects\/[^/]+\.ts$/.test(to) && to !== 'app/dialects/index.ts') return false
      return !(to.startsWith('app/ports/') && isTypeOnly(from, to))
    })
    expect(offences).toEqual([])
  })

  it('keeps vendor words out of ports and conversation conditions', () => {
    const offences = sources.filter(
      (source) =>
        /^app\/(gateway|http|conversation|ports)\//.test(source.path) &&
        /===? '(anthropic|claude|amazon|nova|openai|mistral|llama|cohere)[^']*'/i.test(source.text),
    )
    expect(offences.map((source) => source.path)).toEqual([])
  })

  it('keeps files inside their budget', () => {
    const long = [...sources].filter(({ path, lines }) => {
      if (path.endsWith('.generated.ts')) return false
      return lines > (path.endsWith('wire.ts') ? 450 : 300)
    })
    expect(long.map(({ path, lines }) => `${path} ${lines}`)).toEqual([])
  })

  it('keeps test files inside theirs', () => {
    const long = sourcesBelow('test').filter(({ lines }) => lines > 500)
    expect(long.map(({ path, lines }) => `${path} ${lines}`)).toEqual([])
  })

  it('exports nothing that no other file needs', () => {
    const others = [...sources, ...['bench', 'deploy', 'test'].flatMap(sourcesBelow)]
    const offences = sources.filter(isInner).flatMap((source) => {
      const readers = others.filter(({ imports }) => imports.includes(source.path))
      const words = new Set(readers.flatMap(({ code }) => code.match(/\w+/g) ?? []))
      const names = source.code.matchAll(/^export (?:async )?(?:\w+\*?) (\w+)/gm)
      return [...names].flatMap(([, name]) => (words.has(name!) ? [] : `${source.path}: ${name}`))
    })
    expect(offences).toEqual([])
  })

  it('has no way around the types', () => {
    const offences = app.filter((source) =>
      /:\s*any\b|<any>|as any\b|as unknown as|@ts-(ignore|expect-error|nocheck)/.test(source.code),
    )
    expect(offences.map((source) => source.path)).toEqual([])
  })

  it('calls no file after nothing', () => {
    const offences = sources.filter((source) =>
      /(^|\/)(utils?|helpers?|types|common|misc)(\.ts|\/)/.test(source.path),
    )
    expect(offences.map((source) => source.path)).toEqual([])
  })
})

function sourcesBelow(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = join(folder, name)
      const text = readFileSync(join(root, path), 'utf8')
      const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
      return {
        path,
        text,
        code,
        lines: text.split('\n').length - 1,
        imports: importsOf(path, text),
      }
    })
}

function importsOf(path: string, text: string): string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)
  return [...found].map(([, name]) =>
    name!.startsWith('.') ? relative(root, resolve(root, dirname(path), name!)) : name!,
  )
}

function pairs(): [string, string][] {
  const known = new Set(sources.map((source) => source.path))
  return sources.flatMap((source) =>
    source.imports
      .filter((name) => known.has(name))
      .map((name) => [source.path, name] as [string, string]),
  )
}

function layerOf(path: string): number {
  return LAYERS.findIndex((places) =>
    places.some((place) => path === place || path.startsWith(`${place}/`)),
  )
}

function isTypeOnly(from: string, to: string): boolean {
  const source = sources.find((one) => one.path === from)!
  const name = to.split('/').at(-1)!.replaceAll('.', '\\.')
  const statements = [...source.text.matchAll(/^import\s[^;]*?from '([^']+)'/gms)]
  const ours = statements.filter((statement) => new RegExp(`/${name}$`).test(statement[1]!))
  return ours.length > 0 && ours.every((statement) => statement[0].startsWith('import type'))
}

/** Neither a contract, which is made for others, nor an entry point of a runtime, nor generated. */
function isInner({ path }: Source): boolean {
  return !/^app\/(ports|conversation)\/|^runtimes\/\w+\.ts$|\.generated\.ts$/.test(path)
}

/** Circles of imports that exist at run time; type-only imports vanish and may look back. */
function circles(): string[] {
  const arrows = new Map<string, string[]>()
  for (const [from, to] of pairs()) {
    if (isTypeOnly(from, to)) continue
    arrows.set(from, [...(arrows.get(from) ?? []), to])
  }
  const found: string[] = []
  const done = new Set<string>()
  const walk = (path: string, trail: string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
      return
    }
    if (done.has(path)) return
    for (const next of arrows.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of arrows.keys()) walk(path, [])
  return found
}
