/** What tells the method, in the events of function URLs and HTTP APIs, and in those of REST APIs and load balancers. */
interface HttpEvent {
  requestContext?: { http?: { method?: string } }
  httpMethod?: string
  body?: unknown
}

/** The event as one that a request can be made of: GET and HEAD may bring a body, which means nothing and has no place. */
export function withoutStrayBody<Event extends HttpEvent>(event: Event): Event {
  const method = event.requestContext?.http?.method ?? event.httpMethod
  return method === 'GET' || method === 'HEAD' ? { ...event, body: undefined } : event
}
