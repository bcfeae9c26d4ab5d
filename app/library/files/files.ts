import type { ByteRange } from '../../codecs/bytes/byte-range.ts'
import { attachmentNamed } from '../../codecs/multipart/content-disposition.ts'
import { GatewayError } from '../../errors.ts'
import type { ObjectStore, StoredObject } from '../../ports/object-store.ts'
import type { Services } from '../../ports/services.ts'
import type { Page, PageOptions } from '../page.ts'
import { bareId, newId, timeOfId } from './file-id.ts'
import {
  contentKey,
  fileOfRecord,
  recordKey,
  recordPrefix,
  recordsOf,
  type StoredFile,
} from './file-key.ts'
import { checkedName } from './file-name.ts'
import { type Bytes, watch } from './receive.ts'

export type { StoredFile } from './file-key.ts'

/** Bytes that are kept but are no file yet: nobody can find them. */
export interface Received {
  id: string
  size: number
  mediaType(said?: string, name?: string): string
}

/** What makes received bytes a file. */
interface FileFacts {
  name: string
  purpose: string
  /** As the caller claims it. */
  mediaType?: string
  /** Seconds until it is gone. */
  lifetime?: number
}

interface FilePage extends PageOptions {
  purpose?: string
  /** Instead of `after`: what stands right in front of this id, the newest first. */
  before?: string
  /** What the caller calls the two, for his errors. */
  cursors?: { after: string; before: string }
}

/** The files of one owner. Ids are taken as either vendor writes them, and behind `file-id:`. */
export interface Files {
  /** Takes the bytes in. They are gone with the process unless `keep` follows; `discard` says so early. */
  receive(body: Bytes, limit: number): Promise<Received>
  /** When this resolves the file is there, also after a crash. */
  keep(received: Received, facts: FileFacts): Promise<StoredFile>
  /** Never rejects: whoever discards has something else to tell. */
  discard(received: Received): Promise<void>
  /** Throws `not-found`, as the others do that name an id. */
  find(id: string): Promise<StoredFile>
  /** A URL by which anybody may read the content for a while; absent where the store knows none. */
  locate?(file: StoredFile): Promise<string>
  /** The content, read as it is asked for. */
  open(file: StoredFile, range?: ByteRange): Promise<ReadableStream<Uint8Array>>
  delete(id: string): Promise<void>
  list(page: FilePage): Promise<Page<StoredFile>>
}

const PREFIXES = ['file-', 'file_']
/** How long a URL of a content can be opened. */
const URL_SECONDS = 900
/** Records asked for at a time; what S3 gives at most. */
const BATCH = 1000
/** Stands behind the comma that follows the id in a record's key, and in front of every other id. */
const BEHIND = '-'

/** Throws `feature-unavailable` where there is no place to keep anything. */
export function objectsOf({ objects }: Pick<Services, 'objects'>): ObjectStore {
  if (objects) return objects
  throw new GatewayError(
    'feature-unavailable',
    'No store for files is configured here. Set AWS_S3_BUCKET on the server.',
  )
}

export function storedFiles(
  services: Pick<Services, 'objects'>,
  owner: string,
  now: () => number = Date.now,
): Files {
  const objects = objectsOf(services)
  const lookUp = (spoken: string) => lookUpFile(objects, { owner, spoken, now: now() })

  return {
    async receive(body, limit) {
      const watched = watch(body, limit)
      const id = newId(now())
      const { size } = (await objects.put(contentKey(owner, id), watched.body))!
      return { id, size, mediaType: watched.mediaType }
    },

    async keep(received, facts) {
      const key = recordKey(owner, fileOf(received, facts))
      await objects.put(key, new Uint8Array())
      // As everybody will read it from now on, down to what a key could not say.
      return fileOfRecord(key)!
    },

    async discard({ id }) {
      try {
        // A store that did not answer may have kept the record all the same: it goes first, as in `delete`.
        const [record] = await objects.list(recordPrefix(owner, id), { limit: 1 })
        if (record) await objects.delete(record.key)
        await objects.delete(contentKey(owner, id))
      } catch {
        // What stays is removed by the sweep.
      }
    },
    find: async (id) => (await lookUp(id)).file,
    locate:
      objects.presign &&
      ((file) =>
        objects.presign!(contentKey(owner, file.id), {
          method: 'GET',
          seconds: URL_SECONDS,
          type: file.mediaType,
          disposition: attachmentNamed(file.name),
        })),

    async open(file, range) {
      if (file.size === 0) return new Blob([]).stream()
      // The whole is a range too: the store then checks that it is as long as it was.
      const all = { first: 0, last: file.size - 1 }
      const body = await objects.get(contentKey(owner, file.id), range ?? all)
      if (!body) throw unknown(`file-${file.id}`)
      return body
    },

    async delete(spoken) {
      const { record, file } = await lookUp(spoken)
      // In this order, so that no file is ever listed whose bytes are gone. Of several at once one deletes it.
      if ((await objects.delete(record.key)) === false) throw unknown(spoken)
      await objects.delete(contentKey(owner, file.id))
    },

    list: (page) => listed((after) => aliveFiles(objects, { owner, after, now }), owner, page),
  }
}

