/** Kilobits a second by index, from 1 on: version 1 by layer, then both others of layer I and of the rest. */
const BITRATES: readonly (readonly number[])[] = [
  [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
]
const RATES = [44_100, 48_000, 32_000]
const TAG_HEAD = 10

interface Frame {
  /** Bytes. */
  length: number
  seconds: number
}

/** Seconds of MP3 (ISO/IEC 11172-3, 13818-3) by its frames; of a front that is cut, as long as it goes on like it. */
export function secondsOfMpeg(bytes: Uint8Array, size: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = tagLength(bytes)
  let seconds = 0
  const first = frameAt(view, start)
  // A frame of nothing but facts about the others is not heard.
  let at =
    first && isFacts(bytes.subarray(start, start + first.length)) ? start + first.length : start
  for (let frame = frameAt(view, at); frame; frame = frameAt(view, at)) {
    seconds += frame.seconds
    at += frame.length
  }
  if (seconds === 0) return undefined
  return size > bytes.length ? (seconds * (size - start)) / (at - start) : seconds
}

const isFacts = (frame: Uint8Array) =>
  /Xing|Info|VBRI/.test(String.fromCharCode(...frame.subarray(0, 64)))

/** ID3v2 stands before the sound; its length has seven bits a byte. */
function tagLength(bytes: Uint8Array): number {
  if (bytes.length < TAG_HEAD || bytes[0] !== 0x49 || bytes[1] !== 0x44 || bytes[2] !== 0x33)
    return 0
  return TAG_HEAD + [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (bytes[at]! & 0x7f), 0)
}

function frameAt(view: DataView, at: number): Frame | undefined {
  if (at + 4 > view.byteLength) return undefined
  const head = view.getUint32(at)
  const version = (head >>> 19) & 3
  const layer = 4 - ((head >>> 17) & 3)
  const rateOf = RATES[(head >>> 10) & 3]
  const index = (head >>> 12) & 15
  if (head >>> 21 !== 0x7ff || version === 1 || layer === 4 || rateOf === undefined)
    return undefined
  const isFirst = version === 3
  const kilobits = BITRATES[isFirst ? layer - 1 : layer === 1 ? 3 : 4]![index - 1]
  if (kilobits === undefined) return undefined
  const rate = rateOf / (isFirst ? 1 : version === 2 ? 2 : 4)
  const samples = layer === 1 ? 384 : layer === 3 && !isFirst ? 576 : 1152
  const padding = (head >>> 9) & 1
  const length =
    layer === 1
      ? (Math.floor((12_000 * kilobits) / rate) + padding) * 4
      : Math.floor((samples * 125 * kilobits) / rate) + padding
  return { length, seconds: samples / rate }
}
