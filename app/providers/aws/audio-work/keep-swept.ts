import type { AwsCall } from '../call.ts'
import { deleteJob, jobsNamed } from '../transcribe/job.ts'
import { type AudioFolders, JOB_PREFIX } from './folders.ts'
import type { Leases } from './leases.ts'
import { sweepAudio } from './sweep.ts'

export interface SweepingOptions {
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
const DAY = 24 * 60 * 60 * 1000

/**
 * The same folders, with what dead processes left in them removed: soon after the start, and once a day
 * while there is work. Where work ends with the answer, the first piece of work brings it along.
 */
export function keepSwept(
  options: SweepingOptions,
  runtime: { transient?: boolean },
): AudioFolders {
  const { folders, regions } = options
  if (regions.length === 0) return folders
  let next = runtime.transient ? 0 : Date.now() + DAY
  const run = async (): Promise<void> => {
    try {
      const { again } = await sweepAudio({ ...options, ...jobsOf(options.call) })
      if (again) setTimeout(run, DOUBTFUL)
    } catch (thrown) {
      const detail = thrown instanceof Error ? thrown.message : String(thrown)
      options.warn('What dead servers left of audio could not be swept.', { detail })
    }
  }
  if (!runtime.transient) setTimeout(run, SOON)
  return {
    ...folders,
    open(region) {
      if (Date.now() > next) {
        next = Date.now() + DAY
        void run()
      }
      return folders.open(region)
    },
  }
}

function jobsOf(call: AwsCall) {
  return {
    async removeJobs(owner: string, region: string) {
      for (const { name } of await jobsNamed(call, JOB_PREFIX + owner, region)) {
        await deleteJob(call, name, region)
      }
    },
    async jobOwners(region: string) {
      const owners = new Map<string, number>()
      for (const { name, created } of await jobsNamed(call, JOB_PREFIX, region)) {
        const owner = name.slice(JOB_PREFIX.length).split('-', 1)[0]!
        owners.set(owner, Math.max(owners.get(owner) ?? 0, created))
      }
      return owners
    },
  }
}
