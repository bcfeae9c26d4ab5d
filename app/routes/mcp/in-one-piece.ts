import { EVENTS_TYPE, JSON_TYPE } from './api-document.ts'

interface Asked {
  params?: { _meta?: { progressToken?: unknown } }
}

/** Whether anything may come before the answers. */
export const hearsProgress = (body: unknown): boolean =>
  ([body].flat() as (Asked | null)[]).some(
    (asked) => asked?.params?._meta?.progressToken !== undefined,
  )

/**
 * The answers of a stream as JSON. The SDK streams whatever it answers in older revisions of the protocol, but
 * clients take no event of any size: Python's none of more than 1 MiB (`mcp` 2.3), which pictures and sound have.
 */
export async function inOnePiece(response: Response, body: unknown): Promise<Response> {
  if (!response.headers.get('content-type')?.startsWith(EVENTS_TYPE)) return response
  const lines = (await response.text()).split('\n')
  const answers = lines.filter((line) => line.startsWith(DATA)).map((line) => line.slice(5).trim())
  const headers = new Headers(response.headers)
  headers.set('content-type', JSON_TYPE)
  headers.delete('x-accel-buffering')
  const { status } = response
  return new Response(Array.isArray(body) ? `[${answers}]` : answers.at(-1), { status, headers })
}

const DATA = 'data: {'
