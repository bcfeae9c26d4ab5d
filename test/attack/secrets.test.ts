import { describe, expect, it } from 'vitest'
import { sourceTrees, type TreeNode } from './source-trees.ts'

/** What a secret is called by whoever holds it. */
const SECRET =
  /^(secret|password|passphrase|apiKey|api_key|signature|hmac|mac|digest|hash|hashed|proof|token|bearer|credential|shown|key|formerSecret|expectedSignature)$/i

/** Comparisons of what only sounds like one, and what it is. */
const NO_SECRETS: Readonly<Record<string, string>> = {
  'app/library/files/drawn-images.ts: found?.key !== key': 'where an object lies',
  'app/library/files/sweep.ts: record?.content === content.key': 'where an object lies',
  'app/library/responses/stored-completions.ts: metadata[key] === value': 'a member of a filter',
  'app/providers/embedded/reasoning.ts: signature !== signatureOf(text)':
    'the embedded model marks thoughts, it does not sign them',
  'app/providers/aws/bedrock/control-plane.ts: following === token': 'the next page of a list',
}

const trees = sourceTrees(['app', 'runtimes'])

describe('secrets', () => {
  it('are compared in constant time', () => {
    const found = trees.flatMap((source) => {
      const places: string[] = []
      source.walk((node) => {
        if (node.type !== 'BinaryExpression') return
        const { operator, left, right } = node as TreeNode & Record<string, unknown>
        if (!['===', '!==', '==', '!='].includes(String(operator))) return
        const sides = [left, right] as TreeNode[]
        // What is compared with a word of the code or with nothing at all is asked what it is, not whether it fits.
        if (sides.some(isFixed) || !sides.some((side) => SECRET.test(nameOf(side)))) return
        places.push(`${source.path}: ${source.text.slice(node.start, node.end)}`)
      })
      return places
    })
    expect([...new Set(found)].filter((place) => !Object.hasOwn(NO_SECRETS, place))).toEqual([])
    expect(Object.keys(NO_SECRETS).filter((place) => !found.includes(place))).toEqual([])
  })
})

function isFixed(side: TreeNode): boolean {
  if (side.type === 'Literal' || side.type === 'TemplateLiteral') return true
  if (side.type === 'UnaryExpression') return true
  return (
    side.type === 'Identifier' &&
    (side['name'] === 'undefined' || /^[A-Z_]+$/.test(String(side['name'])))
  )
}

function nameOf(side: TreeNode): string {
  if (side.type === 'Identifier') return String(side['name'])
  if (side.type === 'MemberExpression') return nameOf(side['property'] as TreeNode)
  if (side.type === 'AwaitExpression' || side.type === 'TSNonNullExpression') {
    return nameOf((side['argument'] ?? side['expression']) as TreeNode)
  }
  if (side.type === 'ChainExpression') return nameOf(side['expression'] as TreeNode)
  return ''
}

/** The ways out of the process that are ours to guard, and what each is for. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  'app/providers/aws/refreshing-credentials.ts': 'a function of this name, handed in',
  'runtimes/calling/fetch-transport.ts': 'upstreams of the configuration',
  'runtimes/calling/http2-duplex.ts': 'upstreams of the configuration',
  'runtimes/calling/undici-transport.ts': 'upstreams of the configuration',
  'runtimes/calling/pinned-web-fetch.ts': 'URLs of callers, within the address policy',
  'runtimes/calling/platform-web-fetch.ts': 'the same on Workers',
  'runtimes/serving/serve-http2.ts': 'listens',
}

describe('requests to others', () => {
  it('leave by the doors that are watched', () => {
    const doors = new Set<string>()
    for (const source of trees) {
      source.walk((node) => {
        if (node.type === 'CallExpression') {
          const { callee } = node as TreeNode & { callee: TreeNode }
          if (callee.type === 'Identifier' && callee['name'] === 'fetch') doors.add(source.path)
        }
        if (node.type === 'ImportDeclaration' || node.type === 'ImportExpression') {
          const from = String((node['source'] as TreeNode)['value'])
          const isTypeOnly = node['importKind'] === 'type'
          if (
            !isTypeOnly &&
            /^(node:(https?|http2|net|tls|dgram|dns.*|child_process)|undici.*)$/.test(from)
          )
            doors.add(source.path)
        }
      })
    }
    expect([...doors].sort()).toEqual(Object.keys(WAYS_OUT).sort())
  })
})
