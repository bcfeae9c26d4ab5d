import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Config } from '../../app/config.ts'
import { GatewayError } from '../../app/errors.ts'
import type { LocalBuckets } from '../../app/ports/local-buckets.ts'
import { codeOf } from './durable-folder.ts'
import { readFileStream } from './read-file.ts'

/** Folders below `EMBEDDED_BUCKETS_DIR` as buckets, their files as objects. */
export function openBuckets({
  EMBEDDED_BUCKETS_DIR,
}: Pick<Config, 'EMBEDDED_BUCKETS_DIR'>): LocalBuckets {
  const root = resolve(EMBEDDED_BUCKETS_DIR)
  return {
    async get(bucket, key) {
      const segments = [bucket, ...key.split('/')]
      if (!segments.every(isName)) return undefined
      const path = join(root, ...segments)
      try {
        // Opening a pipe would wait for its writer, and a folder opens like a file.
        if (!(await stat(path)).isFile()) return undefined
        return await readFileStream(path)
      } catch (thrown) {
        const code = codeOf(thrown)
        if (NOWHERE.has(code)) return undefined
        const cause = { cause: thrown }
        if (FORBIDDEN.has(code)) {
          throw new GatewayError(
            'permission',
            `This server may not read s3://${bucket}/${key}.`,
            cause,
          )
        }
        throw new GatewayError('overloaded', 'Buckets cannot be read at the moment. Retry.', cause)
      }
    },
  }
}

/** Keys are names as they stand, never paths: what would lead elsewhere is the name of nothing. */
function isName(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..') return false
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return !/[\x00-\x1f\\:]/.test(segment)
}

const NOWHERE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'])
const FORBIDDEN: ReadonlySet<string> = new Set(['EACCES', 'EPERM'])
