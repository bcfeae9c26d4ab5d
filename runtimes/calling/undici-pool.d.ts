// The package's front door loads fetch, WebSocket and caches too: 60 ms of start where the pool alone
// takes 24. The pool's own file carries no types, so they are borrowed from the front door.
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici'
}
