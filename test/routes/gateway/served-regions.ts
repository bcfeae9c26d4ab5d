import { createApp } from '../../../app/app.ts'
import { createUndiciTransport } from '../../../runtimes/calling/undici-transport.ts'
import { createDigest } from '../../../runtimes/digest.ts'
import { stagedRuntime } from '../../http/stage.ts'

export const CLAUDE = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
export const NOVA = 'amazon.nova-lite-v1:0'

/** The whole app over an AWS of several regions, and ways to ask it. */
export function serve(env: Record<string, string>) {
  const { runtime, log } = stagedRuntime({ PROVIDER: 'aws', STATE_DIR: 'memory', ...env })
  const app = createApp({ ...runtime, transport: createUndiciTransport(), digest: createDigest() })
  const chat = (model: string, more: Record<string, unknown> = {}) =>
    app.request('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], ...more }),
    })
  const get = async (path: string) => {
    const response = await app.request(path)
    return { status: response.status, body: await response.json() }
  }
  return { app, chat, get, log }
}

/** Who answered, by the headers of the answer. */
export const servedBy = ({ headers }: Response) => ({
  region: headers.get('x-outcrop-region'),
  model: headers.get('x-bedrock-model'),
  attempts: headers.get('x-outcrop-attempts'),
})
