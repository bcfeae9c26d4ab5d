import type { AudioEncoding, EncodedFormat } from '../app/ports/audio-encoding.ts'

type Library = typeof import('mediabunny')

/** Bits a second of what loses some, for speech of one voice. */
const BITRATE = 64_000

/** How each format is written so that what has been written never changes. */
const FORMATS = {
  mp3: async ({ Mp3OutputFormat }: Library) => {
    const { registerMp3Encoder } = await import('@mediabunny/mp3-encoder')
    registerMp3Encoder()
    return new Mp3OutputFormat({ xingHeader: false })
  },
  aac: async ({ AdtsOutputFormat }: Library) => {
    const { registerAacEncoder } = await import('@mediabunny/aac-encoder')
    registerAacEncoder()
    return new AdtsOutputFormat()
  },
  flac: async ({ FlacOutputFormat }: Library) => {
    const { registerFlacEncoder } = await import('@mediabunny/flac-encoder')
    registerFlacEncoder()
    return new FlacOutputFormat({ appendOnly: true })
  },
} satisfies Record<EncodedFormat, (library: Library) => Promise<unknown>>

/** LAME, libFLAC and FFmpeg's AAC in WebAssembly (mediabunny), each in a thread of its own while it works. */
export const audioEncoding: AudioEncoding = {
  formats: ['mp3', 'flac', 'aac'],
  encode(samples, options) {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    run(samples, writable.getWriter(), options).catch(() => {})
    return readable
  },
}

type Options = Parameters<AudioEncoding['encode']>[1]

async function run(
  samples: ReadableStream<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  { format, sampleRate }: Options,
): Promise<void> {
  const reader = samples.getReader()
  let output: InstanceType<Library['Output']> | undefined
  try {
    const library = await import('mediabunny')
    const target = new library.StreamTarget(
      new WritableStream({ write: ({ data }) => writer.write(data) }),
    )
    output = new library.Output({ format: await FORMATS[format](library), target })
    const source = new library.AudioSampleSource({
      codec: format,
      ...(format !== 'flac' && { bitrate: BITRATE }),
    })
    output.addAudioTrack(source)
    await output.start()
    let heard = 0
    let odd: Uint8Array = new Uint8Array(0)
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      const whole = joined(odd, value)
      const count = whole.length >> 1
      odd = whole.slice(count * 2)
      if (count === 0) continue
      const sample = new library.AudioSample({
        data: whole.slice(0, count * 2),
        format: 's16',
        numberOfChannels: 1,
        sampleRate,
        timestamp: heard / sampleRate,
      })
      heard += count
      await source.add(sample)
      sample.close()
    }
    await output.finalize()
    await writer.close()
  } catch (thrown) {
    // Whoever reads hears why; whoever speaks is told to stop.
    reader.cancel(thrown).catch(() => {})
    writer.abort(thrown).catch(() => {})
    await output?.cancel().catch(() => {})
  }
}

function joined(front: Uint8Array, back: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(front.length + back.length)
  whole.set(front)
  whole.set(back, front.length)
  return whole
}
