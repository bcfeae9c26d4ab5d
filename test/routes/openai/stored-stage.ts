import { createApp } from '../../../app/app.ts'
import type { StateStore } from '../../../app/ports/state-store.ts'
import { createMemoryStateStore } from '../../../app/providers/embedded/memory-state-store.ts'
import { createScriptedProvider, type Script } from '../../gateway/scripted-provider.ts'
import { stagedRuntime } from '../../http/stage.ts'

export interface Body {
  id: string
  [member: string]: unknown
}

/** The whole app over a scripted model, with a store one can look into and that may be made to fail. */
export function openStored(script: Script, options: { store?: StateStore; failure?: Error } = {}) {
  const { runtime, log } = stagedRuntime()
  const store = options.store ?? createMemoryStateStore()
  const opened = { times: 0, failure: options.failure }
  const app = createApp(
    {
      ...runtime,
      openState: async () => {
        opened.times++
        if (opened.failure) throw opened.failure
        return store
      },
    },
    { providers: [createScriptedProvider(script).provider] },
  )
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await app.request(path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Body, response }
  }
  const ask = async (body: object) =>
    app.request('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({
        model: 'scripted',
        messages: [{ role: 'user', content: 'Hi' }],
        ...body,
      }),
    })
  const keptIds = async () => (await store.list('chat-completions/default')).map(({ id }) => id)
  return { app, call, ask, log, store, opened, keptIds }
}
