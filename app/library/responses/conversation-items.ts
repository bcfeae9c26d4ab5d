import { GatewayError } from '../../errors.ts'
import type { StateStore } from '../../ports/state-store.ts'
import type { Page, PageOptions } from '../page.ts'
import { type KeptItem, stampOf } from './response-items.ts'

/** The items of the conversations of one owner, in the order of their ids. */
interface ConversationItems {
  put(conversation: string, items: readonly KeptItem[]): Promise<void>
  page(conversation: string, page: PageOptions): Promise<Page<KeptItem>>
  all(conversation: string): Promise<KeptItem[]>
  /** Throws `not-found`, as `remove` does. */
  find(conversation: string, item: string): Promise<KeptItem>
  remove(conversation: string, item: string): Promise<void>
  /** Takes out again what was put, whatever is still there of it. */
  drop(conversation: string, items: readonly KeptItem[]): Promise<void>
  clear(conversation: string): Promise<void>
}

const BATCH = 100

/** `expiry` tells until when what is written now is kept, in Unix milliseconds. */
export function conversationItems(
  store: StateStore,
  owner: string,
  expiry: () => number,
): ConversationItems {
  const within = (conversation: string) => `conversation-items/${owner}/${conversation}`

  const page: ConversationItems['page'] = async (conversation, { after, limit, descending }) => {
    if (after !== undefined && !isKey(keyOf(after))) throw unknownPlace(after)
    const from = after === undefined ? undefined : keyOf(after)
    const options = { after: from, limit: limit + 1, descending }
    const found = await store.list(within(conversation), options)
    const data = found.slice(0, limit).map(({ value }) => JSON.parse(value) as KeptItem)
    return { data, hasMore: found.length > limit }
  }
  const all = async (conversation: string): Promise<KeptItem[]> => {
    const found: KeptItem[] = []
    for (let after: string | undefined; ; after = found.at(-1)!.id) {
      const { data, hasMore } = await page(conversation, { after, limit: BATCH, descending: false })
      found.push(...data)
      if (!hasMore) return found
    }
  }
  const find = async (conversation: string, id: string): Promise<KeptItem> => {
    const kept = await store.get(within(conversation), keyOf(id))
    const found = kept && (JSON.parse(kept.value) as KeptItem)
    if (found?.id === id) return found
    throw unknownItem(id, conversation)
  }

  return {
    async put(conversation, items) {
      const expiresAt = expiry()
      for (const item of items) {
        const value = JSON.stringify(item)
        await store.put(within(conversation), { id: keyOf(item.id), value }, { expiresAt })
      }
    },
    page,
    all,
    find,
    async remove(conversation, id) {
      await find(conversation, id)
      const there = await store.delete(within(conversation), keyOf(id))
      if (!there) throw unknownItem(id, conversation)
    },
    async drop(conversation, items) {
      for (const { id } of items) await store.delete(within(conversation), keyOf(id))
    },
    async clear(conversation) {
      for (const { id } of await all(conversation)) {
        await store.delete(within(conversation), keyOf(id))
      }
    },
  }
}

/** Ids without their prefixes are in the order of the conversation. */
const keyOf = (id: string): string => stampOf(id) || '-'

// One that has been deleted since still tells the place.
const isKey = (key: string): boolean => /^[0-9a-f]{33}[01][0-9a-f]{3,}$/.test(key)

const unknownPlace = (after: string) =>
  new GatewayError('invalid-request', `No item is called '${after}'.`, { param: 'after' })

const unknownItem = (id: string, conversation: string) =>
  new GatewayError(
    'not-found',
    `Item with id '${id}' not found in the conversation '${conversation}'.`,
    { param: 'item_id' },
  )
