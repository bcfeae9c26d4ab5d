import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import { keptValues } from '../object-values.ts'
import { type Page, type PageOptions, pageOf } from '../page.ts'
import { type KeptItem, responseOfItem } from './response-items.ts'

type ResponseStatus = 'queued' | 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled'

/** A response as its caller read it. */
export interface KeptResponse {
  id: string
  /** Unix seconds. */
  created_at: number
  status: ResponseStatus
  background?: boolean
  output: KeptItem[]
  [member: string]: unknown
}

/** The responses of one owner. To everybody else they do not exist. */
export interface StoredResponses {
  /** `given` is everything the model was given, what came before included. */
  keep(response: KeptResponse, given: readonly KeptItem[]): Promise<void>
  /** Throws `not-found`, as the others do that name an id. */
  retrieve(id: string): Promise<KeptResponse>
  /** Tries a change until nobody was in between. Undefined leaves the response as it is. */
  change(
    id: string,
    make: (response: KeptResponse) => KeptResponse | undefined,
  ): Promise<KeptResponse>
  delete(id: string): Promise<void>
  /** What the model was given. */
  given(id: string): Promise<KeptItem[]>
  /** The same, page by page. Throws `invalid-request` for an unknown `after`. */
  page(id: string, page: PageOptions): Promise<Page<KeptItem>>
  /** An item of any response; undefined where none has it. */
  item(id: string): Promise<KeptItem | undefined>
}

const DAY = 24 * 60 * 60 * 1000
/** How often a change is tried on what others are changing as well. */
const TRIES = 8

export function storedResponses(
  services: Pick<Services, 'state' | 'objects' | 'config'>,
  owner: string,
): StoredResponses {
  const { STORED_RESPONSES_DAYS } = services.config
  const store = keptValues(services)
  const responses = `responses/${owner}`
  const inputs = `response-inputs/${owner}`
  const expiry = ({ created_at }: KeptResponse) => created_at * 1000 + STORED_RESPONSES_DAYS * DAY

  const find = async (id: string) => {
    const item = isId(id) ? await store.get(responses, id) : undefined
    if (!item) throw unknownResponse(id)
    return { response: JSON.parse(item.value) as KeptResponse, version: item.version }
  }
  const inputOf = async (id: string): Promise<KeptItem[]> => {
    const item = isId(id) ? await store.get(inputs, id) : undefined
    return item ? JSON.parse(item.value) : []
  }
  const given = async (id: string): Promise<KeptItem[]> => {
    // In this order: a response goes before its input, which was whole if the response is still there.
    const items = await inputOf(id)
    await find(id)
    return items
  }

  return {
    async keep(response, items) {
      const { id } = response
      const expiresAt = expiry(response)
      // The response comes last: what is there has its input.
      await store.put(inputs, { id, value: JSON.stringify(items) }, { expiresAt })
      await store.put(responses, { id, value: JSON.stringify(response) }, { expiresAt })
    },

    retrieve: async (id) => (await find(id)).response,

    async change(id, make) {
      for (let left = TRIES; left > 0; left--) {
        const { response, version } = await find(id)
        const changed = make(response)
        if (!changed) return response
        const options = { ifVersion: version, expiresAt: expiry(response) }
        const value = JSON.stringify(changed)
        if (await store.put(responses, { id, value }, options)) return changed
      }
      throw new GatewayError('conflict', `Others are changing the response '${id}'.`)
    },

    async delete(id) {
      if (!isId(id) || !(await store.delete(responses, id))) throw unknownResponse(id)
      await store.delete(inputs, id)
    },

    given,

    async page(id, page) {
      const found = pageOf(await given(id), page)
      if (found) return found
      throw new GatewayError('invalid-request', `No item is called '${page.after}'.`, {
        param: 'after',
      })
    },

    async item(id) {
      const response = responseOfItem(id)
      const kept = response && (await store.get(responses, response))
      if (!kept) return undefined
      const { output } = JSON.parse(kept.value) as KeptResponse
      const isMeant = (item: KeptItem) => item.id === id
      return output.find(isMeant) ?? (await inputOf(response)).find(isMeant)
    },
  }
}

/** Anything else in a path is not the id of a response. */
const isId = (id: string): boolean => id.startsWith('resp_') && id.length <= 100

/** As OpenAI words it. */
const unknownResponse = (id: string) =>
  new GatewayError('not-found', `Response with id '${id}' not found.`, {
    param: 'response_id',
  })
