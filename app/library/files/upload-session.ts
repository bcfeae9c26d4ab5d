import { GatewayError } from '../../errors.ts'
import type { ObjectStore, StoredObject } from '../../ports/object-store.ts'
import { bareId, newId, opposite, timeOfId } from './file-id.ts'
import { escapeName } from './file-name.ts'

/** What an upload shall become. */
export interface UploadFacts {
  name: string
  purpose: string
  mediaType: string
  /** Bytes of the whole file. */
  size: number
  /** Seconds the finished file is kept. */
  lifetime?: number
}

export type UploadStatus = 'pending' | 'completed' | 'cancelled' | 'expired'

export interface Session extends UploadFacts {
  /** Without prefix. */
  id: string
}

/** How an upload ended. Written once, by whoever is first; what follows from it may be done again. */
export type End = { outcome: 'completed'; file: string; parts: string[] } | { outcome: 'cancelled' }

export interface FoundSession {
  session: Session
  end?: End
}

/** What is kept of one owner's uploads while they run. */
export interface UploadSessions {
  create(facts: UploadFacts): Promise<Session>
  /** Throws `not-found`. */
  find(spoken: string): Promise<FoundSession>
  /** Throws `invalid-request` when it has ended. */
  checkPending(found: FoundSession): Session
  /** Ends an upload. Where it has ended already, that end holds and is returned. */
  conclude(id: string, end: End): Promise<End | undefined>
  partKey(id: string, part: string): string
  /** The parts named, in that order. Throws naming the first that is not there, or was named before. */
  partsNamed(id: string, spoken: readonly string[]): Promise<StoredObject[]>
  dropParts(id: string): Promise<void>
}

/** Seconds an upload may take, as with OpenAI. */
export const UPLOAD_LIFETIME = 24 * 60 * 60
export const ALL_UPLOADS = 'uploads/'
const UPLOAD_PREFIXES = ['upload_']
const PART_PREFIXES = ['part_']
const BATCH = 1000

export function uploadSessions(
  objects: ObjectStore,
  owner: string,
  now: () => number,
): UploadSessions {
  const folder = (id: string) => `${ALL_UPLOADS}${escapeName(owner)}/${opposite(id)}/`
  const partKey = (id: string, part: string) => `${folder(id)}parts/${part}`

  const find: UploadSessions['find'] = async (spoken) => {
    const id = bareId(spoken, UPLOAD_PREFIXES)
    const session = id && (await readJson<Session>(objects, `${folder(id)}session`))
    if (!session) throw unknown(spoken)
    return { session, end: await readJson<End>(objects, `${folder(session.id)}end`) }
  }

  return {
    find,
    partKey,

    async create(facts) {
      const session = { ...facts, id: newId(now()) }
      await objects.put(`${folder(session.id)}session`, json(session))
      return session
    },

    checkPending({ session, end }) {
      if (end) throw closed(session, end.outcome)
      if (timeOfId(session.id) + UPLOAD_LIFETIME * 1000 <= now()) throw closed(session, 'expired')
      return session
    },

    async conclude(id, end) {
      const key = `${folder(id)}end`
      const written = await objects.put(key, json(end), { ifAbsent: true })
      return written ? undefined : readJson<End>(objects, key)
    },

    async partsNamed(id, spoken) {
      const there = await listAll(objects, partKey(id, ''))
      const byId = new Map(there.map((part) => [part.key.slice(partKey(id, '').length), part]))
      return spoken.map((name, index) => takePart(byId, name, index))
    },

    async dropParts(id) {
      for (const { key } of await listAll(objects, partKey(id, ''))) await objects.delete(key)
    },
  }
}

function takePart(byId: Map<string, StoredObject>, spoken: string, index: number): StoredObject {
  const id = bareId(spoken, PART_PREFIXES) ?? ''
  const part = byId.get(id)
  byId.delete(id)
  if (part) return part
  throw new GatewayError(
    'invalid-request',
    `No part of this upload is called ${spoken}, or it was named before.`,
    { param: `part_ids[${index}]`, reason: 'invalid_value' },
  )
}

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

async function readJson<T>(objects: ObjectStore, key: string): Promise<T | undefined> {
  const body = await objects.get(key)
  return body && ((await new Response(body).json()) as T)
}

async function listAll(objects: ObjectStore, prefix: string): Promise<StoredObject[]> {
  const all: StoredObject[] = []
  for (;;) {
    const some = await objects.list(prefix, { after: all.at(-1)?.key, limit: BATCH })
    all.push(...some)
    if (some.length < BATCH) return all
  }
}

function unknown(spoken: string): GatewayError {
  return new GatewayError('not-found', `No such Upload object: ${spoken}`, { param: 'upload_id' })
}

export function closed({ id }: Session, status: UploadStatus): GatewayError {
  return new GatewayError('invalid-request', `The upload upload_${id} is ${status}.`, {
    param: 'upload_id',
    reason: `upload_${status}`,
  })
}
