import { once } from '../codecs/once.ts'
import type { Config } from '../config.ts'
import { GatewayError } from '../errors.ts'
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
  const opened = once(open)
  const use = async <T>(ask: (store: ObjectStore) => Promise<T>): Promise<T> => {
    try {
      return await ask(await opened())
    } catch (thrown) {
      throw isOfDisk(thrown) ? unavailable(thrown) : thrown
    }
  }
  return {
    put: (...asked) => use((store) => store.put(...asked)),
    get: (...asked) => use((store) => store.get(...asked)),
    delete: (...asked) => use((store) => store.delete(...asked)),
    list: (...asked) => use((store) => store.list(...asked)),
    join: (...asked) => use((store) => store.join(...asked)),
  }
}

/** A disk that is full, broken or closed to us; what goes wrong with a caller's bytes has other names. */
const DISK_FAULTS: ReadonlySet<unknown> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  'EACCES',
  'EPERM',
  'EMFILE',
  'ENFILE',
  // Of a folder that cannot be made: what is not there to be read is no fault.
  'ENOENT',
  'ENOTDIR',
])

const isOfDisk = (thrown: unknown) =>
  thrown instanceof Error && 'code' in thrown && DISK_FAULTS.has(thrown.code)

const unavailable = (cause: unknown) =>
  new GatewayError('overloaded', 'Files cannot be kept at the moment. Retry the request later.', {
    retryAfter: 30,
    cause,
  })
