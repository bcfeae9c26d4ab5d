import fc, { type Arbitrary } from 'fast-check'
import { resolved, type Schema } from './document.ts'
import { type Making, SMALL_PICTURES, valuesOf } from './values.ts'

/** One part of a form as it will stand on the wire; absent members are left out. */
interface FormPart {
  name?: string
  filename?: string
  type?: string
  /** Further header lines, as they are. */
  lines: readonly string[]
  content: Uint8Array
}

/** How the wire departs from what it should be. */
interface Wire {
  boundary: string
  /** What the content type says; the boundary in it is a `*`. */
  contentType: string
  lineEnd: '\r\n' | '\n'
  preamble: string
  ending: string
  /** How much of the body is sent, of 1. */
  sent: number
  /** Where a byte is changed, of 1; absent for nowhere. */
  flipped?: number
}

const encoder = new TextEncoder()
const bytes = (text: string) => encoder.encode(text)

const PNG = Uint8Array.from(
  atob(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  ),
  (letter) => letter.charCodeAt(0),
)
/** A tenth of a second of silence. */
const WAV = wav(1600)
const CONTENTS = [
  PNG,
  WAV,
  bytes('Some words.'),
  bytes('{"custom_id":"a"}\n'),
  bytes('%PDF-1.4\n'),
  new Uint8Array(),
  PNG.slice(0, 20),
  WAV.slice(0, 30),
  Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0xff, 0xff),
  new Uint8Array(70_000),
]
const FILENAMES = [
  'a.txt',
  'a.png',
  'a.wav',
  '',
  '../../etc/passwd',
  'a\\..\\b.txt',
  'a%0D%0Ax-injected: yes.txt',
  'a";x="b.txt',
  'nul\0.txt',
  '\u202egnp.exe',
  '\u{1f600}.txt',
  'CON',
  `${'a'.repeat(3000)}.txt`,
]
const TYPES = [
  'text/plain',
  'image/png',
  'audio/wav',
  'application/octet-stream',
  'text/html',
  '',
  'nonsense',
  'multipart/form-data; boundary=inner',
  `a/${'b'.repeat(500)}`,
]
const LINES = [
  'Content-Transfer-Encoding: base64',
  'no colon at all',
  ': no name',
  'Content-Disposition: form-data; name="twice"',
  `X-Long: ${'x'.repeat(17_000)}`,
  ' folded',
  'Content-Length: 3',
]
const BOUNDARIES = [
  'b',
  '----WebKitFormBoundaryabcdef',
  'a'.repeat(70),
  'a'.repeat(201),
  "'()+_,-./:=?",
  '.*+?^$()|[]\\',
  ' ',
  '--',
]
const CONTENT_TYPES = [
  'multipart/form-data; boundary=*',
  'multipart/form-data; boundary="*"',
  'Multipart/Form-Data;BOUNDARY="*";charset=utf-8',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary=another',
  'multipart/form-data; boundary=*; boundary=second',
  'multipart/mixed; boundary=*',
  'application/json',
]

/** The form a route asks for, with a file wherever the schema has one. */
export function formsOf(schema: Schema, making: Making): Arbitrary<FormPart[]> {
  const { properties = {}, required = [] } = resolved(schema) as {
    properties?: Record<string, Schema>
    required?: string[]
  }
  const parts = Object.entries(properties).map(([name, member]) => {
    const part = partOf(name, member, making)
    return required.includes(name) || name in SMALL_PICTURES
      ? part.map((one) => [one])
      : fc.array(part, { maxLength: 1 })
  })
  return fc.tuple(...parts).map((found) => found.flat())
}

function partOf(name: string, schema: Schema, making: Making): Arbitrary<FormPart> {
  if (isFile(resolved(schema))) {
    return fc.record({
      name: fc.constant(name),
      filename: fc.constantFrom(...FILENAMES),
      type: fc.constantFrom(...TYPES),
      lines: fc.constant([]),
      content: fc.constantFrom(...CONTENTS),
    })
  }
  const value = making.known[name] ?? valuesOf(schema, making, 2)
  return value.map((one) => ({ name, lines: [], content: bytes(fieldText(one)) }))
}

const fieldText = (value: unknown) =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)

const isFile = (schema: Schema): boolean =>
  schema['format'] === 'binary' ||
  [schema['anyOf'], schema['oneOf'], schema['items']]
    .flatMap((found) => (found ?? []) as Schema | Schema[])
    .some((one) => isFile(resolved(one as Schema)))

interface FormChange {
  kind: 'drop' | 'double' | 'rename' | 'nameless' | 'file' | 'field' | 'lines' | 'content' | 'many'
  at: number
  choice: number
}

