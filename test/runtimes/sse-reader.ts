/** Reads server-sent events of a fetched answer as they come. */
interface SseReader {
  response: Response
  /** The events' data up to and including the first that holds `text`, or all of them. */
  until(text?: string): Promise<string[]>
}

export async function openSse(url: string, init: RequestInit): Promise<SseReader> {
  const response = await fetch(url, init)
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  return {
    response,
    async until(text) {
      const events: string[] = []
      for (;;) {
        let end = rest.indexOf('\n\n')
        while (end >= 0) {
          const data = rest.slice(0, end).replace(/^data: /, '')
          rest = rest.slice(end + 2)
          if (!data.startsWith(':')) events.push(data)
          if (text !== undefined && data.includes(text)) return events
          end = rest.indexOf('\n\n')
        }
        const { done, value } = await reader.read()
        if (done) return events
        rest += value
      }
    },
  }
}

/** The text of chat completion chunks. */
export function textOfChunks(events: string[]): string {
  return events
    .filter((data) => data.startsWith('{'))
    .map((data) => JSON.parse(data).choices?.[0]?.delta?.content ?? '')
    .join('')
}
