import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  boundaryOf,
  createMultipartParser,
  type FormEvent,
} from '../../app/codecs/multipart/multipart.ts'
import type { PartHeaders } from '../../app/codecs/multipart/multipart-headers.ts'
import { cutAt, joined } from '../fakes/bytes.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const BOUNDARY = 'X-boundary'

interface Read {
  parts: { headers: PartHeaders; text: string }[]
  ended: boolean
}

/** Reads a form that comes in these pieces, whose memory is overwritten as soon as they are read. */
function read(pieces: Uint8Array[]): Read {
  const parser = createMultipartParser(BOUNDARY)
  const found: Read = { parts: [], ended: false }
  let content: Uint8Array[] = []
  const take = (event: FormEvent) => {
    if (event.type === 'part') {
      content = []
      found.parts.push({ headers: event.headers, text: '' })
    }
    if (event.type === 'bytes') {
      content.push(new Uint8Array(event.bytes))
      event.bytes.fill(63)
    }
    if (event.type === 'part-end')
      found.parts.at(-1)!.text = Buffer.from(joined(content)).toString('latin1')
    if (event.type === 'end') found.ended = true
  }
  for (const piece of pieces) {
    parser.write(Buffer.from(piece))
    for (let event = parser.next(); event; event = parser.next()) take(event)
  }
  return found
}

const form = bytesOf(
  [
    'something before\r\n--X-boundary\r\n',
    'Content-Disposition: form-data; name="file"; filename="a b.txt"\r\nContent-Type: text/plain\r\n\r\n',
    'one\r\n--X-boundar no, \r\n--X-boundarx\r\n\r\n',
    '\r\n--X-boundary  \t\r\ncontent-disposition:form-data;name=purpose\r\n\r\n',
    '\r\n--X-boundary\r\n\r\nno headers',
    '\r\n--X-boundary--\r\nsomething behind \r\n--X-boundary\r\n',
  ].join(''),
)
const expected: Read = {
  parts: [
    {
      headers: { name: 'file', filename: 'a b.txt', contentType: 'text/plain' },
      text: 'one\r\n--X-boundar no, \r\n--X-boundarx\r\n\r\n',
    },
    { headers: { name: 'purpose' }, text: '' },
    { headers: { name: '' }, text: 'no headers' },
  ],
  ended: true,
}

describe('a form', () => {
  it('is read whole', () => {
    expect(read([form])).toEqual(expected)
  })

  it('is read the same cut at any place, and byte by byte', () => {
    for (let at = 0; at <= form.length; at++) expect(read(cutAt(form, [at]))).toEqual(expected)
    expect(read(cutAt(form, [...form.keys()]))).toEqual(expected)
  })

  it('gives back any bytes, cut anywhere', () => {
    const hard = fc.array(
      fc.constantFrom('\r', '\n', '-', 'X', '-boundary', '\r\n--X-bo', 'é', 'a'),
      {
        maxLength: 60,
      },
    )
    fc.assert(
      fc.property(hard, fc.array(fc.nat(400), { maxLength: 8 }), (letters, cuts) => {
        const content = letters.join('')
        if (`\r\n${content}\r\n--X-boundary`.indexOf('\r\n--X-boundary') !== content.length + 2)
          return
        const whole = bytesOf(`--X-boundary\r\n\r\n${content}\r\n--X-boundary--`)
        const places = cuts.map((cut) => Math.min(cut, whole.length))
        expect(Buffer.from(read(cutAt(whole, places)).parts[0]!.text, 'latin1').toString()).toBe(
          content,
        )
      }),
    )
  })

  it('does not count as ended without its last boundary', () => {
    expect(read([form.subarray(0, Buffer.from(form).indexOf('--X-boundary--') + 13)]).ended).toBe(
      false,
    )
  })

  it.each([
    ['text behind a boundary', '--X-boundary nonsense\r\n\r\n'],
    ['headers without end', `--X-boundary\r\nA: ${'a'.repeat(20_000)}`],
    ['a very long header', `--X-boundary\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`],
  ])('is refused for %s', (_, text) => {
    expect(() => read([bytesOf(text)])).toThrow('The form cannot be read')
  })
})

describe('the headers of a part', () => {
  const named = (disposition: string) =>
    read([
      bytesOf(
        `--X-boundary\r\nContent-Disposition: form-data; name="f"; ${disposition}\r\n\r\n\r\n--X-boundary--`,
      ),
    ]).parts[0]!.headers.filename

  it.each([
    ['filename="plain.txt"', 'plain.txt'],
    ['filename=bare.txt', 'bare.txt'],
    ['filename=""', ''],
    ['filename="日本 é.txt"', '日本 é.txt'],
    ['filename="a%22b.txt"', 'a"b.txt'],
    ['filename="a\\"b.txt"', 'a"b.txt'],
    ['filename="a; filename=b"', 'a; filename=b'],
    ['filename="100%.txt"', '100%.txt'],
    ['filename="a%0D%0Ab"', 'a\r\nb'],
    ['filename*=UTF-8\'\'na%C3%AFve.txt; filename="naive.txt"', 'naïve.txt'],
    ['filename="x"; filename*=utf-8\'en\'%ZZ', 'x'],
    ['size=3', undefined],
  ])('%s names %j', (disposition, name) => {
    expect(named(disposition)).toBe(name)
  })
})

describe('a content type', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;charset=utf-8; Boundary="a b:c"', 'a b:c'],
    ['application/json', undefined],
    ['multipart/form-dataX; boundary=a', undefined],
    [undefined, undefined],
  ])('%j has the boundary %j', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary)
  })

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'a'.repeat(300)}`,
    'multipart/form-data; boundary=é',
  ])('that is %j is refused', (type) => expect(() => boundaryOf(type)).toThrow('names no boundary'))
})
