import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'vitest/node'

/** A node of a source's syntax tree. */
export interface TreeNode {
  type: string
  start: number
  end: number
  [member: string]: unknown
}

interface SourceTree {
  path: string
  text: string
  /** Calls `see` for every node, the outer ones first. */
  walk(see: (node: TreeNode) => void): void
  /** `app/errors.ts:12`. */
  placeOf(node: TreeNode): string
}

/** The code below some folders, as the compiler reads it. `wanted` looks at the text first, for parsing takes time. */
export function sourceTrees(
  folders: readonly string[],
  wanted: (text: string) => boolean = () => true,
): SourceTree[] {
  const paths = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/\.(generated|d)\.ts$/.test(name))
      .map((name) => join(folder, name)),
  )
  return paths
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
    .filter(({ text }) => wanted(text))
    .map(({ path, text }) => {
      const tree = parseAst(text, { lang: 'ts' }) as unknown as TreeNode
      return {
        path,
        text,
        walk: (see) => walk(tree, see),
        placeOf: ({ start }) => `${path}:${text.slice(0, start).split('\n').length}`,
      }
    })
}

function walk(value: unknown, see: (node: TreeNode) => void): void {
  if (Array.isArray(value)) {
    for (const one of value) walk(one, see)
    return
  }
  if (typeof value !== 'object' || value === null) return
  if ('type' in value && typeof value.type === 'string') see(value as TreeNode)
  for (const member of Object.values(value)) walk(member, see)
}
