import type { UpstreamSettings } from '../../config/openai.ts'
import type { Config } from '../../config.ts'

/** A server that speaks OpenAI's API, and how it is asked. */
export interface Upstream {
  name: string
  /** Scheme, host and port. */
  origin: string
  /** What its base URL has before every path, without a slash at its end. */
  prefix: string
  /** What its base URL has behind every path: `?api-version=...`, or nothing. */
  search: string
  /** Sent with every request; they hold the key. */
  headers: Readonly<Record<string, string>>
  /** What no log may hold. */
  secrets: readonly string[]
  /** It is OpenAI's own. */
  isOpenai: boolean
  /** It is asked with a key. */
  hasKey: boolean
  /** Names it is asked for without being asked whether it has them. */
  serves: readonly RegExp[]
  /** The operator named those himself. */
  isTold: boolean
  /** Names of models that complete texts and do not chat. */
  completes: readonly RegExp[]
  /** It fetches what URLs in a request name. */
  fetchesUrls: boolean
  /** Milliseconds until it must have begun to answer. */
  timeout?: number
  /** Names of the variables that hold its address and its key, for those who must mend them. */
  settings: { address: string; key: string }
}

/** The name of the server that OPENAI_API_KEY leads to. */
export const OPENAI = 'openai'

const PUBLIC_URL = 'https://api.openai.com/v1'

/** What OpenAI calls its models, beside the `o` series, which goes by numbers: `opus` is not in it. */
const OPENAI_MODELS = [
  'gpt-*',
  'chatgpt-*',
  'text-*',
  'davinci-*',
  'babbage-*',
  'dall-e-*',
  'tts-*',
  'whisper-*',
  'ft:*',
]

type Environment = Readonly<Record<string, string | undefined>>

/** The servers the configuration names, OpenAI first. Throws an `Error` naming a variable that holds no key. */
export function readUpstreams(config: Config, env: Environment): Upstream[] {
  const others = config.OPENAI_UPSTREAMS.map((settings) => fromSettings(settings, env))
  const named = others.some(({ name }) => name === OPENAI)
  const isConfigured = config.OPENAI_API_KEY || config.OPENAI_BASE_URL
  return isConfigured && !named ? [fromVariables(config), ...others] : others
}

function fromVariables(config: Config): Upstream {
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: base = PUBLIC_URL } = config
  const organization = config.OPENAI_ORGANIZATION ?? config.OPENAI_ORG_ID
  const project = config.OPENAI_PROJECT ?? config.OPENAI_PROJECT_ID
  const headers = {
    ...(organization && { 'openai-organization': organization.trim() }),
    ...(project && { 'openai-project': project.trim() }),
  }
  return {
    ...placeOf(base),
    ...proofOf(key, headers),
    name: OPENAI,
    hasKey: Boolean(key),
    serves: [...OPENAI_MODELS.map(patternOf), /^o\d/],
    isTold: false,
    completes: [],
    ...(config.OPENAI_TIMEOUT && { timeout: config.OPENAI_TIMEOUT * 1000 }),
    settings: { address: 'OPENAI_BASE_URL', key: 'OPENAI_API_KEY' },
  }
}

function fromSettings(settings: UpstreamSettings, env: Environment): Upstream {
  const { name, base_url: base, models = [], completion_models: completing = [] } = settings
  const { timeout, fetches_urls: fetchesUrls } = settings
  const setting = `OPENAI_UPSTREAMS (${name})`
  const place = placeOf(base)
  const key = keyOf(settings, env)
  return {
    ...place,
    ...proofOf(key, settings.headers),
    name,
    hasKey: Boolean(key),
    serves: [...models, ...completing].map(patternOf),
    isTold: true,
    completes: completing.map(patternOf),
    ...(fetchesUrls !== undefined && { fetchesUrls }),
    ...(timeout && { timeout: timeout * 1000 }),
    settings: { address: `${setting}.base_url`, key: settings.api_key_env ?? `${setting}.api_key` },
  }
}

function keyOf({ name, api_key: key, api_key_env: from }: UpstreamSettings, env: Environment) {
  if (key !== undefined || from === undefined) return key
  const held = env[from]?.trim()
  if (held) return held
  throw new Error(
    `The environment holds a value Outcrop cannot use. OPENAI_UPSTREAMS.${name}: the key is said to be in ${from}, which is not set.`,
  )
}

function placeOf(base: string) {
  const { origin, hostname, pathname, search } = new URL(base)
  const isOpenai = hostname === 'api.openai.com' || hostname.endsWith('.api.openai.com')
  // Only a server outside is handed addresses of callers' choice: one within sees what they must not.
  return { origin, prefix: pathname.replace(/\/+$/, ''), search, isOpenai, fetchesUrls: isOpenai }
}

function proofOf(key: string | undefined, others: Readonly<Record<string, string>> = {}) {
  const lower = Object.entries(others).map(([name, value]) => [name.toLowerCase(), value] as const)
  const headers: Record<string, string> = {
    ...(key && { authorization: `Bearer ${key.trim()}` }),
    ...Object.fromEntries(lower),
  }
  // Servers quote a key without the scheme before it.
  const told = lower
    .filter(([name]) => SECRET.test(name))
    .flatMap(([, value]) => [value, value.slice(value.lastIndexOf(' ') + 1)])
  const secrets = [key?.trim(), ...told].filter((one) => one !== undefined && one.length > 3)
  return { headers, secrets: secrets as string[] }
}

const SECRET = /auth|key|token|secret|cookie/

/** A pattern of `*` and `?`. Only the operator writes these. */
function patternOf(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's')
}

/** Whether the address is this server's own, which would ask itself without end. */
export function leadsBack({ origin }: Upstream, { HOST, PORT }: Config): boolean {
  const { hostname, port, protocol } = new URL(origin)
  const asked = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
  return asked === PORT && PORT !== 0 && (LOOPBACK.test(hostname) || hostname === HOST)
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|0\.0\.0\.0)$/i
