/** One HTTP/1.1 answer, whole. */
interface RawAnswer {
  status: number
  body: Buffer
  keepAlive: boolean
}

/** Reads one answer at a time off a socket; there is never more than one request on its way. */
export interface AnswerReader {
  /** The answer, once its last byte is in. */
  push(bytes: Buffer): RawAnswer | undefined
  /** The connection was closed: the answer, if closing is how it ends. */
  close(): RawAnswer | undefined
  /** Whether part of an answer is in. */
  begun(): boolean
}

/** `onBody` hears of every piece of the body as it comes. */
export function answerReader(onBody: (bytes: Buffer) => void): AnswerReader {
  let rest: Buffer | undefined
  let head: { status: number; length: number; chunked: boolean; keepAlive: boolean } | undefined
  let parts: Buffer[] = []
  let received = 0
  /** Bytes still to come of the present chunk, the line break behind it included. */
  let due = 0

  const keep = (bytes: Buffer) => {
    if (bytes.length === 0) return
    parts.push(bytes)
    received += bytes.length
    onBody(bytes)
  }
  const finish = (): RawAnswer | undefined => {
    if (!head) return undefined
    const only = parts.length === 1 ? parts[0] : undefined
    const answer = {
      status: head.status,
      body: only ?? Buffer.concat(parts),
      keepAlive: head.keepAlive,
    }
    head = undefined
    parts = []
    received = 0
    due = 0
    rest = undefined
    return answer
  }
  const readChunks = (bytes: Buffer): RawAnswer | undefined => {
    let at = 0
    while (at < bytes.length) {
      if (due > 0) {
        const size = Math.min(due, bytes.length - at)
        keep(bytes.subarray(at, at + Math.min(size, Math.max(0, due - 2))))
        at += size
        due -= size
        continue
      }
      const lineEnd = bytes.indexOf('\r\n', at)
      if (lineEnd < 0) break
      const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
      if (size === 0) {
        if (bytes.length < lineEnd + 4) break
        return finish()
      }
      due = size + 2
      at = lineEnd + 2
    }
    rest = at < bytes.length ? bytes.subarray(at) : undefined
    return undefined
  }

  return {
    push(data) {
      let bytes = rest ? Buffer.concat([rest, data]) : data
      rest = undefined
      if (!head) {
        const end = bytes.indexOf('\r\n\r\n')
        if (end < 0) {
          rest = bytes
          return undefined
        }
        head = readHead(bytes.toString('latin1', 0, end))
        bytes = bytes.subarray(end + 4)
      }
      if (head.chunked) return readChunks(bytes)
      keep(bytes)
      return head.length >= 0 && received >= head.length ? finish() : undefined
    },
    close: () => (head && !head.chunked && head.length < 0 ? finish() : undefined),
    begun: () => head !== undefined || rest !== undefined,
  }
}

function readHead(text: string) {
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)
  return {
    status: Number(text.slice(9, 12)),
    length: length ? Number(length[1]) : -1,
    chunked: !length && /\r\ntransfer-encoding: *chunked/i.test(text),
    keepAlive: !/\r\nconnection: *close/i.test(text),
  }
}
