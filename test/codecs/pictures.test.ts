import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../app/codecs/event-stream/crc32.ts'
import { type Content, encodeJson } from '../../app/codecs/json-with-contents.ts'
import { imageHead } from '../../app/codecs/pictures/image-head.ts'
import { readJpeg, writeJpeg } from '../../app/codecs/pictures/jpeg.ts'
import { flattened, hasTransparency } from '../../app/codecs/pictures/pixels.ts'
import { readPng, writePng } from '../../app/codecs/pictures/png.ts'
import { halfClear, pixelsOf, plain } from '../features/image-stage.ts'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)

function chunk(name: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, content.length)
  bytes.set(new TextEncoder().encode(name), 4)
  bytes.set(content, 8)
  view.setUint32(8 + content.length, crc32(view, 4, 8 + content.length))
  return bytes
}

interface Png {
  width: number
  height: number
  depth: number
  type: number
  rows: Uint8Array
  before?: Uint8Array[]
}

function png({ width, height, depth, type, rows, before = [] }: Png): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(13)
  const view = new DataView(head.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  head.set([depth, type, 0, 0, 0], 8)
  const parts = [
    SIGNATURE,
    chunk('IHDR', head),
    ...before,
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array()),
  ]
  return new Uint8Array(Buffer.concat(parts))
}

const dots = async (bytes: Uint8Array<ArrayBuffer>) => Array.from((await readPng(bytes)).rgba)

describe('PNG', () => {
  it('gives back the dots it was given', async () => {
    const pixels = pixelsOf(17, 5, (x, y) => [x * 3, y * 7, x + y, (x * y) % 256])
    expect(await readPng(await writePng(pixels))).toEqual(pixels)
  })

  it('is read in every form of its dots', async () => {
    const bits = png({
      width: 9,
      height: 1,
      depth: 1,
      type: 0,
      rows: Uint8Array.of(0, 0b10000000, 0x80),
    })
    const white = [255, 255, 255, 255]
    const black = [0, 0, 0, 255]
    expect(await dots(bits)).toEqual([...white, ...Array(7).fill(black).flat(), ...white])
    const grey = png({ width: 1, height: 1, depth: 8, type: 4, rows: Uint8Array.of(0, 7, 9) })
    expect(await dots(grey)).toEqual([7, 7, 7, 9])
    const deep = png({
      width: 1,
      height: 1,
      depth: 16,
      type: 2,
      rows: Uint8Array.of(0, 1, 2, 3, 4, 5, 6),
    })
    expect(await dots(deep)).toEqual([1, 3, 5, 255])
    const palette = [
      chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6)),
      chunk('tRNS', Uint8Array.of(8)),
    ]
    const indexed = png({
      width: 2,
      height: 1,
      depth: 8,
      type: 3,
      rows: Uint8Array.of(0, 0, 1),
      before: palette,
    })
    expect(await dots(indexed)).toEqual([1, 2, 3, 8, 4, 5, 6, 255])
    const clear = [chunk('tRNS', Uint8Array.of(0, 7))]
    const keyed = png({
      width: 2,
      height: 1,
      depth: 8,
      type: 0,
      rows: Uint8Array.of(0, 7, 8),
      before: clear,
    })
    expect(await dots(keyed)).toEqual([7, 7, 7, 0, 8, 8, 8, 255])
  })

  it('is not unpacked beyond its size', async () => {
    const bomb = png({
      width: 1,
      height: 1,
      depth: 8,
      type: 0,
      rows: new Uint8Array(64 * 1024 * 1024),
    })
    await expect(readPng(bomb)).rejects.toThrow('more data than its size')
  })

  it('is not unpacked where it only tells about the picture', async () => {
    const profile = new Uint8Array([65, 0, 0, ...deflateSync(new Uint8Array(64 * 1024 * 1024))])
    const told = png({
      width: 1,
      height: 1,
      depth: 8,
      type: 0,
      rows: Uint8Array.of(0, 5),
      before: [chunk('iCCP', profile)],
    })
    expect(await dots(told)).toEqual([5, 5, 5, 255])
  })

  it('may not change its mind about its size', async () => {
    const second = new Uint8Array(13)
    second.set([0, 1, 0, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0])
    const two = png({
      width: 1,
      height: 1,
      depth: 8,
      type: 0,
      rows: Uint8Array.of(0, 5),
      before: [chunk('IHDR', second)],
    })
    await expect(readPng(two)).rejects.toThrow('damaged')
  })

  it('that is damaged is refused, wherever it breaks', async () => {
    const whole = await plain()
    for (const length of [9, 30, 50, whole.length - 20, whole.length - 12]) {
      await expect(readPng(whole.slice(0, length))).rejects.toThrow()
    }
  })
})

describe('dots', () => {
  it('are put on white', async () => {
    const pixels = await readPng(await halfClear(2, 1))
    expect(hasTransparency(pixels)).toBe(true)
    expect(Array.from(flattened(pixels).rgba)).toEqual([255, 255, 255, 255, 200, 30, 60, 255])
  })

  it('make a JPEG and come back nearly as they were', async () => {
    const pixels = pixelsOf(32, 16, () => [200, 30, 60, 255])
    const bytes = await writeJpeg(pixels, 100)
    expect(imageHead(bytes)).toEqual({
      mediaType: 'image/jpeg',
      width: 32,
      height: 16,
      alpha: false,
    })
    const back = await readJpeg(bytes, 1_000_000)
    expect(back.rgba.every((value, at) => Math.abs(value - pixels.rgba[at]!) < 8)).toBe(true)
    expect((await writeJpeg(pixels, 10)).length).toBeLessThan(bytes.length)
    await expect(readJpeg(bytes, 100)).rejects.toThrow()
  })
})

describe('a JSON body with contents', () => {
  const isContent = (value: unknown): value is Content =>
    typeof value === 'object' && value !== null && 'stream' in value

  const content = (bytes: Uint8Array, cut: number): Content => ({
    size: bytes.length,
    async stream() {
      let at = 0
      return new ReadableStream({
        pull(controller) {
          if (at >= bytes.length) return controller.close()
          controller.enqueue(bytes.subarray(at, at + cut))
          at += cut
        },
      })
    },
  })

  it('holds the base64 of each, wherever its stream is cut', async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, at) => (at * 7) % 256)
    for (const cut of [1, 2, 3, 4, 5, 7, 64, 999, 1000]) {
      for (const length of [0, 1, 2, 3, 4, 998, 999, 1000]) {
        const part = bytes.subarray(0, length)
        const value = { a: 'ä"', list: [content(part, cut), { b: content(part, cut) }], n: 1 }
        const text = new TextDecoder().decode(await encodeJson(value, isContent))
        const base64 = Buffer.from(part).toString('base64')
        expect(JSON.parse(text)).toEqual({ a: 'ä"', list: [base64, { b: base64 }], n: 1 })
      }
    }
  })

  it('fails when a content has changed', async () => {
    const changed = { ...content(new Uint8Array(10), 4), size: 9 }
    await expect(encodeJson({ a: changed }, isContent)).rejects.toThrow('size')
    await expect(encodeJson({ a: { ...changed, size: 11 } }, isContent)).rejects.toThrow('size')
  })
})
