import { describe, expect, it } from 'vitest'
import { sourceTrees, type TreeNode } from './source-trees.ts'

/** A type whose keys may be any text. */
const OF_WORDS = /^:\s*(Readonly<|Partial<)*Record<string\b/

describe('tables of words', () => {
  it('are asked by `entryOf`, which knows no word that is not in them', () => {
    const offences = sourceTrees(['app'], (text) => /: .*Record<string/.test(text)).flatMap(
      (source) => {
        const tables = new Set<string>()
        const found: string[] = []
        source.walk((node) => {
          if (node.type === 'VariableDeclarator') {
            const { id, init } = node as TreeNode & { id: TreeNode; init: TreeNode | null }
            const type = id['typeAnnotation'] as TreeNode | null | undefined
            const said = type ? source.text.slice(type.start, type.end) : ''
            const isTable =
              init?.type === 'ObjectExpression' && /^[A-Z][A-Z_]+$/.test(String(id['name']))
            if (isTable && OF_WORDS.test(said)) tables.add(String(id['name']))
          }
          if (node.type !== 'MemberExpression' || !node['computed']) return
          const { object, property } = node as TreeNode & { object: TreeNode; property: TreeNode }
          const name = String(object['name'])
          if (object.type !== 'Identifier' || !tables.has(name) || property.type === 'Literal')
            return
          const word = source.text.slice(property.start, property.end)
          if (source.text.includes(`Object.hasOwn(${name}, ${word})`)) return
          if (isWritten(source.text, node)) return
          found.push(`${source.placeOf(node)} ${source.text.slice(node.start, node.end)}`)
        })
        return found
      },
    )
    expect(offences).toEqual([])
  })
})

/** Whether something is put there. */
const isWritten = (text: string, { end }: TreeNode) =>
  /^\s*([-+|&]?=|\+\+|--)(?!=)/.test(text.slice(end, end + 8))
