import { describe, expect, it } from 'vitest'
import { createResampler } from '../../app/codecs/sound/resample.ts'

const tone = (hertz: number, rate: number, seconds: number) => {
  const samples = new Int16Array(rate * seconds)
  for (let at = 0; at < samples.length; at += 1) {
    samples[at] = Math.round(10_000 * Math.sin((2 * Math.PI * hertz * at) / rate))
  }
  return new Uint8Array(samples.buffer)
}

/** All of it, cut into pieces of this many bytes. */
function resampled(bytes: Uint8Array, [from, to]: [number, number], cut: number): Int16Array {
  const { write, end } = createResampler(from, to)
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += cut) pieces.push(write(bytes.subarray(at, at + cut)))
  const whole = Buffer.concat([...pieces, end()])
  return new Int16Array(whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length))
}

describe('another number of samples a second', () => {
  it('keeps a tone what it is, as long as it was', () => {
    const out = resampled(tone(1000, 16_000, 1), [16_000, 24_000], 3200)
    const ideal = new Int16Array(tone(1000, 24_000, 1).buffer)
    expect(out.length).toBe(24_000)
    const faults = out.slice(100, -100).map((sample, at) => Math.abs(sample - ideal[at + 100]!))
    expect(Math.max(...faults)).toBeLessThanOrEqual(2)
  })

  it('is the same wherever the bytes are cut', () => {
    const bytes = tone(440, 16_000, 0.1)
    const whole = resampled(bytes, [16_000, 24_000], bytes.length)
    for (const cut of [1, 7, 333]) {
      expect(resampled(bytes, [16_000, 24_000], cut)).toEqual(whole)
    }
  })

  it('goes down as well, and loses what would not fit', () => {
    const out = resampled(tone(3500, 24_000, 0.5), [24_000, 8000], 1000)
    expect(out.length).toBe(4000)
    const high = resampled(tone(10_000, 24_000, 0.5), [24_000, 8000], 1000)
    expect(Math.max(...high.slice(100, -100).map(Math.abs))).toBeLessThan(30)
  })
})
