import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sourceTrees } from './source-trees.ts'

interface Literal {
  place: string
  source: string
  flags: string
}

/** Characters of an attack. Time that grows with their square shows at this length, time that does not is lost in it. */
const LENGTH = 2_000
/** Milliseconds that any of our expressions may look at so many characters. */
const MOST = 0.6

/** Expressions whose time does grow so, and why that does no harm. */
const OUT_OF_REACH: Readonly<Record<string, string>> = {
  'app/codecs/media/sniff-container.ts /PK.*$/': 'sees 200 characters',
  'app/dialects/bedrock-converse/document-names.ts /^[-\\s]+|[-\\s]+$/g': 'sees 200 characters',
  'app/library/data/prices.ts /^( *)(\\S+) ?(.*)$/': 'reads our own table',
  'app/providers/aws/endpoints.ts /\\/+$/': 'reads the configuration',
  'app/providers/aws/s3/client.ts /\\/+$/': 'reads the configuration',
  'app/providers/aws/bedrock/embeddings/job.ts /\\/+$/': 'reads the configuration',
  'app/providers/openai/upstreams.ts /\\/+$/': 'reads the configuration',
  'app/providers/embedded/facts.ts /(^|[.!?:\\n]\\s*)$/u': 'sees 4 characters',
  'app/providers/embedded/facts.ts /(\\s(is|was|are|be|of|to|at|on|by|as|named|called|equals))?[\\s=:"\'“`(]+$/u':
    'sees 40 characters',
  'app/routes/mcp/tool-request.ts /\\{(.+?)\\}/g': 'reads our own paths',
  'app/providers/aws/polly/spoken-text.ts /\\n[^\\S\\n]*\\n\\s*(?=\\S)/g':
    'sees 3,000 characters at a time',
  'app/providers/aws/polly/spoken-text.ts /\\n\\s*(?=\\S)/g': 'sees 3,000 characters at a time',
  'app/providers/aws/polly/spoken-text.ts /\\s+(?=\\S)/g': 'sees 3,000 characters at a time',
  'app/providers/aws/transcribe/spoken-items.ts /(\\d+)$/': 'reads labels of Transcribe',
  'runtimes/calling/shared-profile.ts /^\\[\\s*(?:(profile|services)\\s+)?["\']?([^"\'\\]]*?)["\']?\\s*\\]/':
    "reads the operator's own file",
}

const literals: Literal[] = sourceTrees(['app', 'runtimes']).flatMap((source) => {
  const found: Literal[] = []
  source.walk((node) => {
    const regex = node['regex'] as { pattern: string; flags: string } | undefined
    if (node.type !== 'Literal' || !regex) return
    // Without a repetition that has no end there is nothing to draw out.
    if (!/[*+]|\{\d+,\}/.test(regex.pattern)) return
    found.push({ place: source.placeOf(node), source: regex.pattern, flags: regex.flags })
  })
  return found
})

describe('regular expressions', () => {
  it('are found', () => {
    expect(literals.length).toBeGreaterThan(100)
  })

  it('take no more time for a text than it is long', () => {
    const slow = literals.flatMap((literal) => {
      if (Object.hasOwn(OUT_OF_REACH, nameOf(literal))) return []
      const attack = slowest(literal)
      return attack ? [`${literal.place} ${nameOf(literal)}: ${attack}`] : []
    })
    expect(slow).toEqual([])
  })

  it('are left out by names that still stand for one', () => {
    const names = new Set(literals.map(nameOf))
    expect(Object.keys(OUT_OF_REACH).filter((name) => !names.has(name))).toEqual([])
  })
})

const nameOf = ({ place, source, flags }: Literal) =>
  `${place.replace(/:\d+$/, '')} /${source}/${flags}`

/** The attack that takes longest, where it takes too long. */
function slowest({ source, flags }: Literal): string | undefined {
  const expression = new RegExp(source, flags.replace(/[gy]/g, ''))
  for (const { name, text } of attacksOn(source)) {
    if (fastest(expression, text) > MOST) return name
  }
  return undefined
}

/** Of four times, so that a pause of the machine is no fault of the expression. */
function fastest(expression: RegExp, text: string): number {
  let best = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 4 && best > MOST; turn++) {
    const startedAt = performance.now()
    expression.test(text)
    best = Math.min(best, performance.now() - startedAt)
  }
  return best
}

/** What no expression here takes, so that every way of matching what stands before it is tried. */
const ENDINGS = ['\u0001', '\n', '']

function attacksOn(source: string): { name: string; text: string }[] {
  const atoms = atomsOf(source)
  const attacks: { name: string; text: string }[] = []
  const pumps = new Set([
    ...atoms,
    ...atoms.flatMap((one) => atoms.slice(0, 4).map((two) => one + two)),
  ])
  const prefixes = new Set(['', ...samplesOf(source).flatMap((sample) => prefixesOf(sample))])
  for (const pump of pumps) {
    const body = pump.repeat(Math.ceil(LENGTH / pump.length))
    for (const ending of ENDINGS) {
      attacks.push({ name: JSON.stringify(`${pump}...${ending}`), text: body + ending })
    }
  }
  for (const prefix of prefixes) {
    for (const pump of new Set([
      ...prefix.slice(-3),
      prefix.slice(-2),
      prefix,
      ...atoms.slice(0, 4),
    ])) {
      if (pump === '') continue
      const text = `${prefix}${pump.repeat(Math.ceil(LENGTH / pump.length))}\u0001`
      attacks.push({ name: JSON.stringify(`${prefix}(${pump})...`), text })
    }
  }
  return attacks
}

/** Characters an expression speaks of: those it names, and one of each class. */
function atomsOf(source: string): string[] {
  const named = source.replace(/\\[wdsbBDWS]|\\[pPux][{\w]*\}?|[\\^$.*+?()[\]{}|]/g, '')
  const classes: [string, string][] = [
    ['\\w', 'a'],
    ['\\d', '0'],
    ['\\s', ' '],
    ['\\S', 'a'],
    ['.', 'a'],
    ['[^', 'a'],
    ['\\n', '\n'],
    ['\\r', '\r'],
    ['a-z', 'a'],
    ['A-Z', 'A'],
    ['0-9', '0'],
  ]
  const drawn = classes.filter(([mark]) => source.includes(mark)).map(([, letter]) => letter)
  return [...new Set([...drawn, ...named])].slice(0, 10)
}

function samplesOf(source: string): string[] {
  try {
    return fc.sample(fc.stringMatching(new RegExp(source)), { numRuns: 2, seed: 1 })
  } catch {
    // What the library cannot read is attacked by its characters alone.
    return []
  }
}

const prefixesOf = (sample: string) =>
  Array.from({ length: Math.min(5, sample.length) }, (_, at) => sample.slice(0, at + 1))
