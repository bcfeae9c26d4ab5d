import { md5 } from '@noble/hashes/legacy.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { ObjectStore, StoredObject } from '../../ports/object-store.ts'

/** The MD5 of several objects read one behind the other, in hex. OpenAI's uploads are checked by it. */
export async function md5OfObjects(
  objects: ObjectStore,
  sources: readonly StoredObject[],
): Promise<string> {
  const sum = md5.create()
  for (const { key, size } of sources) {
    const body = size === 0 ? undefined : await objects.get(key)
    if (body) for await (const bytes of body) sum.update(bytes)
  }
  return bytesToHex(sum.digest())
}
