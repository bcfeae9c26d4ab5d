import { decodeError } from '../../dialects/openai-refusal.ts'
import { GatewayError } from '../../errors.ts'
import type { UpstreamResponse } from '../../ports/transport.ts'
import type { Upstream } from './upstreams.ts'

/** What a server said instead of an answer. */
interface Refusal {
  error: GatewayError
  /** What the operator should look at, where the fault is not the caller's. */
  fault?: { problem: string; setting: string; status: number }
}

const LONGEST_TOLD = 500
const MOST_HINTED = 3600

/**
 * A server's refusal as ours. What is wrong between us and it (its 401, a path it has not, an address that
 * has moved) is `upstream`, never the caller's fault, and names the setting to be mended.
 */
export async function readRefusal(
  response: UpstreamResponse,
  upstream: Upstream,
  path: string,
): Promise<Refusal> {
  const { status } = response
  const text = redacted(await textOf(response), upstream)
  const { address, key } = upstream.settings
  if (status < 400) {
    const to = redacted(response.header('location') ?? 'nowhere', upstream)
    return ours(status, `It leads on to ${originOf(to)}, and a key is not taken there.`, address)
  }
  // The words of a refused key may quote it.
  if (status === 401) return ours(status, 'It does not take the key.', key)
  const body = parse(text)
  const said = saidIn(body)
  if ((status === 400 || status === 403) && KEY_REFUSED.test(said ?? '')) {
    return ours(status, 'It does not take the key.', key)
  }
  if (hasNoSuchPath(status, said)) {
    const problem = `It does not know ${path}.`
    if (path === CHAT) return ours(status, problem, address)
    const error = new GatewayError(
      'invalid-request',
      `The server \`${upstream.name}\`, which has this model, cannot do this with it.`,
      { param: 'model', reason: 'model_not_supported', cause: new Error(`${status} for ${path}`) },
    )
    return { error, fault: { problem, setting: address, status } }
  }
  return { error: decodeError(status, body ?? text.slice(0, LONGEST_TOLD), retryAfter(response)) }
}

const CHAT = '/chat/completions'

function ours(status: number, problem: string, setting: string): Refusal {
  const cause = new Error(`upstream ${status}: ${problem} See ${setting}.`)
  const error = new GatewayError(
    'upstream',
    'The request could not be completed: this gateway is not on good terms with its upstream.',
    { reason: 'upstream_misconfigured', cause, final: true },
  )
  return { error, fault: { problem, setting, status } }
}

/** Google and xAI refuse a key with 400, and Google a leaked one with 403. It is ours, not the caller's. */
const KEY_REFUSED = /^(incorrect|invalid) api key|^(your )?api key (not|expired|was reported)/i

/** How FastAPI, llama.cpp, Azure, OpenAI, Groq and Mistral refuse an unknown path. */
const NO_SUCH_PATH =
  /^((file|resource) )?not found\.?$|^invalid url \(|^unknown request url|^no route matched/i

/** A body that is not JSON comes from some other server. */
function hasNoSuchPath(status: number, said: string | undefined): boolean {
  if (status === 405 || status === 501) return true
  return status === 404 && (said === undefined || NO_SUCH_PATH.test(said))
}

/** The message of a refusal, wherever it is. */
function saidIn(body: Record<string, unknown> | undefined): string | undefined {
  const { error, detail, message } = (body ?? {}) as Refused
  const said = detail ?? error?.message ?? error ?? message
  return said === undefined ? undefined : String(said)
}

interface Refused {
  error?: { message?: unknown }
  detail?: unknown
  message?: unknown
}

async function textOf(response: UpstreamResponse): Promise<string> {
  try {
    return await response.text()
  } catch {
    // The status alone says enough; a refusal that breaks off is still one.
    return ''
  }
}

/** An error that came inside an answer, with our secrets removed. */
export function withoutSecrets(thrown: unknown, upstream: Upstream): unknown {
  if (!(thrown instanceof GatewayError)) return thrown
  const { code, message, param, cause } = thrown
  const causes: string[] = []
  for (let one = cause; one instanceof Error; one = one.cause) causes.push(one.message)
  const told = [message, param ?? '', ...causes]
  if (told.every((text) => redacted(text, upstream) === text)) return thrown
  return new GatewayError(code, redacted(message, upstream), {
    ...thrown,
    ...(param !== undefined && { param: redacted(param, upstream) }),
    cause: new Error(redacted(causes.join(': '), upstream)),
  })
}

function redacted(text: string, { secrets }: Upstream): string {
  return secrets.reduce((said, secret) => said.replaceAll(secret, '[secret]'), text)
}

function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : 'another path'
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    // Google's server puts its one error into a list.
    const value: unknown = Array.isArray(parsed) ? parsed[0] : parsed
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Seconds: of `retry-after-ms`, or of `retry-after` as a number or a date. */
function retryAfter({ header }: Pick<UpstreamResponse, 'header'>): number | undefined {
  const milliseconds = Number(header('retry-after-ms') ?? Number.NaN)
  if (milliseconds >= 0) return bounded(Math.ceil(milliseconds / 1000))
  const said = header('retry-after')?.trim()
  if (!said) return undefined
  const seconds = /^\d+(\.\d+)?$/.test(said)
    ? Math.ceil(Number(said))
    : Math.ceil((Date.parse(said) - Date.now()) / 1000)
  return Number.isNaN(seconds) ? undefined : bounded(seconds)
}

const bounded = (seconds: number) => Math.min(Math.max(seconds, 0), MOST_HINTED)
