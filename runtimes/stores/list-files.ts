import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from './durable-folder.ts'

/**
 * The keys of files below a root that begin with a prefix and stand behind `after`, in the order of the
 * keys. Folders that hold none of them are not read. Files whose names begin with a dot are not ours.
 */
export async function* listFiles(
  root: string,
  prefix: string,
  after: string | undefined,
): AsyncGenerator<string> {
  const start = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  yield* below(start)

  async function* below(folder: string): AsyncGenerator<string> {
    for (const { name, isFolder } of await sorted(join(root, folder))) {
      const key = folder + name
      if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue
      if (isFolder) {
        // Every key in it begins so: it lies before `after` as a whole, or it does not.
        const isPassed = after !== undefined && key < after && !after.startsWith(key)
        if (!isPassed) yield* below(key)
      } else if (key.startsWith(prefix) && (after === undefined || key > after)) yield key
    }
  }
}

/** Folders end with a slash, which is where they stand in the order of keys. */
async function sorted(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
  const named = (await read(folder))
    .filter((entry) => !entry.name.startsWith('.'))
    .map((entry) => {
      const isFolder = entry.isDirectory()
      return { name: isFolder ? `${entry.name}/` : entry.name, isFolder }
    })
  return named.sort((one, other) => (one.name < other.name ? -1 : 1))
}

async function read(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return []
    throw thrown
  }
}
