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
  if (hasNoSuchPath(status, body)) {
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

/** What is no JSON is a page of some other server; FastAPI and llama.cpp say of paths that they are not found. */
function hasNoSuchPath(status: number, body: Record<string, unknown> | undefined): boolean {
  if (status === 405 || status === 501) return true
  if (status !== 404) return false
  if (!body) return true
  const { error, detail } = body as { error?: { message?: unknown }; detail?: unknown }
  const said = detail ?? error?.message ?? error ?? body['message']
  return said === undefined || /^(file )?not found\.?$/i.test(String(said))
}

async function textOf(response: UpstreamResponse): Promise<string> {
  try {
    return await response.text()
  } catch {
    // The status alone says enough; a refusal that breaks off is still one.
    return ''
  }
}

function redacted(text: string, { secrets }: Upstream): string {
  return secrets.reduce((said, secret) => said.replaceAll(secret, '[secret]'), text)
}

function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : 'another path'
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
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
