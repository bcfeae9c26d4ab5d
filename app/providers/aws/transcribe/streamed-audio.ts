import { concatenated } from '../../../codecs/bytes/byte-pieces.ts'
import { readWavHeader, type WavHeader } from '../../../codecs/sound/wav.ts'

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>

/** A recording in a form that streams take (Smithy model, MediaEncoding). */
export interface StreamedAudio {
  encoding: 'pcm' | 'flac' | 'ogg-opus'
  sampleRate: number
  /** What follows, without what stood before the samples. */
  pieces(): AsyncGenerator<Uint8Array>
  /** Seconds of one piece; undefined where pieces have no fixed length. */
  pieceSeconds?: number
}

type Opened =
  | { streams: StreamedAudio }
  /** It must go another way, with all its bytes. */
  | { audio: Bytes }

/** Enough of the front to find the samples of a WAV file behind its other chunks. */
const FRONT = 64 * 1024
/** Seconds of a piece: AWS recommends 50 to 200 ms. */
const PIECE_SECONDS = 0.1
/** Bytes of a piece of what is encoded. */
const ENCODED_PIECE = 4096

/** Looks at the front of a recording and says whether Transcribe can be streamed it. The stream is read once. */
export async function openStreamedAudio(audio: Bytes, mediaType: string): Promise<Opened> {
  const reader = audio.getReader()
  const front: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  while (size < FRONT) {
    const { done, value } = await reader.read()
    if (done) break
    front.push(value)
    size += value.length
  }
  const head = concatenated(front)
  const whole = () => rejoined(head, reader)
  if (mediaType === 'audio/wav') {
    const wav = readWavHeader(head)
    return wav && isPlain(wav) ? { streams: streamedWav(head, reader, wav) } : { audio: whole() }
  }
  if (mediaType === 'audio/flac') {
    const sampleRate = flacRate(head)
    if (sampleRate === undefined) return { audio: whole() }
    return { streams: { encoding: 'flac', sampleRate, pieces: () => inPieces(whole()) } }
  }
  if (mediaType === 'audio/opus') {
    return {
      streams: { encoding: 'ogg-opus', sampleRate: 48_000, pieces: () => inPieces(whole()) },
    }
  }
  return { audio: whole() }
}

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>

function rejoined(head: Uint8Array<ArrayBuffer>, reader: Reader): Bytes {
  let first: Uint8Array<ArrayBuffer> | undefined = head
  return new ReadableStream(
    {
      async pull(controller) {
        const given = first
        first = undefined
        if (given?.length) return controller.enqueue(given)
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** Samples as Transcribe streams them: 16 bits, of one channel or of two that are made one. */
const isPlain = ({ format, bitsPerSample, channels, sampleRate }: WavHeader) =>
  format === 'pcm' &&
  bitsPerSample === 16 &&
  (channels === 1 || channels === 2) &&
  sampleRate >= 8000 &&
  sampleRate <= 48_000

function streamedWav(head: Uint8Array<ArrayBuffer>, reader: Reader, wav: WavHeader): StreamedAudio {
  const { sampleRate, channels, dataStart } = wav
  // Where the header does not know, it counts to the end of what it was shown.
  const isUnknown = head.length >= FRONT && dataStart + wav.dataLength === head.length
  const most = isUnknown ? Number.POSITIVE_INFINITY : wav.dataLength
  const size = Math.round(sampleRate * PIECE_SECONDS) * 2 * channels
  return {
    encoding: 'pcm',
    sampleRate,
    pieceSeconds: PIECE_SECONDS,
    async *pieces() {
      const body = rejoined(head.slice(dataStart), reader)
      for await (const piece of inPieces(body, size, most))
        yield channels === 1 ? piece : asOne(piece)
    },
  }
}

/** Both channels of samples of 16 bits as one. */
function asOne(piece: Uint8Array): Uint8Array {
  const count = piece.length >> 2
  const from = new DataView(piece.buffer, piece.byteOffset, piece.byteLength)
  const mono = new Uint8Array(count * 2)
  const to = new DataView(mono.buffer)
  for (let at = 0; at < count; at += 1) {
    const sum = from.getInt16(at * 4, true) + from.getInt16(at * 4 + 2, true)
    to.setInt16(at * 2, sum >> 1, true)
  }
  return mono
}

async function* inPieces(
  body: Bytes,
  size = ENCODED_PIECE,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  let held: Uint8Array = new Uint8Array(0)
  let left = most
  try {
    while (left > 0) {
      const { done, value } = await reader.read()
      if (done) break
      held = concatenated([held, value.subarray(0, Math.min(value.length, left))])
      left -= value.length
      for (; held.length >= size; held = held.subarray(size)) yield held.subarray(0, size)
    }
    if (held.length > 0) yield held
  } finally {
    reader.cancel().catch(() => {})
  }
}

/** Samples a second from the first block of FLAC's metadata (https://xiph.org/flac/format.html). */
function flacRate(head: Uint8Array): number | undefined {
  if (head.length < 42 || String.fromCharCode(...head.subarray(0, 4)) !== 'fLaC') return undefined
  const rate = (head[18]! << 12) | (head[19]! << 4) | (head[20]! >> 4)
  return rate >= 8000 && rate <= 48_000 ? rate : undefined
}
