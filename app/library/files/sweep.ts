import type { ObjectStore, StoredObject } from '../../ports/object-store.ts'
import type { Linger } from '../../ports/runtime.ts'
import { ALL_VALUES, endOfValue } from '../object-values.ts'
import { ALL_DRAWN, endOfDrawn } from './drawn-key.ts'
import { opposite, timeOfId } from './file-id.ts'
import { ALL_CONTENTS, ALL_RECORDS, contentKey, fileOfRecord, ownerOfContent } from './file-key.ts'
import { ALL_UPLOADS, UPLOAD_LIFETIME } from './upload-session.ts'

/** Milliseconds that bytes may be there before they become a file. */
const GRACE = 24 * 60 * 60 * 1000
const BATCH = 1000

/**
 * Removes what nobody can ask for any more: files that are over, bytes that never became a file because
 * their writer died, uploads and pictures whose time has passed. What is not a day old stays, for somebody
 * may be writing it.
 */
export async function sweepObjects(objects: ObjectStore, now: number): Promise<void> {
  await sweepFiles(objects, now)
  for await (const { key } of everything(objects, ALL_UPLOADS)) {
    const session = key.split('/')[2] ?? ''
    const begun = timeOfId(opposite(session))
    if (begun + UPLOAD_LIFETIME * 1000 + GRACE < now) await objects.delete(key)
  }
  await sweepEnded(objects, { prefix: ALL_VALUES, endOf: endOfValue, now })
  await sweepEnded(objects, { prefix: ALL_DRAWN, endOf: endOfDrawn, now })
}

/** Large values of the state store, and drawn pictures: both lie in the order in which they are over. */
async function sweepEnded(
  objects: ObjectStore,
  { prefix, endOf, now }: { prefix: string; endOf(key: string): number; now: number },
): Promise<void> {
  for await (const { key } of everything(objects, prefix)) {
    if (endOf(key) > now) return
    await objects.delete(key)
  }
}

/** Walks records and contents side by side: both lie in the same order. */
async function sweepFiles(objects: ObjectStore, now: number): Promise<void> {
  const records = everything(objects, ALL_RECORDS)
  let record = await nextRecord(records)
  for await (const content of everything(objects, ALL_CONTENTS)) {
    const place = ownerOfContent(content.key)
    if (!place) continue
    while (record && record.content < content.key) record = await nextRecord(records)
    const isFile = record?.content === content.key
    const isOver = isFile && record?.expires !== undefined && record.expires * 1000 <= now
    const isOrphan = !isFile && Math.max(content.modified, timeOfId(place.id)) + GRACE < now
    if (isOver) await objects.delete(record!.key)
    if (isOver || isOrphan) await objects.delete(content.key)
  }
}

async function nextRecord(records: AsyncGenerator<StoredObject>) {
  for (;;) {
    const { done, value } = await records.next()
    if (done) return undefined
    const file = fileOfRecord(value.key)
    if (file) {
      return {
        key: value.key,
        content: contentKey(file.owner, file.id),
        expires: file.expires,
      }
    }
  }
}

async function* everything(objects: ObjectStore, prefix: string): AsyncGenerator<StoredObject> {
  for (let after: string | undefined; ; ) {
    const some = await objects.list(prefix, { after, limit: BATCH })
    yield* some
    if (some.length < BATCH) return
    after = some.at(-1)!.key
  }
}

interface SweepOptions {
  /** Hears why a sweep broke off. */
  onFailure(thrown: unknown): void
  /** As the runtime's. */
  linger?: Linger
  /** Unix milliseconds. */
  now?(): number
}

/** The same store, which is swept in the background when it is first written to, and then once a day. */
export function sweptObjects(
  objects: ObjectStore,
  { onFailure, linger, now = Date.now }: SweepOptions,
): ObjectStore {
  let next = 0
  const sweepIfDue = () => {
    if (now() < next) return
    next = now() + GRACE
    const swept = sweepObjects(objects, now()).catch(onFailure)
    linger?.(swept)
  }
  return {
    ...objects,
    async put(...asked) {
      const stored = await objects.put(...asked)
      sweepIfDue()
      return stored
    },
  }
}