function fileOf({ id, size, mediaType }: Received, facts: FileFacts): StoredFile {
  const name = checkedName(facts.name)
  const created = Math.floor(timeOfId(id) / 1000)
  return {
    id,
    name,
    size,
    created,
    purpose: facts.purpose,
    mediaType: mediaType(facts.mediaType, name),
    expires: facts.lifetime === undefined ? undefined : created + facts.lifetime,
  }
}

async function lookUpFile(
  objects: ObjectStore,
  { owner, spoken, now }: { owner: string; spoken: string; now: number },
): Promise<{ record: StoredObject; file: StoredFile }> {
  const id = bareId(spoken.replace(/^file-id:/i, ''), PREFIXES)
  const [record] = id ? await objects.list(recordPrefix(owner, id), { limit: 1 }) : []
  const file = record && fileOfRecord(record.key)
  if (!record || !file || isOver(file, now)) throw unknown(spoken)
  return { record, file }
}

/** Every file that is not over, the newest first, behind a key. */
async function* aliveFiles(
  objects: ObjectStore,
  { owner, after, now }: { owner: string; after: string | undefined; now: () => number },
): AsyncGenerator<StoredFile> {
  for (let from = after; ; ) {
    const records = await objects.list(recordsOf(owner), { after: from, limit: BATCH })
    for (const { key } of records) {
      const file = fileOfRecord(key)
      if (file && !isOver(file, now())) yield file
    }
    if (records.length < BATCH) return
    from = records.at(-1)!.key
  }
}

async function listed(
  alive: (after: string | undefined) => AsyncIterable<StoredFile>,
  owner: string,
  { after, before, limit, descending, purpose, cursors }: FilePage,
): Promise<Page<StoredFile>> {
  const fits = (file: StoredFile) => purpose === undefined || file.purpose === purpose
  const cursor = idOf(after, cursors?.after ?? 'after')
  const end = idOf(before, cursors?.before ?? 'before')
  if (descending && end === undefined) {
    const start = cursor && recordPrefix(owner, cursor) + BEHIND
    return firstOf(alive(start), fits, limit)
  }

  // What stands in front of a place is found from the top: stores list in one direction only.
  const stop = end ?? (descending ? undefined : cursor)
  const data: StoredFile[] = []
  for await (const file of alive(undefined)) {
    if (stop !== undefined && file.id <= stop) break
    if (fits(file)) data.push(file)
  }
  const last = data.slice(-limit)
  return { data: descending ? last : last.reverse(), hasMore: data.length > limit }
}

async function firstOf(
  files: AsyncIterable<StoredFile>,
  fits: (file: StoredFile) => boolean,
  limit: number,
): Promise<Page<StoredFile>> {
  const data: StoredFile[] = []
  for await (const file of files) {
    if (!fits(file)) continue
    if (data.length === limit) return { data, hasMore: true }
    data.push(file)
  }
  return { data, hasMore: false }
}

function idOf(spoken: string | undefined, param: string): string | undefined {
  if (spoken === undefined) return undefined
  const id = bareId(spoken, PREFIXES)
  if (id) return id
  throw new GatewayError('invalid-request', `"${spoken}" is not the id of a file.`, { param })
}

const isOver = ({ expires }: StoredFile, now: number) =>
  expires !== undefined && expires * 1000 <= now

function unknown(spoken: string): GatewayError {
  return new GatewayError('not-found', `No such File object: ${spoken}`, { param: 'id' })
}
