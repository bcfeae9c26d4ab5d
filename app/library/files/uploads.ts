import { concatenated } from '../../codecs/bytes/byte-pieces.ts'
import { GatewayError } from '../../errors.ts'
import type { ObjectStore, StoredObject } from '../../ports/object-store.ts'
import type { Services } from '../../ports/services.ts'
import { md5OfObjects } from './checksum.ts'
import { newId, timeOfId } from './file-id.ts'
import { contentKey, type StoredFile } from './file-key.ts'
import { checkedName } from './file-name.ts'
import { type Files, objectsOf, storedFiles } from './files.ts'
import { type Bytes, HEAD, watch } from './receive.ts'
import {
  closed,
  type End,
  type FoundSession,
  type Session,
  UPLOAD_LIFETIME,
  type UploadFacts,
  type UploadSessions,
  type UploadStatus,
  uploadSessions,
} from './upload-session.ts'

/** A file that comes in parts. */
export interface Upload extends UploadFacts {
  /** Without prefix. */
  id: string
  /** Unix seconds. */
  created: number
  /** Unix seconds. */
  expires: number
  status: UploadStatus
  /** What it became. */
  file?: StoredFile
}

export interface UploadPart {
  /** Without prefix. */
  id: string
  /** Unix seconds. */
  created: number
}

interface PresignedPart extends UploadPart {
  url: string
  /** Unix seconds. */
  expires: number
  /** What has to be sent along. */
  headers?: Readonly<Record<string, string>>
}

/** The uploads of one owner. Whoever names one that is not there gets `not-found`. */
interface Uploads {
  create(facts: UploadFacts): Promise<Upload>
  /** Parts may come in any order, at the same time, and be of any size up to `limit` bytes. */
  addPart(id: string, body: Bytes, limit: number): Promise<UploadPart>
  /** A part whose bytes the caller writes itself. Throws `feature-unavailable` where the store knows no such thing. */
  presignPart(id: string): Promise<PresignedPart>
  /** The file made of these parts, in this order. May be asked again with the same parts. */
  complete(id: string, parts: readonly string[], md5?: string): Promise<Upload>
  cancel(id: string): Promise<Upload>
}

/** Seconds a URL for a part holds. */
const URL_LIFETIME = 60 * 60

export function storedUploads(
  services: Pick<Services, 'objects'>,
  owner: string,
  now: () => number = Date.now,
): Uploads {
  const objects = objectsOf(services)
  const sessions = uploadSessions(objects, owner, now)
  const pending = async (spoken: string) => sessions.checkPending(await sessions.find(spoken))
  const room = { objects, sessions, owner, now, files: storedFiles(services, owner, now) }

  return {
    async create(facts) {
      const name = checkedName(facts.name, 'filename')
      return uploadOf(await sessions.create({ ...facts, name }), 'pending')
    },

    async addPart(spoken, body, limit) {
      const { id, size } = await pending(spoken)
      const part = newId(now())
      const watched = watch(body, Math.min(size, limit), 'data')
      await objects.put(sessions.partKey(id, part), watched.body)
      return { id: part, created: secondsOf(part) }
    },

    async presignPart(spoken) {
      if (!objects.presign) throw noPresigning()
      const { id } = await pending(spoken)
      const part = newId(now())
      const key = sessions.partKey(id, part)
      const url = await objects.presign(key, { method: 'PUT', seconds: URL_LIFETIME })
      const created = secondsOf(part)
      const { writeHeaders: headers } = objects
      return {
        id: part,
        created,
        url,
        expires: created + URL_LIFETIME,
        ...(headers && { headers }),
      }
    },

    complete: (spoken, parts, md5) => complete(room, { spoken, parts, md5 }),

    async cancel(spoken) {
      const session = await pending(spoken)
      const before = await sessions.conclude(session.id, { outcome: 'cancelled' })
      if (before) throw closed(session, before.outcome)
      await sessions.dropParts(session.id)
      return uploadOf(session, 'cancelled')
    },
  }
}

interface Room {
  objects: ObjectStore
  sessions: UploadSessions
  files: Files
  owner: string
  now(): number
}

interface Completion {
  spoken: string
  parts: readonly string[]
  md5: string | undefined
}

