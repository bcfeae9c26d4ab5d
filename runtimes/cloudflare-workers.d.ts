// Of Workers: work that goes on behind the answer of the request whose turn it is.
declare module 'cloudflare:workers' {
  export function waitUntil(work: Promise<unknown>): void
}
