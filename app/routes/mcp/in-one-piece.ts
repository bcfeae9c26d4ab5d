interface Asked {
  params?: { _meta?: { progressToken?: unknown } }
}

/** Whether anything may come before the answers. */
export const hearsProgress = (body: unknown): boolean =>
  ([body].flat() as (Asked | null)[]).some(
    (asked) => asked?.params?._meta?.progressToken !== undefined,
  )

/**
 * The answers of a stream as JSON, a list where a list was asked. The SDK streams whatever it answers in older
 * revisions of the protocol, but clients take no event of any size: Python's none of more than 1 MiB (`mcp` 2.3),
 * which pictures and sound have. What takes long is a stream all the same: who is in between ends connections that are
 * silent for a minute, so the signs of life become blanks, which may stand in front of JSON.
 */
export async function inOnePiece(
  events: ReadableStream<Uint8Array>,
  isList: boolean,
): Promise<string | ReadableStream<Uint8Array>> {
  const reader = events.getReader()
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let text = ''
  /** Undefined at a sign of life. */
  const read = async (): Promise<string | undefined> => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return answersIn(text, isList)
      const more = decoder.decode(value, { stream: true })
      text += more
      if (more.startsWith(':')) return undefined
    }
  }
  const early = await read()
  if (early !== undefined) return early
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(BLANK)),
    async pull(controller) {
      const answers = await read()
      controller.enqueue(encoder.encode(answers ?? BLANK))
      if (answers !== undefined) controller.close()
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

const BLANK = '\n'
const DATA = 'data: {'

function answersIn(text: string, isList: boolean): string {
  const lines = text.split('\n').filter((line) => line.startsWith(DATA))
  const answers = lines.map((line) => line.slice(5).trim())
  return isList ? `[${answers}]` : (answers.at(-1) ?? '')
}
