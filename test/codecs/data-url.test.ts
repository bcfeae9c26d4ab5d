import { describe, expect, it } from 'vitest'
import { type DataUrl, isDataUrl, parseDataUrl } from '../../app/codecs/media/data-url.ts'
import { GatewayError } from '../../app/errors.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('parseDataUrl', () => {
  const cases: [url: string, found: DataUrl][] = [
    ['data:image/png;base64,AAEC', { mediaType: 'image/png', base64: 'AAEC' }],
    ['data:image/jpg;base64,AAEC', { mediaType: 'image/jpeg', base64: 'AAEC' }],
    ['DATA:Image/PNG;name=a.png;Base64,AAE', { mediaType: 'image/png', base64: 'AAE=' }],
    ['data:;base64,AAEC', { base64: 'AAEC' }],
    ['data:application/octet-stream;base64,AAEC', { base64: 'AAEC' }],
    ['data:image/png;base64,', { mediaType: 'image/png', base64: '' }],
    ['data:image/png;base64, AA\nEC ', { mediaType: 'image/png', base64: 'AAEC' }],
    ['data:image/png;base64,-_8%3D', { mediaType: 'image/png', base64: '+/8=' }],
    [
      'data:text/plain;charset="UTF-8",gr%C3%BC%c3%9f%20Gott',
      { mediaType: 'text/plain', base64: base64('grüß Gott') },
    ],
    [
      'data:image/svg+xml,<svg xmlns="x" width="100%"/>',
      {
        mediaType: 'image/svg+xml',
        base64: base64('<svg xmlns="x" width="100%"/>'),
      },
    ],
    ['data:,a,b', { base64: base64('a,b') }],
  ]

  it.each(cases)('reads %s', (url, found) => {
    expect(parseDataUrl(url)).toEqual(found)
  })

  it.each([
    'data:image/png;base64',
    'data:image/png;base64,AAE!',
    'data:image/png;base64,A',
    'https://example.com/a,b',
    `data:${'x'.repeat(2000)},a`,
  ])('refuses %.40s naming the field', (url) => {
    try {
      parseDataUrl(url, 'messages[0].content[1].image_url.url')
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(GatewayError)
      expect(error).toMatchObject({
        code: 'invalid-request',
        param: 'messages[0].content[1].image_url.url',
      })
    }
  })

  it('knows its own scheme', () => {
    expect(['data:,', 'Data:x', 'https://x', 'dat'].map(isDataUrl)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
