import { link, rename, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ListObjectsOptions, ObjectStore, StoredObject } from '../../app/ports/object-store.ts'
import { codeOf, type DurableFolders, durableFolders } from './durable-folder.ts'
import { listFiles } from './list-files.ts'
import { readFileStream } from './read-file.ts'
import { removeIfThere, sweepTemporary, temporaryName } from './temporary-files.ts'
import { writeDurably } from './write-durably.ts'

type Bodies = Parameters<typeof writeDurably>[1]

/** How often a folder is made anew that somebody empties at the same time. */
const TRIES = 5

/**
 * Objects as files below a folder, which several processes may share. What is being written has a name of
 * its own in `.writing` until every byte of it is on the disk; what a crash left there is removed now.
 */
export async function openDiskObjectStore(folder: string): Promise<ObjectStore> {
  const root = resolve(folder)
  const writing = join(root, '.writing')
  const folders = durableFolders(root)
  await sweepTemporary(writing)

  const create = async (key: string, bodies: Bodies, ifAbsent = false) => {
    const path = pathOf(root, key)
    const temporary = join(writing, temporaryName())
    try {
      await folders.make(writing)
      const size = await writeDurably(temporary, bodies)
      if (!(await moveInto(path, { temporary, folders, ifAbsent }))) return undefined
      return { key, size, modified: Date.now() }
    } finally {
      await removeIfThere(temporary)
    }
  }

  return {
    put: (key, body, { ifAbsent } = {}) => create(key, [body], ifAbsent),
    get: (key, range) => readFileStream(pathOf(root, key), range),
    async delete(key) {
      const path = pathOf(root, key)
      // Whoever deletes its last neighbour at the same time takes the folder along.
      const wasThere = await removeIfThere(path)
      if (wasThere) await folders.settleNearest(dirname(path))
      await folders.prune(dirname(path))
      return wasThere
    },
    list: (prefix, options) => list(root, prefix, options),
    async join(key, sources) {
      return (await create(key, contentsOf(root, sources)))!
    },
  }
}

async function list(
  root: string,
  prefix: string,
  { after, limit = 1000 }: ListObjectsOptions = {},
): Promise<StoredObject[]> {
  const found: StoredObject[] = []
  let keys: string[] = []
  const look = async () => {
    const objects = await Promise.all(keys.map((key) => describe(root, key)))
    keys = []
    // What was deleted meanwhile leaves room for those behind it.
    for (const object of objects) if (object) found.push(object)
  }
  for await (const key of listFiles(root, prefix, after)) {
    keys.push(key)
    if (found.length + keys.length === limit) await look()
    if (found.length === limit) break
  }
  await look()
  return found
}

async function* contentsOf(root: string, sources: readonly StoredObject[]) {
  for (const { key } of sources) {
    const content = await readFileStream(pathOf(root, key))
    if (!content) throw new Error(`There is no object ${key}.`)
    yield content
  }
}

/** Throws on keys that no key may be: what is below the root stays below. */
function pathOf(root: string, key: string): string {
  const segments = key.split('/')
  for (const segment of segments) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    if (segment === '' || segment.startsWith('.') || /[\x00-\x1f\\]/.test(segment)) {
      throw new Error(`"${key}" is not the key of an object.`)
    }
  }
  return join(root, ...segments)
}

interface Move {
  temporary: string
  folders: DurableFolders
  ifAbsent: boolean
}

/** Gives a file that is complete its own name, in one step. False when the name is taken and must not be. */
async function moveInto(path: string, { temporary, folders, ifAbsent }: Move): Promise<boolean> {
  for (let left = TRIES; ; left--) {
    try {
      await folders.make(dirname(path))
      await (ifAbsent ? link(temporary, path) : rename(temporary, path))
      await folders.settleNearest(dirname(path))
      return true
    } catch (thrown) {
      if (ifAbsent && codeOf(thrown) === 'EEXIST') return false
      if (codeOf(thrown) !== 'ENOENT' || left === 0) throw thrown
    }
  }
}

async function describe(root: string, key: string): Promise<StoredObject | undefined> {
  try {
    const { size, mtimeMs } = await stat(join(root, key))
    return { key, size, modified: mtimeMs }
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}
