import { wavHeader } from '../../app/codecs/sound/wav.ts'

/** A whole WAV file around little-endian 16-bit samples. */
export function writeWav(
  samples: Uint8Array,
  { sampleRate, channels = 1 }: { sampleRate: number; channels?: number },
): Uint8Array<ArrayBuffer> {
  const header = wavHeader({ sampleRate })
  const file = new Uint8Array(header.length + samples.length)
  file.set(header)
  file.set(samples, header.length)
  const view = new DataView(file.buffer)
  view.setUint32(4, file.length - 8, true)
  view.setUint16(22, channels, true)
  view.setUint32(28, sampleRate * channels * 2, true)
  view.setUint16(32, channels * 2, true)
  view.setUint32(40, samples.length, true)
  return file
}

/** A tone as 16-bit samples in a WAV file. */
export function toneWav(seconds = 0.5, sampleRate = 16_000, channels = 1): Uint8Array<ArrayBuffer> {
  const samples = new Int16Array(Math.round(seconds * sampleRate) * channels)
  for (let at = 0; at < samples.length; at += 1) {
    samples[at] = 8000 * Math.sin((2 * Math.PI * 440 * Math.floor(at / channels)) / sampleRate)
  }
  return writeWav(new Uint8Array(samples.buffer), { sampleRate, channels })
}

/** Frames of silence in MP3 (MPEG 1, layer III, 128 kbit/s, 44.1 kHz), which is what their headers say. */
export function silentMp3(frames = 20): Uint8Array<ArrayBuffer> {
  const length = 417
  const bytes = new Uint8Array(length * frames)
  for (let at = 0; at < bytes.length; at += length) bytes.set([0xff, 0xfb, 0x90, 0x44], at)
  return bytes
}

export const fileOf = (bytes: Uint8Array<ArrayBuffer>, name: string, type = '') =>
  new File([bytes], name, { type })
