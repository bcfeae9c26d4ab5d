import type { WriteOut } from './line-log.ts'

declare const Deno: { stdout: { writable: WritableStream<Uint8Array> } }

/** Writes to stdout behind the event loop: as Node's stream does it in Deno, a reader who has stopped stops the server. */
export function createDenoWriteOut(): WriteOut {
  const writer = Deno.stdout.writable.getWriter()
  const encoder = new TextEncoder()
  return (text, done) => void writer.write(encoder.encode(text)).then(done, done)
}
