import { readdir, stat, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { codeOf } from './durable-folder.ts'

/** Milliseconds after which what another machine was writing counts as left behind. */
const ABANDONED = 24 * 60 * 60 * 1000

/** A name that tells who is writing: machine, process, chance. */
export function temporaryName(): string {
  return `${machine()}.${process.pid}.${crypto.randomUUID()}`
}

const machine = () => hostname().replaceAll(/[^A-Za-z0-9-]/g, '-')

/** Removes what processes left that are no more. What others are still writing stays. */
export async function sweepTemporary(folder: string): Promise<void> {
  for (const name of await entries(folder)) {
    const path = join(folder, name)
    if (await isAbandoned(name, path)) await removeIfThere(path)
  }
}

async function isAbandoned(name: string, path: string): Promise<boolean> {
  const [host, process] = name.split('.')
  if (host === machine()) return !isRunning(Number(process))
  try {
    return (await stat(path)).mtimeMs < Date.now() - ABANDONED
  } catch {
    return false
  }
}

/** Our own number is that of an earlier process: at our start we have written nothing yet. */
function isRunning(id: number): boolean {
  if (id === process.pid) return false
  try {
    process.kill(id, 0)
    return true
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM'
  }
}

/** Whether there was anything to remove. */
export async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return false
    throw thrown
  }
}

/** The names in a folder; none where there is no folder. */
async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return []
    throw thrown
  }
}
