import { entryOf } from '../../codecs/table.ts'
import { GatewayError } from '../../errors.ts'
import { OF_STREAMS } from './tool-schema.ts'
import type { GatewayTool } from './tools.ts'

type Arguments = Readonly<Record<string, unknown>>

/** Headers of the caller that mean the same to the operation: Bedrock's settings of one request. */
const PASSED_ON = /^x-amzn-bedrock-/

/** A list that would fill the window of a model comes in pages. */
const DEFAULTS: Record<string, Arguments> = { outcrop_search_models: { limit: 20 } }

/** The request a call of a tool stands for. Throws `invalid-request` for a path that cannot be written. */
export function toolRequest(
  tool: GatewayTool,
  given: Arguments,
  { url, headers }: Pick<Request, 'url' | 'headers'>,
): Request {
  const { path, query, body } = tool.places
  const args: Arguments = { ...entryOf(DEFAULTS, tool.name), ...given }
  const address = new URL(pathOf(tool, args), url)
  for (const [argument, name] of query) add(address.searchParams, name, args[argument])
  const passed = [...headers].filter(([name]) => PASSED_ON.test(name))
  const init = { method: tool.method, headers: { ...Object.fromEntries(passed), ...JSON_HEADERS } }
  if (!body) return new Request(address, init)
  const elsewhere = new Set([...path, ...query.keys(), ...OF_STREAMS])
  const own = Object.entries(args).filter(([name]) => !elsewhere.has(name))
  return new Request(address, { ...init, body: JSON.stringify(Object.fromEntries(own)) })
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' }

function pathOf({ path }: GatewayTool, args: Arguments): string {
  return path.replace(/\{(.+?)\}/g, (_, name: string) => {
    const value = args[name]
    const text = typeof value === 'number' ? String(value) : value
    if (typeof text !== 'string' || text === '') {
      throw new GatewayError('invalid-request', `\`${name}\` is missing.`, { param: name })
    }
    // A URL would take these for steps, and lead to another operation.
    if (/^(\.|%2e)+$/i.test(text)) {
      throw new GatewayError('invalid-request', `\`${name}\` cannot be ${text}.`, { param: name })
    }
    return encodeURIComponent(text)
  })
}

/** Lists are repeated, members of objects are written in brackets. */
function add(params: URLSearchParams, name: string, value: unknown): void {
  if (value === undefined || value === null) return
  if (Array.isArray(value)) {
    for (const one of value) add(params, name, one)
  } else if (typeof value === 'object') {
    for (const [member, one] of Object.entries(value)) add(params, `${name}[${member}]`, one)
  } else {
    params.append(name, String(value))
  }
}
