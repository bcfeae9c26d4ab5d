import { messageOf } from '../../../errors.ts'
import type { AudioFolders } from './folders.ts'
import type { Leases } from './leases.ts'

interface SweepOptions {
  leases: Leases
  folders: AudioFolders
  /** Regions in which work may lie. */
  regions: readonly string[]
  /** Removes the jobs of an owner, whatever state they are in. */
  removeJobs(owner: string, region: string): Promise<void>
  /** Looks into the buckets as well, for what is too old to be worked on. */
  byAge?: boolean
  warn(message: string, details: Record<string, unknown>): void
  now?(): number
}

/** Milliseconds after which nobody works any more on what an owner left whom no lease tells of. */
const ABANDONED = 12 * 60 * 60 * 1000

/**
 * Removes what dead processes left: those whose lease tells of them, and by age what was left by processes that
 * kept their leases elsewhere. Resolves with whether some may yet turn out dead, or have left what cannot be removed
 * yet: AWS deletes no job that runs.
 */
export async function sweepAudio(
  options: SweepOptions,
): Promise<{ again: boolean; isStuck: boolean }> {
  const { leases, folders, regions, removeJobs, byAge, warn, now = Date.now } = options
  const { dead, doubtful } = await leases.others()
  const kept = new Set<string>()
  for (const region of regions) {
    const lying = byAge ? await folders.owners(region) : new Map<string, number>()
    const old = [...lying].filter(([, newest]) => now() - newest > ABANDONED).map(([id]) => id)
    for (const owner of new Set([...dead, ...old])) {
      if (owner === leases.own() || !/^[0-9a-f]{12}$/.test(owner)) continue
      try {
        await removeJobs(owner, region)
        await folders.removeOwned(owner, region)
      } catch (thrown) {
        kept.add(owner)
        const detail = messageOf(thrown)
        warn('What a dead server left of audio could not be swept yet.', { owner, region, detail })
      }
    }
  }
  for (const owner of dead) if (!kept.has(owner)) await leases.forget(owner)
  return { again: doubtful, isStuck: kept.size > 0 }
}
