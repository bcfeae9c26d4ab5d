import { join } from 'node:path'
import type { Config } from '../../app/config.ts'
import type { ObjectStore } from '../../app/ports/object-store.ts'

/** Files below `FILES_DIR`. */
export async function openObjects({ FILES_DIR }: Pick<Config, 'FILES_DIR'>): Promise<ObjectStore> {
  const { openDiskObjectStore } = await import('./disk-object-store.ts')
  return openDiskObjectStore(join(FILES_DIR))
}
