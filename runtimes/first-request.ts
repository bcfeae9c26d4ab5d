import type { OpenApp } from '../app/open-app.ts'

/** An app as the platforms call it that start us with a request. */
interface Fetcher<Env> {
  fetch(request: Request, env: Env): Response | Promise<Response>
  /** Resolves when nothing goes on any more, and nothing is left that would be lost with the process. Never rejects. */
  flush(): Promise<void>
}

/**
 * Makes the app, once, from what comes with the first request: these platforms tell their environment no
 * earlier. Where it cannot be made the log says why, and every request is refused.
 */
export function madeOnFirstRequest<Env extends object>(
  create: (env: Env) => OpenApp,
): Fetcher<Env> {
  let app: OpenApp | undefined
  return {
    fetch(request, env) {
      try {
        app ??= create(env)
      } catch (thrown) {
        console.error(thrown instanceof Error ? thrown.message : thrown)
        return Response.json({ error: NOT_CONFIGURED }, { status: 500 })
      }
      return app.fetch(request, env)
    },
    async flush() {
      await app?.rest()
      await app?.flush()
    },
  }
}

const NOT_CONFIGURED = {
  message: 'The server is not configured. Its log says why.',
  type: 'server_error',
  param: null,
  code: null,
}
