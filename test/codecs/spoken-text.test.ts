import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatenated } from '../../app/codecs/bytes/byte-pieces.ts'
import { sniffMediaType } from '../../app/codecs/media/sniff-media.ts'
import { id3Saying, spokenTextIn, wavHeaderSaying } from '../../app/codecs/sound/spoken-text.ts'
import { readWavHeader } from '../../app/codecs/sound/wav.ts'
import { writeWav } from '../fakes/recordings-of-speech.ts'

const withSamples = (front: Uint8Array) => concatenated([front, new Uint8Array(100)])

describe('what a file of our own speech says', () => {
  it('is read back from WAV and MP3, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400, unit: 'grapheme' }), (text) => {
        const said = text.replaceAll('\0', '')
        expect(spokenTextIn(withSamples(wavHeaderSaying(said, 24_000)))).toBe(said)
        expect(spokenTextIn(withSamples(id3Saying(said)))).toBe(said)
      }),
    )
  })

  it('leaves them what they are', () => {
    const wav = withSamples(wavHeaderSaying('odd', 24_000))
    expect(sniffMediaType(wav)).toBe('audio/wav')
    expect(readWavHeader(wav)).toMatchObject({ sampleRate: 24_000, dataLength: 100 })
    expect(sniffMediaType(id3Saying('x'))).toBe('audio/mpeg')
  })

  it('is nothing in files of others', () => {
    expect(spokenTextIn(writeWav(new Uint8Array(10), { sampleRate: 8000 }))).toBeUndefined()
    expect(spokenTextIn(new Uint8Array(3))).toBeUndefined()
    expect(spokenTextIn(new TextEncoder().encode('ID3\x04\0\0\0\0\0\x0aTIT2'))).toBeUndefined()
  })
})