async function complete(room: Room, asked: Completion): Promise<Upload> {
  const found = await room.sessions.find(asked.spoken)
  const done = await completed(room, asked, found)
  if (done) return done
  try {
    return await completeNow(room, asked, found)
  } catch (thrown) {
    // Somebody else was first, and took the parts away.
    const now = await room.sessions.find(asked.spoken)
    const others = await completed(room, asked, now)
    if (others) return others
    const isRefused = thrown instanceof GatewayError && thrown.code === 'invalid-request'
    throw isRefused && now.end ? closed(now.session, now.end.outcome) : thrown
  }
}

/** What an upload has become, if that is what is asked for. */
async function completed(
  { files }: Room,
  { parts }: Completion,
  { session, end }: FoundSession,
): Promise<Upload | undefined> {
  const file = isEndOf(end, parts) ? await fileIfThere(files, end.file) : undefined
  return file && uploadOf(session, 'completed', file)
}

async function completeNow(
  { objects, sessions, files, owner, now }: Room,
  { parts, md5 }: Completion,
  found: FoundSession,
): Promise<Upload> {
  const { session, end: before } = found
  // One that broke off behind the point of no return goes on from there.
  if (!isEndOf(before, parts)) sessions.checkPending(found)
  const sources = await sessions.partsNamed(session.id, parts)
  checkSize(sources, session)
  if (md5 !== undefined) await checkSum(objects, sources, md5)
  const wanted: End = { outcome: 'completed', file: newId(now()), parts: [...parts] }
  const end = before ?? (await sessions.conclude(session.id, wanted)) ?? wanted
  if (!isEndOf(end, parts)) throw closed(session, end.outcome)

  const { mediaType } = watch(await headOf(objects, sources), HEAD)
  const { size } = await objects.join(contentKey(owner, end.file), sources)
  const file = await files.keep({ id: end.file, size, mediaType }, session)
  await sessions.dropParts(session.id)
  return uploadOf(session, 'completed', file)
}

const isEndOf = (
  end: End | undefined,
  parts: readonly string[],
): end is End & { outcome: 'completed' } =>
  end?.outcome === 'completed' &&
  end.parts.length === parts.length &&
  end.parts.every((id, index) => id === parts[index])

const secondsOf = (id: string) => Math.floor(timeOfId(id) / 1000)

function uploadOf(session: Session, status: UploadStatus, file?: StoredFile): Upload {
  const created = secondsOf(session.id)
  return { ...session, created, expires: created + UPLOAD_LIFETIME, status, ...(file && { file }) }
}

function checkSize(parts: readonly StoredObject[], { size }: Session): void {
  const sum = parts.reduce((total, part) => total + part.size, 0)
  if (sum === size) return
  throw new GatewayError(
    'invalid-request',
    `The parts have ${sum} bytes together, but the upload was to have ${size}.`,
    { param: 'part_ids', reason: 'invalid_value' },
  )
}

async function checkSum(
  objects: ObjectStore,
  parts: readonly StoredObject[],
  expected: string,
): Promise<void> {
  const sum = await md5OfObjects(objects, parts)
  if (sum === expected.toLowerCase()) return
  throw new GatewayError('invalid-request', `The MD5 of the parts is ${sum}, not ${expected}.`, {
    param: 'md5',
    reason: 'checksum_mismatch',
  })
}

async function headOf(objects: ObjectStore, parts: readonly StoredObject[]): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let missing = HEAD
  for (const { key, size } of parts) {
    if (missing === 0) break
    if (size === 0) continue
    const last = Math.min(size, missing) - 1
    const body = await objects.get(key, { first: 0, last })
    pieces.push(new Uint8Array(await new Response(body).arrayBuffer()))
    missing -= last + 1
  }
  return concatenated(pieces)
}

async function fileIfThere(files: Files, id: string): Promise<StoredFile | undefined> {
  try {
    return await files.find(`file-${id}`)
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === 'not-found') return undefined
    throw thrown
  }
}

function noPresigning(): GatewayError {
  return new GatewayError(
    'feature-unavailable',
    'Files are not kept in S3 here, so no URL can be given: send the bytes of the part.',
  )
}
