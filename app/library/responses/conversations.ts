import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import { keptValues } from '../object-values.ts'
import type { Page, PageOptions } from '../page.ts'
import { conversationItems } from './conversation-items.ts'
import { type Item, type KeptItem, keptItems, newStamp } from './response-items.ts'

/** A conversation that many responses take part in. */
export interface KeptConversation {
  id: string
  object: 'conversation'
  /** Unix seconds. */
  created_at: number
  metadata: Record<string, string>
}

/** The conversations of one owner. To everybody else they do not exist. */
export interface Conversations {
  create(metadata: Record<string, string>, items: readonly Item[]): Promise<KeptConversation>
  /** Throws `not-found`, as the others do that name a conversation. */
  retrieve(id: string): Promise<KeptConversation>
  /** Replaces the labels. */
  label(id: string, metadata: Record<string, string>): Promise<KeptConversation>
  /** With all its items. */
  delete(id: string): Promise<void>
  /** Gives them ids of their own. */
  add(id: string, items: readonly Item[]): Promise<KeptItem[]>
  /** Adds items that have their ids, and a place in the conversation by them. */
  append(id: string, items: readonly KeptItem[]): Promise<void>
  /** All items, in their order. */
  items(id: string): Promise<KeptItem[]>
  page(id: string, page: PageOptions): Promise<Page<KeptItem>>
  /** Throws `not-found` for an item that is not in the conversation, as `remove` does. */
  item(id: string, item: string): Promise<KeptItem>
  remove(id: string, item: string): Promise<KeptConversation>
}

const DAY = 24 * 60 * 60 * 1000

export function conversations(
  services: Pick<Services, 'state' | 'objects' | 'config'>,
  owner: string,
): Conversations {
  const store = keptValues(services)
  const all = `conversations/${owner}`
  const expiry = () => Date.now() + services.config.STORED_CONVERSATIONS_DAYS * DAY
  const items = conversationItems(store, owner, expiry)

  const retrieve = async (id: string): Promise<KeptConversation> => {
    const item = isId(id) ? await store.get(all, id) : undefined
    if (!item) throw unknownConversation(id)
    return JSON.parse(item.value)
  }
  const write = async (conversation: KeptConversation) => {
    const { id } = conversation
    await store.put(all, { id, value: JSON.stringify(conversation) }, { expiresAt: expiry() })
    return conversation
  }
  const append = async (id: string, added: readonly KeptItem[]) => {
    const conversation = await retrieve(id)
    await items.put(id, added)
    // It lives as long as its last item.
    await write(conversation)
  }

  return {
    async create(metadata, first) {
      const now = Date.now()
      const stamp = newStamp(now)
      const id = `conv_${stamp}`
      await items.put(id, keptItems(first, stamp, { renamed: true }))
      const created = Math.floor(now / 1000)
      return write({ id, object: 'conversation', created_at: created, metadata })
    },
    retrieve,
    label: async (id, metadata) => write({ ...(await retrieve(id)), metadata }),
    async delete(id) {
      await retrieve(id)
      await store.delete(all, id)
      await items.clear(id)
    },
    async add(id, more) {
      const kept = keptItems(more, newStamp(Date.now()), { renamed: true })
      await append(id, kept)
      return kept
    },
    append,
    items: async (id) => items.all((await retrieve(id)).id),
    page: async (id, options) => items.page((await retrieve(id)).id, options),
    item: async (id, item) => items.find((await retrieve(id)).id, item),
    async remove(id, item) {
      const conversation = await retrieve(id)
      await items.remove(id, item)
      return conversation
    },
  }
}

/** Whatever else stands in a path is nobody's conversation. */
const isId = (id: string): boolean => id.startsWith('conv_') && id.length <= 100

/** As OpenAI words it. */
const unknownConversation = (id: string) =>
  new GatewayError('not-found', `Conversation with id '${id}' not found.`, {
    param: 'conversation_id',
  })
