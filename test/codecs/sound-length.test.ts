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
