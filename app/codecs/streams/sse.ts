import { GatewayError } from '../../errors.ts'

/** One frame with data alone. `json` holds no line break. */
export function sseData(json: string): string {
  return `data: ${json}\n\n`
}

/** One named frame. Neither `event` nor `json` holds a line break. */
export function sseEvent(event: string, json: string): string {
  return `${sseEventHead(event)}${json}\n\n`
}

/** What stands before the data of a named frame. */
export function sseEventHead(event: string): string {
  return `event: ${event}\ndata: `
}

/** A frame every reader skips; it keeps a connection open. */
export function sseComment(text: string): string {
  return `: ${text}\n\n`
}

/** One event as the sender meant it; several data lines are joined by a line feed. */
export interface SseEvent {
  event?: string
  data: string
  id?: string
}

/** Bytes of one network read in, the events that are now whole out. */
interface SseReader {
  /** Throws `upstream` when one event passes 24 MB. */
  read(bytes: Uint8Array): SseEvent[]
  /** The upstream closed. Gives the event that lacks its blank line, which some servers leave out at the end. */
  end(): SseEvent[]
}

const LONGEST = 24 * 1024 * 1024
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const SPACE = 32
const BYTE_ORDER_MARK = 0xfeff

/**
 * Reads `text/event-stream` cut at any byte, as the HTML standard parses it
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html): CR, LF and CRLF, a leading BOM,
 * comments. Events without a data line are left out.
 */
export function createSseReader(): SseReader {
  // One at the very start is left out below: cut in its middle, Node's decoder leaves out a second one as well.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const event = createEventBuilder()
  let hasBegun = false
  let unfinished = ''
  let endedInReturn = false

  function readText(text: string, events: SseEvent[]): void {
    let at = 0
    // Only the new text is searched for a line end, so that one long line costs no more than its length.
    for (let stop = text.indexOf('\n'); stop !== -1; stop = text.indexOf('\n', at)) {
      const line = text.slice(at, stop)
      event.line(unfinished === '' ? line : unfinished + line, events)
      unfinished = ''
      at = stop + 1
    }
    if (at < text.length) unfinished += at === 0 ? text : text.slice(at)
    if (unfinished.length + event.size() > LONGEST) {
      throw new GatewayError('upstream', 'The answer arrived damaged. Retry the request.', {
        cause: new Error(`an SSE event of more than ${LONGEST} characters`),
      })
    }
  }

  function withoutMark(text: string): string {
    if (hasBegun || text === '') return text
    hasBegun = true
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text
  }

  /** CR and CRLF become LF; a CRLF may be cut between two reads. */
  function withLineFeeds(text: string): string {
    if (text === '') return text
    const rest = endedInReturn && text.charCodeAt(0) === LINE_FEED ? text.slice(1) : text
    endedInReturn = text.charCodeAt(text.length - 1) === CARRIAGE_RETURN
    return rest.includes('\r') ? rest.replace(/\r\n?/g, '\n') : rest
  }

  return {
    read(bytes) {
      const events: SseEvent[] = []
      readText(withLineFeeds(withoutMark(decoder.decode(bytes, { stream: true }))), events)
      return events
    },
    end() {
      const events: SseEvent[] = []
      readText(`${withLineFeeds(withoutMark(decoder.decode()))}\n\n`, events)
      return events
    },
  }
}

/** Collects the lines of one event; a blank line gives it out. */
function createEventBuilder() {
  let data: string | undefined
  let name: string | undefined
  let id: string | undefined

  function finish(events: SseEvent[]): void {
    if (data !== undefined) {
      const done: SseEvent = { data }
      if (name) done.event = name
      if (id !== undefined) done.id = id
      events.push(done)
    }
    data = name = id = undefined
  }

  return {
    size: () => data?.length ?? 0,
    line(line: string, events: SseEvent[]): void {
      if (line === '') {
        finish(events)
        return
      }
      const colon = line.indexOf(':')
      if (colon === 0) return
      const field = colon === -1 ? line : line.slice(0, colon)
      const value = colon === -1 ? '' : valueAfter(line, colon)
      if (field === 'data') data = data === undefined ? value : `${data}\n${value}`
      if (field === 'event') name = value
      if (field === 'id' && !value.includes('\0')) id = value
    },
  }
}

function valueAfter(line: string, colon: number): string {
  return line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1)
}
