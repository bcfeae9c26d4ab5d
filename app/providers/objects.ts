import type { Config } from '../config.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Runtime } from '../ports/runtime.ts'
import { createS3ObjectStore } from './aws/s3/object-store.ts'
import { createMemoryObjectStore } from './embedded/memory-object-store.ts'

/**
 * Where files are kept: in the S3 bucket where one is configured, else where the runtime can keep them.
 * Undefined where that is nowhere: a file that dies with the process must be asked for (`FILES_DIR=memory`).
 */
export function createObjects({
  config,
  runtime,
}: {
  config: Config
  runtime: Runtime
}): ObjectStore | undefined {
  if (config.AWS_S3_BUCKET) return createS3ObjectStore({ config, runtime }, config.AWS_S3_BUCKET)
  if (config.FILES_DIR === 'memory') return createMemoryObjectStore()
  return runtime.openObjects && openedOnFirstUse(async () => runtime.openObjects!(config))
}

/** A start pays nothing for the store; one that could not be opened is tried again by the next use. */
function openedOnFirstUse(open: () => Promise<ObjectStore>): ObjectStore {
  let opening: Promise<ObjectStore> | undefined
  const opened = (): Promise<ObjectStore> => {
    opening ??= open().catch((thrown: unknown) => {
      opening = undefined
      throw thrown
    })
    return opening
  }
  return {
    put: async (...asked) => (await opened()).put(...asked),
    get: async (...asked) => (await opened()).get(...asked),
    delete: async (...asked) => (await opened()).delete(...asked),
    list: async (...asked) => (await opened()).list(...asked),
    join: async (...asked) => (await opened()).join(...asked),
  }
}
