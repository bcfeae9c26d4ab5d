import fc, { type Arbitrary } from 'fast-check'

/**
 * JSON as it can be written rather than as it can be thought: members twice, literals that are none, keys
 * that mean something to JavaScript.
 */
type Node =
  | { kind: 'object'; members: [key: string, value: Node][] }
  | { kind: 'array'; items: Node[] }
  | { kind: 'text'; text: string }

function nodeOf(value: unknown): Node {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(nodeOf) }
  if (typeof value === 'object' && value !== null) {
    return {
      kind: 'object',
      members: Object.entries(value).map(([key, one]) => [key, nodeOf(one)]),
    }
  }
  return literal(JSON.stringify(value) ?? 'null')
}

const literal = (text: string): Node => ({ kind: 'text', text })

function written(node: Node): string {
  if (node.kind === 'text') return node.text
  if (node.kind === 'array') return `[${node.items.map(written).join(',')}]`
  const members = node.members.map(([key, value]) => `${JSON.stringify(key)}:${written(value)}`)
  return `{${members.join(',')}}`
}

/** One change: what is done, where (any number, counted round), and which of the kind's choices is taken. */
export interface Mutation {
  kind: Kind
  at: number
  choice: number
}

/** Values that a careless reader trips over. */
const ODD = [
  'null',
  'true',
  '0',
  '-0',
  '-1',
  '1.5',
  '9007199254740993',
  '1e308',
  '1e999',
  '-1e999',
  '1e-400',
  '""',
  '" "',
  '"0"',
  '"null"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u202e\\u2066"',
  '"\\r\\nx-injected: yes"',
  '"../../../etc/passwd"',
  '"%2e%2e%2f%00"',
  '"__proto__"',
  '"constructor"',
  '"data:"',
  '"data:;base64,%%%"',
  '"s3://"',
  '"https://"',
  '"file-id:"',
  '"arn:aws:"',
  '"\\ud83d\\udc68\\u200d\\ud83d\\udc69\\u200d\\ud83d\\udc67"',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '[{}]',
  '{"":null}',
  '{"type":null}',
  '{"type":"nobody-knows"}',
  '{"length":-1}',
  '{"__proto__":{"polluted":true}}',
  '{"toString":null,"valueOf":1,"hasOwnProperty":2}',
]
/** What is no JSON at all. */
const BROKEN = ['NaN', 'Infinity', 'undefined', "'x'", '1,', '/* */1', '01', '"\t"', '', '{', ']']
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  'then',
  '$ref',
]
const LETTERS = ['a', ' ', '\u{1f600}', '<', 'a,', '{"']
const LENGTHS = [1_000, 70_000, 300_000]
const LEVELS = [60, 1_500, 20_000]

type Kind = keyof typeof CHANGES

/** A value inside another, and how it is put in the place of what was there; `undefined` takes it away. */
interface Spot {
  node: Node
  put(node: Node | undefined): void
  rename?(change: (key: string) => string): void
  add?(node: Node, key?: string): void
}

export function mutated(value: unknown, changes: readonly Mutation[]): string {
  const root = { node: nodeOf(value) }
  for (const change of changes) apply(root, change)
  return written(root.node)
}

function apply(root: { node: Node }, { kind, at, choice }: Mutation): void {
  const spots = spotsIn(root)
  const spot = spots[at % spots.length]!
  CHANGES[kind](spot, { spots, choice, pick: (options) => options[choice % options.length]! })
}

interface Choosing {
  spots: readonly Spot[]
  choice: number
  pick<T>(options: readonly T[]): T
}

type Change = (spot: Spot, choosing: Choosing) => void

const putOdd: Change = (spot, { pick }) => spot.put(literal(pick(ODD)))

