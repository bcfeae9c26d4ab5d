/** Zero crossings of the filter on each side: enough that what is above the limit of hearing a voice is gone. */
const CROSSINGS = 12

/** Samples in, samples out: signed, 16 bits, little endian, one channel. Pieces may be cut at any byte. */
interface Resampler {
  write(bytes: Uint8Array): Uint8Array
  end(): Uint8Array
}

/**
 * Another number of samples a second by a windowed sinc, one table of weights for each place between two
 * samples. Both numbers of samples are of one second.
 */
export function createResampler(from: number, to: number): Resampler {
  const divisor = gcd(from, to)
  const [up, down] = [to / divisor, from / divisor]
  const weights = weightsOf(up, Math.min(1, to / from))
  const reach = weights[0]!.length / 2
  // The first sample out stands where the first one in stands, so silence goes before it.
  let held: Float32Array = new Float32Array(reach - 1)
  let step = 0
  let odd: number | undefined

  const run = (samples: Float32Array): Uint8Array => {
    const input = new Float32Array(held.length + samples.length)
    input.set(held)
    input.set(samples, held.length)
    const most = Math.max(0, Math.ceil(((input.length - reach * 2 + 1) * up) / down) + 1)
    const output = new Int16Array(most)
    let count = 0
    for (; Math.floor(step / up) + reach * 2 <= input.length; step += down) {
      const start = Math.floor(step / up)
      const table = weights[step % up]!
      let sum = 0
      for (let at = 0; at < table.length; at += 1) sum += input[start + at]! * table[at]!
      output[count] = Math.max(-32768, Math.min(32767, Math.round(sum)))
      count += 1
    }
    const used = Math.min(Math.floor(step / up), input.length)
    held = input.slice(used)
    step -= used * up
    return littleEndian(output.subarray(0, count))
  }
  return {
    write(bytes) {
      const { samples, rest } = samplesOf(bytes, odd)
      odd = rest
      return run(samples)
    },
    end: () => run(new Float32Array(reach)),
  }
}

const gcd = (one: number, other: number): number => (other === 0 ? one : gcd(other, one % other))

/** For each place between two samples the weights of the samples around it; `cutoff` of half the rate. */
function weightsOf(places: number, cutoff: number): Float32Array[] {
  const reach = Math.ceil(CROSSINGS / cutoff)
  return Array.from({ length: places }, (_, place) => {
    const table = new Float32Array(reach * 2)
    let sum = 0
    for (let at = 0; at < table.length; at += 1) {
      const distance = at - (reach - 1) - place / places
      const weight = sinc(distance * cutoff) * window(distance / reach)
      table[at] = weight
      sum += weight
    }
    return table.map((weight) => weight / sum)
  })
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

/** Blackman's. */
const window = (x: number) =>
  Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x)

function samplesOf(bytes: Uint8Array, odd: number | undefined) {
  const lead = odd === undefined ? 0 : 1
  const count = (bytes.length + lead) >> 1
  const samples = new Float32Array(count)
  const byteAt = (at: number) => (at < lead ? odd! : bytes[at - lead]!)
  for (let at = 0; at < count; at += 1) {
    samples[at] = ((byteAt(2 * at) | (byteAt(2 * at + 1) << 8)) << 16) >> 16
  }
  const isCut = (bytes.length + lead) % 2 === 1
  return { samples, rest: isCut ? byteAt(bytes.length + lead - 1) : undefined }
}

function littleEndian(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2)
  const view = new DataView(bytes.buffer)
  for (const [at, sample] of samples.entries()) view.setInt16(at * 2, sample, true)
  return bytes
}
