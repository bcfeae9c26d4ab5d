import type { AudioStaging } from '../../ports/audio-staging.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import { newId } from './file-id.ts'
import { contentKey } from './file-key.ts'

/** Nobody's name: what lies there is never a file of anybody. */
const OWNER = 'recordings'

/**
 * Recordings in the store of files, where there is no better place for them. What a crash leaves is swept
 * with the bytes that never became a file.
 */
export function createObjectStaging(objects: ObjectStore): AudioStaging {
  return {
    async stage(audio) {
      const key = contentKey(OWNER, newId(Date.now()))
      const { size } = (await objects.put(key, audio))!
      return {
        size,
        async open() {
          const body = await objects.get(key)
          if (!body) throw new Error('The recording is gone.')
          return body as ReadableStream<Uint8Array<ArrayBuffer>>
        },
        // The sweep finds what could not be removed now.
        async discard() {
          await objects.delete(key).catch(() => {})
        },
      }
    },
  }
}
