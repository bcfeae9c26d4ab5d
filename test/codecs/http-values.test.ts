import { describe, expect, it } from 'vitest'
import { rangeOf } from '../../app/codecs/bytes/byte-range.ts'
import { attachmentNamed } from '../../app/codecs/multipart/content-disposition.ts'

describe('a Range header', () => {
  it.each([
    ['bytes=0-4', { first: 0, last: 4 }],
    ['bytes=5-', { first: 5, last: 9 }],
    ['bytes=-3', { first: 7, last: 9 }],
    ['bytes=-30', { first: 0, last: 9 }],
    ['BYTES = 2 - 40', { first: 2, last: 9 }],
    ['bytes=9-9', { first: 9, last: 9 }],
    ['bytes=10-', 'none'],
    ['bytes=-0', 'none'],
    ['bytes=4-2', undefined],
    ['bytes=0-1,3-4', undefined],
    ['lines=0-1', undefined],
    ['bytes=-', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j of ten bytes is %j', (header, expected) => {
    expect(rangeOf(header, 10)).toEqual(expected)
  })

  it('finds nothing in nothing', () => {
    expect(rangeOf('bytes=0-', 0)).toBe('none')
  })
})

describe('the name of a download', () => {
  it.each([
    ['report.pdf', 'attachment; filename="report.pdf"'],
    ['a "b".txt', `attachment; filename="a _b_.txt"; filename*=UTF-8''a%20%22b%22.txt`],
    ['naïve.txt', `attachment; filename="na_ve.txt"; filename*=UTF-8''na%C3%AFve.txt`],
    ["it's(1)*.txt", 'attachment; filename="it\'s(1)*.txt"'],
    ['100%.txt', `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`],
    [
      'x\r\nset-cookie: a',
      `attachment; filename="x__set-cookie: a"; filename*=UTF-8''x%0D%0Aset-cookie%3A%20a`,
    ],
    ["é'", `attachment; filename="_'"; filename*=UTF-8''%C3%A9%27`],
  ])('%j is %s', (name, header) => {
    expect(attachmentNamed(name)).toBe(header)
    expect(new Headers({ a: attachmentNamed(name) }).get('a')).toBe(header)
  })
})