const CHANGES = {
  drop: (spot) => spot.put(undefined),
  odd: putOdd,
  // Twice, for it finds most.
  odder: putOdd,
  broken: (spot, { pick }) => spot.put(literal(pick(BROKEN))),
  duplicate: (spot, { pick }) => spot.add?.(pick([copied(spot.node), literal(pick(ODD))])),
  rename: (spot, { pick }) =>
    spot.rename?.((key) => pick([`${key}x`, key.toUpperCase(), ` ${key}`, pick(KEYS)])),
  prototype: (spot, { pick }) => spot.put(withMember(spot.node, pick(KEYS), literal(pick(ODD)))),
  enum: ({ node, put }) =>
    put(literal(node.kind === 'text' ? tampered(node.text) : '"nobody-knows"')),
  wrap: ({ node, put }) => put({ kind: 'array', items: [node] }),
  unwrap: ({ node, put }, { pick }) => put(pick([undefined, ...childrenOf(node)].slice(-2))),
  swap: ({ node, put }) => put(swapped(node)),
  deep: (spot, { pick, choice }) => spot.put(literal(deep(pick(LEVELS), choice))),
  long: (spot, { pick }) => spot.put(literal(JSON.stringify(pick(LETTERS).repeat(pick(LENGTHS))))),
  repeat: ({ node, put }) => put(repeated(node)),
  splice: (spot, { spots, pick }) => spot.put(copied(pick(spots).node)),
} satisfies Record<string, Change>

/** As text, so that a value put into itself makes no circle. */
const copied = (node: Node): Node => literal(written(node))

/** Often, unless it is long: then twice. */
function repeated(node: Node): Node {
  const text = written(node)
  const times = text.length > 2_000 ? 2 : 300
  return literal(`[${Array.from({ length: times }, () => text).join(',')}]`)
}

const tampered = (text: string) => (text.startsWith('"') ? `${text.slice(0, -1)}~"` : `"${text}"`)

const childrenOf = (node: Node): Node[] => {
  if (node.kind === 'array') return node.items
  return node.kind === 'object' ? node.members.map(([, value]) => value) : []
}

const withMember = (node: Node, key: string, value: Node): Node =>
  node.kind === 'object' ? { kind: 'object', members: [...node.members, [key, value]] } : value

/** Lists as objects with numbers for keys, objects as lists of what they hold. */
function swapped(node: Node): Node {
  if (node.kind === 'object') return { kind: 'array', items: childrenOf(node) }
  if (node.kind === 'text') return { kind: 'object', members: [['0', node]] }
  return { kind: 'object', members: node.items.map((one, index) => [String(index), one]) }
}

function deep(levels: number, choice: number): string {
  const [open, close] = choice % 2 === 0 ? ['[', ']'] : ['{"a":', '}']
  return `${open.repeat(levels)}1${close.repeat(levels)}`
}

function spotsIn(root: { node: Node }): Spot[] {
  const spots: Spot[] = [
    { node: root.node, put: (node) => void Object.assign(root, { node: node ?? literal('') }) },
  ]
  // The list grows while it is walked: a spliced value may hold itself no more than once.
  for (let at = 0; at < spots.length && at < 400; at++) {
    const { node } = spots[at]!
    if (node.kind === 'array') spots.push(...itemSpots(node.items))
    if (node.kind === 'object') spots.push(...memberSpots(node.members))
  }
  return spots
}

const itemSpots = (items: Node[]): Spot[] =>
  items.map((node, index) => ({
    node,
    put: (other) => void (other ? items.splice(index, 1, other) : items.splice(index, 1)),
    add: (other) => void items.splice(index, 0, other),
  }))

const memberSpots = (members: [string, Node][]): Spot[] =>
  members.map(([key, node], index) => ({
    node,
    put: (other) =>
      void (other ? members.splice(index, 1, [key, other]) : members.splice(index, 1)),
    rename: (change) => void members.splice(index, 1, [change(key), node]),
    add: (other) => void members.push([key, other]),
  }))

export const mutations: Arbitrary<Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...(Object.keys(CHANGES) as Kind[])),
    at: fc.nat({ max: 0xffff }),
    choice: fc.nat({ max: 0xffff }),
  }),
  { maxLength: 4 },
)
