/** The server said no, in its own words where it had any, or it need not be asked to say so. */
export class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What is asked of our own server, by paths relative to where the page lies. */
export interface Session {
  key(): string | undefined
  /** Kept until the tab is closed, and never beyond it. */
  setKey(key: string | undefined): void
  /** Throws `Refusal` where the key has letters that no key can have. */
  headers(): Record<string, string>
  /** Parsed JSON. Rejects with `Refusal` for any answer that is none of success. */
  get(path: string, signal?: AbortSignal): Promise<unknown>
}

/** `place` is the name under which this page keeps its key. */
export function createSession(place: string): Session {
  const key = () => sessionStorage.getItem(place) ?? undefined
  const headers = (): Record<string, string> => {
    const shown = key()
    if (shown === undefined) return {}
    try {
      return Object.fromEntries(new Headers({ authorization: `Bearer ${shown}` }))
    } catch {
      throw new Refusal(401, 'The key has letters that no key can have.')
    }
  }
  return {
    key,
    headers,
    setKey(shown) {
      if (shown === undefined) sessionStorage.removeItem(place)
      else sessionStorage.setItem(place, shown)
    },
    async get(path, signal) {
      const answer = await fetch(path, { headers: headers(), signal, cache: 'no-store' })
      if (answer.ok) return answer.json()
      throw new Refusal(answer.status, refusalIn(await answer.text()) ?? answer.statusText)
    },
  }
}

/** What went wrong, in words, when the server was asked for something. */
export function troubleIn(thrown: unknown): string {
  if (thrown instanceof Refusal) return thrown.message
  // Browsers tell of a connection that failed in this way alone.
  return thrown instanceof TypeError ? 'The server cannot be reached.' : String(thrown)
}

/** The sentence in an error, whatever envelope it came in. */
export function refusalIn(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { error?: { message?: unknown }; message?: unknown }
    const message = body.error?.message ?? body.message
    return typeof message === 'string' ? message : undefined
  } catch {
    return text.slice(0, 500) || undefined
  }
}
