/** One server-sent event. */
export interface StreamEvent {
  name: string | undefined
  data: string
}

/** Takes text as it comes, cut anywhere, and gives the events that are whole by now. */
export function createEventReader(): (text: string) => StreamEvent[] {
  let rest = ''
  return (text) => {
    const frames = (rest + text).split(/\r?\n\r?\n/)
    rest = frames.pop()!
    return frames.flatMap(eventIn)
  }
}

function eventIn(frame: string): StreamEvent[] {
  let name: string | undefined
  const data: string[] = []
  for (const line of frame.split(/\r?\n/)) {
    const [, field, value = ''] = /^(\w+):? ?(.*)$/.exec(line) ?? []
    if (field === 'event') name = value
    if (field === 'data') data.push(value)
  }
  // What holds no data is a comment that keeps the connection alive.
  return data.length === 0 ? [] : [{ name, data: data.join('\n') }]
}
