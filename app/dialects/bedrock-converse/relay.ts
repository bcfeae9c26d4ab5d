import { textOfBytes } from '../../codecs/bytes/byte-text.ts'

const LENGTH = 4

/** Keeps the bytes of a stream until their frames are whole. */
interface FrameRelay {
  add(bytes: Uint8Array): void
  /** The bytes of so many frames, one character each, taken out. */
  take(frames: number): string
}

/** What goes on to a caller of the same dialect, frame by frame: of a frame only its length is read here. */
export function createFrameRelay(): FrameRelay {
  let held = new Uint8Array(0)
  return {
    add(bytes) {
      const all = new Uint8Array(held.length + bytes.length)
      all.set(held)
      all.set(bytes, held.length)
      held = all
    },
    take(frames) {
      const view = new DataView(held.buffer, held.byteOffset, held.byteLength)
      let at = 0
      for (let count = 0; count < frames && held.length - at >= LENGTH; count++) {
        at += view.getUint32(at)
      }
      const text = textOfBytes(held.subarray(0, at))
      held = held.slice(at)
      return text
    },
  }
}