export const formChanges: Arbitrary<FormChange[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...([
        'drop',
        'double',
        'rename',
        'nameless',
        'file',
        'field',
        'lines',
        'content',
        'many',
      ] as const),
    ),
    at: fc.nat({ max: 99 }),
    choice: fc.nat({ max: 0xffff }),
  }),
  { maxLength: 3 },
)

/** The parts with the changes made. */
export function changed(parts: readonly FormPart[], changes: readonly FormChange[]): FormPart[] {
  let all = [...parts]
  for (const { kind, at, choice } of changes) {
    if (all.length === 0) return all
    const index = at % all.length
    const part = all[index]!
    const pick = <T>(options: readonly T[]): T => options[choice % options.length]!
    const put = (...others: FormPart[]) => void all.splice(index, 1, ...others)
    const { filename: _, type: __, ...field } = part
    const { name: ___, ...nameless } = part
    if (kind === 'drop') put()
    if (kind === 'double') put(part, part)
    if (kind === 'rename')
      put({ ...part, name: pick(['', 'x', '__proto__', 'file[]', 'a"b', 'é']) })
    if (kind === 'nameless') put(nameless)
    if (kind === 'file') put({ ...part, filename: pick(FILENAMES), type: pick(TYPES) })
    if (kind === 'field') put(field)
    if (kind === 'lines') put({ ...part, lines: [pick(LINES)] })
    if (kind === 'content') put({ ...part, content: pick(CONTENTS) })
    if (kind === 'many') all = Array.from({ length: 120 }, (_, one) => all[one % all.length]!)
  }
  return all
}

export const PLAIN: Wire = {
  boundary: 'boundary',
  contentType: CONTENT_TYPES[0]!,
  lineEnd: '\r\n',
  preamble: '',
  ending: '--\r\n',
  sent: 1,
}

/** Half of them as they should be, for what a good wire brings deserves looking at as well. */
export const wires: Arbitrary<Wire> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(PLAIN) },
  {
    weight: 3,
    arbitrary: fc
      .record(
        {
          boundary: fc.constantFrom(...BOUNDARIES),
          contentType: fc.constantFrom(...CONTENT_TYPES),
          lineEnd: fc.constantFrom('\r\n' as const, '\n' as const),
          preamble: fc.constantFrom('preamble', '\r\n', '--boundary', 'x'.repeat(5000)),
          ending: fc.constantFrom('', '-', '--', '--epilogue', '\r\n', '--\r\n--boundary--\r\n'),
          sent: fc.double({ min: 0, max: 1, noNaN: true }),
          flipped: fc.double({ min: 0, max: 1, noNaN: true }),
        },
        { requiredKeys: [] },
      )
      .map((odd) => ({ ...PLAIN, ...odd })),
  },
)

/** The body as it goes out. */
export function formBody(parts: readonly FormPart[], wire: Wire): Uint8Array<ArrayBuffer> {
  const { boundary, lineEnd, preamble, ending } = wire
  const pieces: Uint8Array[] = [bytes(preamble)]
  for (const part of parts) {
    const head = [`--${boundary}`, ...headersOf(part), '', ''].join(lineEnd)
    pieces.push(bytes(head), part.content, bytes(lineEnd))
  }
  pieces.push(bytes(`--${boundary}${ending}`))
  const whole = Uint8Array.from(Buffer.concat(pieces))
  const sent = whole.subarray(0, Math.round(whole.length * wire.sent))
  const at = wire.flipped === undefined ? -1 : Math.floor(sent.length * wire.flipped)
  if (at >= 0 && at < sent.length) sent[at]! ^= 0x41
  return sent
}

export const contentTypeOf = ({ contentType, boundary }: Wire): string =>
  contentType.replace('*', () => boundary)

function headersOf({ name, filename, type, lines }: FormPart): string[] {
  const disposition = [
    'form-data',
    ...(name === undefined ? [] : [`name="${name}"`]),
    ...(filename === undefined ? [] : [`filename="${filename}"`]),
  ].join('; ')
  return [
    `Content-Disposition: ${disposition}`,
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
    ...lines,
  ]
}

function wav(samples: number): Uint8Array {
  const file = new Uint8Array(44 + samples * 2)
  const view = new DataView(file.buffer)
  const put = (at: number, text: string) => file.set(bytes(text), at)
  put(0, 'RIFF')
  view.setUint32(4, file.length - 8, true)
  put(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, 16_000, true)
  view.setUint32(28, 32_000, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  put(36, 'data')
  view.setUint32(40, samples * 2, true)
  return file
}
