import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { secondsOfSound } from '../../app/codecs/sound/sound-length.ts'
import { wavHeader } from '../../app/codecs/sound/wav.ts'
import { joined } from '../fakes/bytes.ts'
import { silentMp3, toneWav } from '../fakes/recordings-of-speech.ts'
import { sharedRoot } from '../fakes/shared.ts'

const seconds = (mediaType: string, bytes: Uint8Array, size = bytes.length) =>
  secondsOfSound({ mediaType, bytes, size })

describe('how long a recording is', () => {
  it('is told by the samples of WAV, as far as they are there', () => {
    const tone = toneWav(2)
    expect(seconds('audio/wav', tone)).toBe(2)
    expect(seconds('audio/wav', tone.slice(0, 1000), tone.length)).toBe(2)
    expect(seconds('audio/wav', tone.slice(0, tone.length / 2 + 22))).toBe(1)
  })

  it('is told by the size of WAV whose header knows nothing', () => {
    const open = joined([wavHeader({ sampleRate: 8000 }), new Uint8Array(16_000)])
    expect(seconds('audio/wav', open)).toBe(1)
    expect(seconds('audio/wav', open, 44 + 32_000)).toBe(2)
  })

  it('is told by the frames of MP3, or by those of its front', () => {
    const mp3 = joined(Array.from({ length: 5 }, silentMp3))
    expect(seconds('audio/mpeg', mp3)).toBe(2.612)
    expect(seconds('audio/mpeg', mp3.slice(0, 4170), mp3.length)).toBe(2.612)
  })

  it('is not told by a WAV whose bytes take no time', () => {
    const still = toneWav(1)
    still.fill(0, 28, 32)
    expect(seconds('audio/wav', still)).toBeUndefined()
  })

  it.each<[string, number[], number, number | undefined]>([
    ['in 32 bits', [0, 0, 0, 1000, 2500], 0, 2.5],
    ['in 64 bits', [1 << 24, 0, 0, 0, 0, 1000, 0, 2500], 0, 2.5],
    ['behind a box of 64 bits', [0, 0, 0, 1000, 2500], 24, 2.5],
    ['nowhere', [0, 0, 0, 48_000, 0xffff_ffff], 0, undefined],
    ['nowhere, in 64 bits', [1 << 24, 0, 0, 0, 0, 48_000, 0xffff_ffff, 0xffff_ffff], 0, undefined],
    ['in no time', [0, 0, 0, 0, 2500], 0, undefined],
  ])('is told by the head of a film %s', (_, head, before, told) => {
    const words = (values: number[]) => {
      const view = new DataView(new ArrayBuffer(values.length * 4))
      for (const [at, value] of values.entries()) view.setUint32(at * 4, value)
      return new Uint8Array(view.buffer)
    }
    const name = (text: string) => new DataView(new TextEncoder().encode(text).buffer).getUint32(0)
    const free = before ? [1, name('free'), 0, before, 0, 0] : []
    const content = [...head, ...Array<number>(20).fill(0)]
    const length = 8 + content.length * 4
    const film = words([...free, length + 8, name('moov'), length, name('mvhd'), ...content])
    expect(secondsOfSound({ mediaType: 'video/mp4', bytes: film, size: 1_000_000 })).toBe(told)
  })

  it.each([
    'audio/wav',
    'audio/flac',
    'audio/mpeg',
    'audio/ogg',
    'audio/opus',
    'audio/mp4',
    'toString',
  ])('is not known of %s that is none, or is cut', (type) => {
    for (const text of [
      '',
      'x',
      'RIFF',
      'fLaC',
      'OggS OpusHead',
      'ID3',
      '\0\0\0\x08moov\0\0\0\x08mvhd',
    ]) {
      for (const length of [0, 20, 200, 5000]) {
        const bytes = joined([new TextEncoder().encode(text), new Uint8Array(length)])
        expect(seconds(type, bytes)).toBeUndefined()
      }
    }
  })
})

const root = sharedRoot()
if (!root) console.info('Lengths of files: skipped, for the shared media are not here.')

describe.skipIf(!root)('the lengths of files', () => {
  it.each([
    ['speech-en.wav', 'audio/wav', 7.59],
    ['speech-en.flac', 'audio/flac', 7.59],
    ['speech-en.mp3', 'audio/mpeg', 7.668],
    ['speech-en.ogg', 'audio/ogg', 7.59],
    ['speech-en.opus', 'audio/opus', 7.59],
    ['speech-en.m4a', 'audio/mp4', 7.59],
    ['video-1s.mp4', 'video/mp4', 1],
    ['silence-1s.wav', 'audio/wav', 1],
  ])('of %s', (name, type, length) => {
    const bytes = new Uint8Array(readFileSync(join(root!, 'fixtures-media', name)))
    expect(Math.abs(seconds(type, bytes)! - length)).toBeLessThan(0.03)
  })
})
