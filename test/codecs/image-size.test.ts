import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { imageSize } from '../../app/codecs/pictures/image-size.ts'
import { sharedRoot } from '../fakes/shared.ts'

const latin1 = (text: string) => [...text].map((letter) => letter.charCodeAt(0))
const size = (...bytes: number[]) => imageSize(Uint8Array.from(bytes))

const png = [0x89, ...latin1('PNG\r\n'), 0x1a, 10, 0, 0, 0, 13, ...latin1('IHDR')]
const riff = (chunk: string) => [
  ...latin1('RIFF'),
  9,
  9,
  0,
  0,
  ...latin1(`WEBP${chunk}`),
  9,
  0,
  0,
  0,
]

describe('the size of an image', () => {
  it('is read from a PNG', () => {
    expect(size(...png, 0, 0, 2, 128, 0, 1, 0, 1)).toEqual({
      mediaType: 'image/png',
      width: 640,
      height: 65537,
    })
  })

  it('is read from a GIF', () => {
    expect(size(...latin1('GIF89a'), 3, 1, 2, 0)).toEqual({
      mediaType: 'image/gif',
      width: 259,
      height: 2,
    })
  })

  it('is read from a JPEG, behind previews, tables and padding', () => {
    const preview = [0xff, 0xe1, 0, 6, 0xff, 0xc0, 1, 1]
    const table = [0xff, 0xff, 0xc4, 0, 3, 7]
    const frame = [0xff, 0xc2, 0, 17, 8, 0, 64, 1, 0, 3]
    expect(size(0xff, 0xd8, ...preview, ...table, ...frame)).toEqual({
      mediaType: 'image/jpeg',
      width: 256,
      height: 64,
    })
  })

  it('is read from each kind of WebP', () => {
    const lossy = size(...riff('VP8 '), 0, 0, 0, 0x9d, 1, 0x2a, 96, 0x40, 64, 0)
    // 14 bits each of width and height less one: 95 and 63.
    const lossless = size(...riff('VP8L'), 0x2f, 95, 0b11000000, 0b1111, 0)
    const extended = size(...riff('VP8X'), 0, 0, 0, 0, 95, 0, 0, 63, 0, 0)
    const expected = { mediaType: 'image/webp', width: 96, height: 64 }
    expect([lossy, lossless, extended]).toEqual([expected, expected, expected])
  })

  it('is unknown for what is cut off, empty or no image', () => {
    expect(size()).toBeUndefined()
    expect(size(...png, 0, 0, 2)).toBeUndefined()
    expect(size(...png, 0, 0, 0, 0, 0, 0, 0, 0)).toBeUndefined()
    expect(size(0xff, 0xd8, 0xff, 0xe1, 0, 0)).toBeUndefined()
    expect(size(0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 0)).toBeUndefined()
    expect(size(...latin1('BM not an image'))).toBeUndefined()
  })

  it('is read from base64 as from bytes, and needs the whole header', () => {
    const bytes = Uint8Array.from([...png, 0, 0, 2, 128, 0, 0, 1, 1, 251, 255])
    const expected = { mediaType: 'image/png', width: 640, height: 257 }
    for (let length = 0; length <= bytes.length; length += 1) {
      const part = bytes.subarray(0, length)
      const sizes = [imageSize(part), imageSize(Buffer.from(part).toString('base64'))]
      expect(sizes).toEqual(length < 24 ? [undefined, undefined] : [expected, expected])
    }
  })
})

describe.skipIf(!sharedRoot())('the size of real images', () => {
  it('is what their makers wrote', () => {
    const folder = join(sharedRoot() ?? '', 'fixtures-media')
    const names = ['photo.png', 'photo.jpg', 'photo.webp', 'photo.gif', 'text.png']
    const sizes = names
      .filter((name) => existsSync(join(folder, name)))
      .map((name) => imageSize(readFileSync(join(folder, name))))
    expect(sizes.map((one) => `${one?.width}x${one?.height}`)).toEqual([
      '96x64',
      '96x64',
      '96x64',
      '96x64',
      '640x400',
    ])
  })
})
