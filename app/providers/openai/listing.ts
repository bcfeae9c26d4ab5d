import { GatewayError } from '../../errors.ts'
import type { Cached, RevalidateOptions } from '../stale-while-revalidate.ts'
import { staleWhileRevalidate } from '../stale-while-revalidate.ts'
import type { UpstreamClient } from './client.ts'
import type { ListedModel } from './kinds.ts'

/** What a server lists, by id; undefined while it could not be asked. */
export type Listing = ReadonlyMap<string, ListedModel> | undefined

/** Milliseconds a server has to list its models. */
const PATIENCE = 5000
/** Seconds until a server that failed is asked again. */
const REST = 30

/** The models of a server, fresh for so many seconds. One that fails keeps what it listed before. */
export function createListing(
  client: UpstreamClient,
  seconds: number,
  options: RevalidateOptions = {},
): Cached<Listing> {
  return staleWhileRevalidate<Listing>(async (before) => {
    const limit = new AbortController()
    // A limit without a reason of ours would pass for somebody who has left, which tells nothing of the server.
    const timer = setTimeout(() => limit.abort(tooSlow()), PATIENCE)
    const { signal } = limit
    try {
      const response = await client.ask({ method: 'GET', path: '/models' }, signal)
      return { value: readListing(JSON.parse(await response.text())), seconds }
    } catch {
      // The client has told the operator; a server without a list is asked by the patterns of its names.
      return { value: before, seconds: Math.min(REST, seconds) }
    } finally {
      clearTimeout(timer)
    }
  }, options)
}

const tooSlow = () =>
  new GatewayError('timeout', 'The models of a server could not be listed in time.')

/** OpenAI wraps its list in `data`, some servers do not. Whatever has no id is no model. */
function readListing(body: unknown): Listing {
  const data = Array.isArray(body) ? body : (body as { data?: unknown } | null)?.data
  const models = new Map<string, ListedModel>()
  for (const one of Array.isArray(data) ? data : []) {
    const { id, created, owned_by: owner, max_model_len: window } = (one ?? {}) as Fields
    if (typeof id !== 'string' || id === '') continue
    models.set(id, {
      id,
      created: typeof created === 'number' && created > 0 ? Math.floor(created) : 0,
      owner: typeof owner === 'string' ? owner : '',
      ...(typeof window === 'number' && window > 0 && { contextWindow: window }),
    })
  }
  return models
}

type Fields = Record<string, unknown>
