/**
 * The answer to a request that cannot be read (as a rule its address), so that there is no route to word it. In
 * OpenAI's envelope, as everything that belongs to no surface.
 */
export function unreadableRequest(message = NO_ADDRESS): Response {
  const error = {
    message,
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_url',
  }
  const headers = { 'content-type': 'application/json', 'x-request-id': crypto.randomUUID() }
  return new Response(JSON.stringify({ error }), { status: 400, headers })
}

const NO_ADDRESS =
  "The address of the request cannot be read: look at its path and its 'Host' header."

/** Letters that end a host in a URL, or stand before it. */
const OUTSIDE = /[\s/?#@\\]/

/** Whether the header names a host that a URL can be made of. */
export const isHost = (header: string): boolean =>
  !OUTSIDE.test(header) && URL.canParse(`http://${header}`)
