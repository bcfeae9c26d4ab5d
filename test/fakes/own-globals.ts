/** `Request` and `Response` as the runtime has them, before a server of Node puts its own there. */
export const own = { Request: globalThis.Request, Response: globalThis.Response }
