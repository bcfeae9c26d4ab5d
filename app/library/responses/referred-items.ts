import { GatewayError } from '../../errors.ts'
import type { Conversations } from './conversations.ts'
import { type Item, type KeptItem, referredId } from './response-items.ts'
import type { StoredResponses } from './stored-responses.ts'

interface Referring {
  responses: Pick<StoredResponses, 'item'>
  conversations: Pick<Conversations, 'named'>
  /** The field the items stand in. */
  at: string
  /** What the conversation has already, which need not be said twice. */
  before?: readonly KeptItem[]
}

/** The items themselves in the place of references; the same list where there are none. Throws `not-found` naming the item. */
export async function referredItems(
  items: Item[],
  { responses, conversations, at, before = [] }: Referring,
): Promise<Item[]> {
  if (!items.some((item) => referredId(item) !== undefined)) return items
  const found: Item[] = []
  for (const [index, item] of items.entries()) {
    const id = referredId(item)
    if (id === undefined) found.push(item)
    else if (!before.some((kept) => kept.id === id)) {
      const kept = (await responses.item(id)) ?? (await conversations.named(id))
      found.push(kept ?? unknownItem(id, `${at}[${index}].id`))
    }
  }
  return found
}

function unknownItem(id: string, param: string): never {
  throw new GatewayError(
    'not-found',
    `Item with id '${id}' not found. Items are not kept when \`store\` is false: send them in full.`,
    { param },
  )
}
