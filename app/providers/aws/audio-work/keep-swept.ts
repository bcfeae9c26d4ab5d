import { messageOf } from '../../../errors.ts'
import type { AwsCall } from '../call.ts'
import { deleteJob, jobsNamed } from '../transcribe/job.ts'
import { type AudioFolders, JOB_PREFIX } from './folders.ts'
import type { Leases } from './leases.ts'
import { sweepAudio } from './sweep.ts'

interface SweepingOptions {
  leases: Leases
  folders: AudioFolders
  /** Regions in which work may lie. */
  regions: readonly string[]
  call: AwsCall
  warn(message: string, details: Record<string, unknown>): void
}

/** Milliseconds after the start, until who may be dead is looked at again, and between two rounds. */
const SOON = 1000
const DOUBTFUL = 35_000
/** How much longer a round for what is stuck waits than the one before, and at most: it may be stuck for ever. */
const GROWTH = 2
const LONGEST_WAIT = 60 * 60 * 1000
const DAY = 24 * 60 * 60 * 1000

/**
 * The same folders, with what dead processes left in them removed: soon after the start what leases tell of,
 * and once a day, while there is work, what is old. Where work ends with the answer, the first piece of work
 * brings both along.
 */
export function keepSwept(
  options: SweepingOptions,
  runtime: { transient?: boolean },
): AudioFolders {
  const { folders, regions, call } = options
  if (regions.length === 0) return folders
  let next = 0
  const removeJobs = async (owner: string, region: string) => {
    for (const name of await jobsNamed(call, JOB_PREFIX + owner, region)) {
      await deleteJob(call, { name, region })
    }
  }
  const run = async (byAge: boolean, wait = DOUBTFUL): Promise<void> => {
    try {
      const { again, isStuck } = await sweepAudio({ ...options, removeJobs, byAge })
      if (again) setTimeout(() => void run(false), DOUBTFUL)
      else if (isStuck) {
        setTimeout(() => void run(false, Math.min(wait * GROWTH, LONGEST_WAIT)), wait)
      }
    } catch (thrown) {
      const detail = messageOf(thrown)
      options.warn('What dead servers left of audio could not be swept.', { detail })
    }
  }
  // A start asks nobody at AWS: most servers never hear a recording.
  if (!runtime.transient) setTimeout(() => void run(false), SOON)
  return {
    ...folders,
    open(region) {
      if (Date.now() > next) {
        next = Date.now() + DAY
        void run(true)
      }
      return folders.open(region)
    },
  }
}
