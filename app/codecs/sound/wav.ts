/** What the header of a WAV file says. */
export interface WavHeader {
  /** Of the samples: `pcm`, `float`, or the number of another coding. */
  format: 'pcm' | 'float' | number
  channels: number
  /** Samples a second. */
  sampleRate: number
  bitsPerSample: number
  /** Where the samples are, in bytes. */
  dataStart: number
  dataLength: number
  seconds: number
}

const FORMATS: Readonly<Record<number, WavHeader['format']>> = { 1: 'pcm', 3: 'float' }
/** The real coding then stands in the extension of the format chunk. */
const EXTENSIBLE = 0xfffe
const UNKNOWN_LENGTH = 0xffffffff
const HEADER = 44

/**
 * Reads the header of a WAV file, of which the front is enough; undefined when it is none. A data chunk
 * of unknown length, as streaming writers leave it, reaches to the end of `bytes`.
 */
export function readWavHeader(bytes: Uint8Array): WavHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 12 || nameAt(view, 0) !== 'RIFF' || nameAt(view, 8) !== 'WAVE')
    return undefined
  let format: ReturnType<typeof readFormat> | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = nameAt(view, at)
    const length = view.getUint32(at + 4, true)
    const start = at + 8
    if (name === 'fmt ' && start + 16 <= bytes.length) format = readFormat(view, start, length)
    if (name === 'data') {
      if (!format) return undefined
      const { bytesPerSecond, ...known } = format
      const unknown = length === UNKNOWN_LENGTH || (length === 0 && start < bytes.length)
      const dataLength = unknown ? bytes.length - start : length
      return { ...known, dataStart: start, dataLength, seconds: dataLength / bytesPerSecond }
    }
    // Chunks are padded to even lengths.
    at = start + length + (length & 1)
  }
  return undefined
}

function readFormat(view: DataView, start: number, length: number) {
  const code = view.getUint16(start, true)
  const real =
    code === EXTENSIBLE && length >= 26 && start + 26 <= view.byteLength
      ? view.getUint16(start + 24, true)
      : code
  return {
    format: FORMATS[real] ?? real,
    channels: view.getUint16(start + 2, true),
    sampleRate: view.getUint32(start + 4, true),
    bytesPerSecond: view.getUint32(start + 8, true),
    bitsPerSample: view.getUint16(start + 14, true),
  }
}

function nameAt(view: DataView, at: number): string {
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, 4))
}

/**
 * The 44 bytes before little-endian 16-bit samples of one channel, in a stream whose end nobody knows yet:
 * its lengths say so.
 */
export function wavHeader({ sampleRate }: { sampleRate: number }): Uint8Array {
  const header = new Uint8Array(HEADER)
  const view = new DataView(header.buffer)
  header.set(new TextEncoder().encode('RIFF____WAVEfmt '))
  view.setUint32(4, UNKNOWN_LENGTH, true)
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  header.set(new TextEncoder().encode('data'), 36)
  view.setUint32(40, UNKNOWN_LENGTH, true)
  return header
}
