import { GatewayError } from '../../errors.ts'
import type { Services } from '../../ports/services.ts'
import type { StateStore } from '../../ports/state-store.ts'
import { keptValues } from '../object-values.ts'
import type { Page, PageOptions } from '../page.ts'
import { conversationItems } from './conversation-items.ts'
import { itemPlaces } from './item-places.ts'
import { type Item, type KeptItem, keptItems, newStamp } from './response-items.ts'

/** A conversation that many responses take part in. */
interface KeptConversation {
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
  /** Takes out what was appended, whatever is still there of it. */
  retract(id: string, items: readonly KeptItem[]): Promise<void>
  /** All items, in their order. */
  items(id: string): Promise<KeptItem[]>
  page(id: string, page: PageOptions): Promise<Page<KeptItem>>
  /** Throws `not-found` for an item that is not in the conversation, as `remove` does. */
  item(id: string, item: string): Promise<KeptItem>
  remove(id: string, item: string): Promise<KeptConversation>
  /** An item of any conversation; undefined where none has it. */
  named(item: string): Promise<KeptItem | undefined>
}

const DAY = 24 * 60 * 60 * 1000
/** How often a change is tried on what others are changing as well. */
const TRIES = 20

export function conversations(
  services: Pick<Services, 'state' | 'objects' | 'config'>,
  owner: string,
): Conversations {
  const store = keptValues(services)
  const all = `conversations/${owner}`
  const expiry = () => Date.now() + services.config.STORED_CONVERSATIONS_DAYS * DAY
  const items = conversationItems(store, owner, expiry)
  const places = itemPlaces(services.state, owner, expiry)
  const { write, retrieve, find, label } = conversationHeads(store, all, expiry)
  const append = async (id: string, added: readonly KeptItem[]) => {
    await retrieve(id)
    try {
      await items.put(id, added)
      await places.note(id, added)
      const { conversation, version } = await find(id)
      // It lives as long as its last item; whoever came between has seen to that, unless it is gone.
      if (!(await write(conversation, version))) await retrieve(id)
    } catch (thrown) {
      // All or nothing, as far as a store allows that may have failed.
      await items.drop(id, added).catch(() => {})
      throw thrown
    }
  }

  // A conversation goes before its items: if it is still there, nothing was missing from what was read.
  const whole = async <T>(id: string, reading: Promise<T>): Promise<T> => {
    await reading.catch(() => {})
    await retrieve(id)
    return reading
  }

  return {
    async create(metadata, first) {
      const stamp = newStamp()
      const id = `conv_${stamp}`
      await items.put(id, keptItems(first, stamp, { renamed: true }))
      const created = Math.floor(Date.now() / 1000)
      const conversation: KeptConversation = {
        id,
        object: 'conversation',
        created_at: created,
        metadata,
      }
      await write(conversation, 0)
      return conversation
    },
    retrieve,
    label,
    async delete(id) {
      if (!isConversationId(id) || !(await store.delete(all, id))) throw unknownConversation(id)
      await items.clear(id)
    },
    async add(id, more) {
      const kept = keptItems(more, newStamp(), { renamed: true })
      await append(id, kept)
      return kept
    },
    append,
    retract: items.drop,
    items: (id) => whole(id, items.all(id)),
    page: (id, options) => whole(id, items.page(id, options)),
    item: (id, item) => whole(id, items.find(id, item)),
    async named(item) {
      const id = await places.of(item)
      return id === undefined ? undefined : items.find(id, item).catch(unlessGone)
    },
    async remove(id, item) {
      const conversation = await retrieve(id)
      await items.remove(id, item)
      return conversation
    },
  }
}

/** What is kept of conversations beside their items. */
function conversationHeads(store: StateStore, all: string, expiry: () => number) {
  const find = async (id: string) => {
    const item = isConversationId(id) ? await store.get(all, id) : undefined
    if (!item) throw unknownConversation(id)
    return { conversation: JSON.parse(item.value) as KeptConversation, version: item.version }
  }
  /** Undefined where others came between: what they have deleted must not come back. */
  const write = async (conversation: KeptConversation, ifVersion: number) => {
    const item = { id: conversation.id, value: JSON.stringify(conversation) }
    const version = await store.put(all, item, { ifVersion, expiresAt: expiry() })
    return version === undefined ? undefined : conversation
  }
  const label = async (id: string, metadata: Record<string, string>) => {
    for (let left = TRIES; left > 0; left--) {
      const { conversation, version } = await find(id)
      const labelled = await write({ ...conversation, metadata }, version)
      if (labelled) return labelled
    }
    throw new GatewayError('conflict', `Others are changing the conversation '${id}'.`)
  }
  const retrieve = async (id: string) => (await find(id)).conversation
  return { find, retrieve, write, label }
}

function unlessGone(thrown: unknown): undefined {
  if (!(thrown instanceof GatewayError) || thrown.code !== 'not-found') throw thrown
}

/** Anything else in a path is not the id of a conversation. */
export const isConversationId = (id: string): boolean => id.startsWith('conv_') && id.length <= 100

/** As OpenAI words it. */
const unknownConversation = (id: string) =>
  new GatewayError('not-found', `Conversation with id '${id}' not found.`, {
    param: 'conversation_id',
  })
