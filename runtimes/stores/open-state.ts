import { join } from 'node:path'
import type { Config } from '../../app/config.ts'
import type { StateStore } from '../../app/ports/state-store.ts'
import { whenUnlocked } from './when-unlocked.ts'

/** State in a file below `STATE_DIR`. SQLite is loaded no earlier. */
export async function openState({ STATE_DIR }: Pick<Config, 'STATE_DIR'>): Promise<StateStore> {
  const { openSqliteStateStore } = await import('./sqlite-state-store.ts')
  return whenUnlocked(() => openSqliteStateStore(join(STATE_DIR, 'state.sqlite')))
}
