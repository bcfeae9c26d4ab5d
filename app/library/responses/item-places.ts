import type { StateStore } from '../../ports/state-store.ts'
import { type KeptItem, stampOfItem } from './response-items.ts'

/** Which conversation the items of one owner came into. */
interface ItemPlaces {
  note(conversation: string, items: readonly KeptItem[]): Promise<void>
  /** The conversation an item was given to, if it still has it; undefined for an id that is not ours. */
  of(item: string): Promise<string | undefined>
}

/**
 * Items that came with a conversation have its stamp; those that came later have one of their own, which is
 * written down once for all that came together. `expiry` is that of the items.
 */
export function itemPlaces(store: StateStore, owner: string, expiry: () => number): ItemPlaces {
  const places = `item-places/${owner}`
  return {
    async note(conversation, items) {
      const stamps = new Set(items.map(({ id }) => stampOfItem(id)))
      for (const stamp of stamps) {
        if (stamp === undefined) continue
        await store.put(places, { id: stamp, value: conversation }, { expiresAt: expiry() })
      }
    },
    async of(item) {
      const stamp = stampOfItem(item)
      if (stamp === undefined) return undefined
      return (await store.get(places, stamp))?.value ?? `conv_${stamp}`
    },
  }
}
