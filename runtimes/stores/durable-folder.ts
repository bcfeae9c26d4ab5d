import { mkdir, open, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Folders whose entries are safe on disk when a call has resolved. */
export interface DurableFolders {
  /** Makes a folder and those above it. */
  make(folder: string): Promise<void>
  /** What was entered into the folder before this call outlives a crash. */
  settle(folder: string): Promise<void>
  /** The same where the folder may have been removed since: then it is the nearest above that is settled. */
  settleNearest(folder: string): Promise<void>
  /** Removes a folder and those above it, up to the root, as long as they are empty. */
  prune(folder: string): Promise<void>
}

/** Codes by which systems say that a folder cannot be opened or flushed: Windows keeps its entries safe itself. */
const UNFLUSHABLE = new Set(['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP'])

/** All below `root`. Flushes of a folder that are asked for while one runs share the next. */
export function durableFolders(root: string): DurableFolders {
  const settled = new Set<string>([root])
  const running = new Map<string, Promise<void>>()
  const waiting = new Map<string, Promise<void>>()

  const settle = (folder: string): Promise<void> => {
    const current = running.get(folder)
    if (!current) {
      const flushing = flush(folder).finally(() => running.delete(folder))
      running.set(folder, flushing)
      return flushing
    }
    // The one that runs may have begun before our entry was made.
    const next =
      waiting.get(folder) ??
      current
        .catch(() => {})
        .then(() => {
          waiting.delete(folder)
          return settle(folder)
        })
    waiting.set(folder, next)
    return next
  }

  return {
    settle,
    async settleNearest(folder) {
      for (let nearest = folder; ; nearest = dirname(nearest)) {
        try {
          return await settle(nearest)
        } catch (thrown) {
          if (codeOf(thrown) !== 'ENOENT' || nearest.length <= root.length) throw thrown
        }
      }
    },
    async make(folder) {
      const first = await makeAll(folder)
      // What was settled was another folder of that name, which somebody has removed.
      for (let anew = folder; first && anew.length >= first.length; anew = dirname(anew)) {
        settled.delete(anew)
      }
      // Also where it was there already: whoever made it may not have settled it yet.
      for (let made = folder; !settled.has(made); made = dirname(made)) {
        await settle(dirname(made))
        settled.add(made)
      }
    },
    async prune(folder) {
      for (let empty = folder; empty.length > root.length; empty = dirname(empty)) {
        try {
          await rmdir(empty)
          settled.delete(empty)
        } catch {
          // Not empty, or somebody else removed it: either way there is nothing more to do here.
          return
        }
      }
    },
  }
}

/** What people uploaded is in there: only the account we run as may look. */
const OWN = 0o700

/**
 * Makes a folder and those above it; resolves with the first that was missing. Node's recursive `mkdir` says
 * of a read-only file system that there is no such folder: asked for that one alone, it says why not.
 */
async function makeAll(folder: string): Promise<string | undefined> {
  try {
    return await mkdir(folder, { recursive: true, mode: OWN })
  } catch (thrown) {
    const missing = codeOf(thrown) === 'ENOENT' && (thrown as NodeJS.ErrnoException).path
    if (!missing) throw thrown
    await mkdir(missing, { mode: OWN }).catch((why: unknown) => {
      // Somebody else has made it meanwhile.
      if (codeOf(why) !== 'EEXIST') throw why
    })
    await mkdir(folder, { recursive: true, mode: OWN })
    return missing
  }
}

async function flush(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (thrown) {
    if (!UNFLUSHABLE.has(codeOf(thrown))) throw thrown
  }
}

/** The system's name for what went wrong; empty for anything else. */
export const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
