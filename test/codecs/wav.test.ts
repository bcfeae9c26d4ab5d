import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readWavHeader, wavHeader } from '../../app/codecs/sound/wav.ts'
import { joined } from '../fakes/bytes.ts'
import { writeWav } from '../fakes/recordings-of-speech.ts'
import { sharedRoot } from '../fakes/shared.ts'

const samples = new Uint8Array(3200).map((_, at) => at)
const ascii = (text: string) => new TextEncoder().encode(text)
const little = (value: number, length: number) =>
  Uint8Array.from({ length }, (_, at) => (value / 256 ** at) & 255)

describe('a WAV file', () => {
  it('is read as it was written', () => {
    const file = writeWav(samples, { sampleRate: 16_000 })
    expect(readWavHeader(file)).toEqual({
      format: 'pcm',
      channels: 1,
      sampleRate: 16_000,
      bitsPerSample: 16,
      dataStart: 44,
      dataLength: 3200,
      seconds: 0.1,
    })
    expect(file.subarray(44)).toEqual(samples)
    expect(readWavHeader(file.subarray(0, 44))).toEqual(readWavHeader(file))
    expect(readWavHeader(writeWav(samples, { sampleRate: 8000, channels: 2 }))?.seconds).toBe(0.1)
  })

  it('may be a stream of unknown length', () => {
    const stream = joined([wavHeader({ sampleRate: 16_000 }), samples.subarray(0, 1600)])
    expect(readWavHeader(stream)).toMatchObject({ dataLength: 1600, seconds: 0.05 })
  })

  it('may hold other chunks, odd ones padded, and other codings', () => {
    const file = joined([
      ascii('RIFF\0\0\0\0WAVELIST'),
      little(3, 4),
      ascii('abc\0fmt '),
      little(40, 4),
      little(0xfffe, 2),
      little(1, 2),
      little(48_000, 4),
      little(192_000, 4),
      little(4, 2),
      little(32, 2),
      little(22, 2),
      little(32, 2),
      little(4, 4),
      little(3, 2),
      new Uint8Array(14),
      ascii('data'),
      little(192_000, 4),
    ])
    expect(readWavHeader(file)).toMatchObject({
      format: 'float',
      bitsPerSample: 32,
      dataStart: file.length,
      seconds: 1,
    })
  })

  it.each([
    ['', new Uint8Array(0)],
    ['another RIFF', ascii('RIFF\0\0\0\0AVI LIST')],
    ['no samples', writeWav(samples, { sampleRate: 16_000 }).subarray(0, 40)],
    ['samples before their format', ascii('RIFF\0\0\0\0WAVEdata\0\0\0\0')],
  ])('is none: %s', (_, bytes) => {
    expect(readWavHeader(bytes)).toBeUndefined()
  })

  it.skipIf(!sharedRoot())('is read when other programs wrote it', () => {
    const read = (name: string) =>
      readWavHeader(new Uint8Array(readFileSync(join(sharedRoot() ?? '', 'fixtures-media', name))))
    expect(read('silence-1s.wav')).toMatchObject({ format: 'pcm', channels: 1, seconds: 1 })
    expect(read('speech-en.wav')?.seconds).toBeCloseTo(7.6, 1)
  })
})
