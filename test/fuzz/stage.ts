import { createApp } from '../../app/app.ts'
import type { Runtime } from '../../app/ports/runtime.ts'
import { createDigest } from '../../runtimes/digest.ts'
import { stagedRuntime } from '../http/stage.ts'
import { createUpstream, UPSTREAM_MODELS } from './upstream.ts'

/** What was answered, and what the access log tells of it. */
export interface Outcome {
  status: number
  headers: Headers
  bytes: Uint8Array
  text: string
  milliseconds: number
  /** `error_code` of the log's line. */
  code?: string
  /** The line itself, for whoever has to find out what went wrong. */
  line?: string
}

export interface Stage {
  name: string
  models: readonly string[]
  upstream: ReturnType<typeof createUpstream>
  ask(path: string, init: RequestInit): Promise<Outcome>
  /** Everything that was logged for the last request. */
  lines(): readonly string[]
}

const ADMIN_KEY = 'the-admin-key-of-the-fuzzer'

const COMMON = {
  ADMIN_KEY,
  FILES_DIR: 'memory',
  STATE_DIR: 'memory',
  EMBEDDED_TOKENS_PER_SECOND: '0',
  FIRST_FRAME_WAIT: '0',
  // Nothing real is fetched for a body of chance.
  INPUT_URLS: 'off',
}

const PLACES = {
  'the embedded models': {
    env: { PROVIDER: 'embedded' },
    models: ['embedded-chat', 'embedded-reasoner', 'embedded-embedding', 'embedded-reranker'],
  },
  Bedrock: {
    env: {
      PROVIDER: 'aws',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://aws.test',
      AWS_ACCESS_KEY_ID: 'AKIAFUZZ',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_BEARER_TOKEN_BEDROCK: 'ABSK',
    },
    models: UPSTREAM_MODELS,
  },
  'an OpenAI': {
    env: { PROVIDER: 'openai', OPENAI_API_KEY: 'sk', OPENAI_BASE_URL: 'http://openai.test/v1' },
    models: ['gpt-4o-mini'],
  },
} as const

/** Milliseconds this thread has worked: what others do on the machine is no fault of ours. */
function cpuTime(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

export type PlaceName = keyof typeof PLACES

/** The whole app in memory, in front of nobody real. Whoever asks shows the admin's key, so every route answers. */
export function openStage(
  name: PlaceName,
  env: Record<string, string> = {},
  more: Partial<Runtime> = {},
): Stage {
  const place = PLACES[name]
  const { runtime, lines } = stagedRuntime({ ...COMMON, ...place.env, ...env })
  const upstream = createUpstream()
  const whole: Runtime = { ...runtime, transport: upstream, digest: createDigest(), ...more }
  const app = createApp(whole)
  let logged: string[] = []
  const ask = async (path: string, init: RequestInit): Promise<Outcome> => {
    const startedAt = cpuTime()
    const headers = new Headers(init.headers)
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${ADMIN_KEY}`)
    const response = await app.request(`http://localhost${path}`, { ...init, headers })
    const bytes = new Uint8Array(await response.arrayBuffer())
    // The line of an answer that was streamed is written behind its last byte.
    await Promise.resolve()
    logged = lines.splice(0)
    const line = logged.at(-1)
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      text: new TextDecoder().decode(bytes),
      milliseconds: cpuTime() - startedAt,
      ...(line !== undefined && { line, code: JSON.parse(line).error_code }),
    }
  }
  return { name, models: place.models, upstream, ask, lines: () => logged }
}
