import { getPath } from 'hono/utils/url'
import type { HttpEnv } from './http/context.ts'
import { createHttp } from './http/create-http.ts'
import type { Runtime } from './ports/runtime.ts'
import { CHAT } from './routes/openai/chat/answer-chat.ts'
import { chatSurface } from './routes/openai/chat/chat-surface.ts'
import { createHouse, type House } from './services.ts'

/** An app as a server has it. */
export interface OpenApp extends Omit<House, 'services'> {
  fetch(request: Request, env: HttpEnv['Bindings']): Response | Promise<Response>
  /** Loads what is not loaded yet; rejects where that fails. Absent where everything is there from the start. */
  complete?(): Promise<unknown>
}

/**
 * The app of `createApp`, which is there sooner: chat is answered at once, and all other routes are loaded when the
 * first of them is asked for. They are most of the code, and making their schemas is most of a start.
 */
export function openApp(runtime: Runtime): OpenApp {
  const { services, ...house } = createHouse(runtime)
  const chat = createHttp(services, () => [chatSurface(services.config)])
  let all: typeof chat | undefined
  let loading: Promise<typeof chat> | undefined
  const load = () => {
    loading ??= import('./app.ts').then(({ createRoutes }) => {
      all = createRoutes(services)
      return all
    })
    return loading
  }
  return {
    ...house,
    complete: load,
    fetch(request, env) {
      if (all) return all.fetch(request, env)
      if (isChat(request)) return chat.fetch(request, env)
      return load().then((app) => app.fetch(request, env))
    },
  }
}

const isChat = (request: Request) => request.method === 'POST' && getPath(request) === CHAT.path
