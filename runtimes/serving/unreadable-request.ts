/**
 * The answer to a request whose address nobody can read, so that there is no route to word it. In OpenAI's envelope,
 * as everything that belongs to no surface.
 */
export function unreadableRequest(): Response {
  const error = {
    message: "The address of the request cannot be read: look at its path and its 'Host' header.",
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_url',
  }
  const headers = { 'content-type': 'application/json', 'x-request-id': crypto.randomUUID() }
  return new Response(JSON.stringify({ error }), { status: 400, headers })
}

/** Letters that end a host in a URL, or stand before it. */
const OUTSIDE = /[\s/?#@\\]/

/** Whether the header names a host that a URL can be made of. */
export const isHost = (header: string): boolean =>
  !OUTSIDE.test(header) && URL.canParse(`http://${header}`)
