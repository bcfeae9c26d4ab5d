import { createApp } from '../../app/app.ts'
import type { Runtime } from '../../app/ports/runtime.ts'
import { createDigest } from '../../runtimes/digest.ts'
import { stagedRuntime } from './stage.ts'

export interface CallOptions {
  key?: string
  method?: string
  body?: unknown
  headers?: Record<string, string>
}

export const ADMIN_KEY = 'the-admin-key-of-this-test'

/** The whole app over the embedded models, called by whoever shows a key. */
export function accessStage(env: Record<string, string> = {}, more: Partial<Runtime> = {}) {
  const { runtime, lines, log } = stagedRuntime({ EMBEDDED_TOKENS_PER_SECOND: '0', ...env })
  const app = createApp({ ...runtime, digest: createDigest(), ...more })
  const call = async (path: string, { key, method, body, headers }: CallOptions = {}) => {
    const response = await app.request(path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      ...(body !== undefined && {
        body: body instanceof FormData || typeof body === 'string' ? body : JSON.stringify(body),
      }),
      headers: { ...(key !== undefined && { authorization: `Bearer ${key}` }), ...headers },
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: parsed(text),
      response,
    }
  }
  const chat = (key: string | undefined, model = 'amazon.nova-micro-v1:0') =>
    call('/v1/chat/completions', {
      ...(key !== undefined && { key }),
      body: { model, messages: [{ role: 'user', content: 'Hello' }] },
    })
  /** Makes a key by the admin's. */
  const mint = async (policy: object): Promise<{ id: string; key: string }> =>
    (await call('/v1/admin/keys', { key: ADMIN_KEY, body: policy })).json
  return { app, call, chat, mint, lines, log }
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the server answers.
function parsed(text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
