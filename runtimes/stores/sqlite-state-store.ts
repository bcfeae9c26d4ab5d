import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ListOptions, StateItem, StateStore } from '../../app/ports/state-store.ts'
import { whenUnlocked } from './when-unlocked.ts'

const SCHEMA = `
  PRAGMA busy_timeout = 0;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS state (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at REAL,
    PRIMARY KEY (collection, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS state_by_expiry ON state (expires_at) WHERE expires_at IS NOT NULL;
`
const ALIVE = '(expires_at IS NULL OR expires_at > :now)'

/** The highest code point, so that `prefix + LAST` bounds every id that begins with the prefix. */
const LAST = '\u{10FFFF}'

/** Milliseconds between two sweeps of everything that has expired; a write begins them. */
const SWEEP = 60 * 60 * 1000

/**
 * State in one SQLite file that several processes may share; `:memory:` for tests. `now` in Unix milliseconds. Throws
 * when another process has the file locked just then; its methods wait for that.
 */
export function openSqliteStateStore(path: string, now: () => number = Date.now): StateStore {
  const database = openDatabase(path)
  const sweepAll = database.prepare('DELETE FROM state WHERE expires_at <= ?')
  let sweepAt = now()

  const one = database.prepare(
    `SELECT id, value, version FROM state WHERE collection = :collection AND id = :id AND ${ALIVE}`,
  )
  const sweep = database.prepare(
    'DELETE FROM state WHERE collection = :collection AND id = :id AND expires_at <= :now',
  )
  const write = database.prepare(`
    INSERT INTO state (collection, id, value, version, expires_at)
    SELECT :collection, :id, :value, 1, :expiresAt WHERE :ifVersion IS NULL OR :ifVersion = 0
    ON CONFLICT (collection, id) DO UPDATE
      SET value = excluded.value, version = version + 1, expires_at = excluded.expires_at
      WHERE :ifVersion IS NULL
    RETURNING version`)
  const overwrite = database.prepare(`
    UPDATE state SET value = :value, version = version + 1, expires_at = :expiresAt
    WHERE collection = :collection AND id = :id AND version = :ifVersion
    RETURNING version`)
  const remove = database.prepare('DELETE FROM state WHERE collection = :collection AND id = :id')
  const count = database.prepare(`
    INSERT INTO state (collection, id, value, version, expires_at)
    VALUES (:collection, :id, :amount, 1, :expiresAt)
    ON CONFLICT (collection, id) DO UPDATE
      SET value = CAST(value AS REAL) + :amount, version = version + 1
    RETURNING CAST(value AS REAL) AS sum`)

  return {
    get: (collection, id) =>
      whenUnlocked(() => {
        const row = one.get({ collection, id, now: now() })
        return row && item(row)
      }),
    put: (collection, { id, value }, { ifVersion, expiresAt = null } = {}) =>
      whenUnlocked(() => {
        if (now() >= sweepAt) {
          sweepAll.run(now())
          sweepAt = now() + SWEEP
        }
        sweep.run({ collection, id, now: now() })
        const written = ifVersion
          ? only(overwrite.all({ collection, id, value, ifVersion, expiresAt }))
          : only(write.all({ collection, id, value, ifVersion: ifVersion ?? null, expiresAt }))
        return written && Number(written['version'])
      }),
    delete: (collection, id) =>
      whenUnlocked(() => {
        sweep.run({ collection, id, now: now() })
        return remove.run({ collection, id }).changes > 0
      }),
    list: (collection, options = {}) =>
      whenUnlocked(() => {
        const { sql, values } = listing(options)
        return database
          .prepare(sql)
          .all({ collection, now: now(), ...values })
          .map(item)
      }),
    add: (collection, { id, amount }, expiresAt) =>
      whenUnlocked(() => {
        sweep.run({ collection, id, now: now() })
        const counted = only(count.all({ collection, id, amount, expiresAt: expiresAt ?? null }))
        return Number(counted!['sum'])
      }),
  }
}

/**
 * The row a write gives back. Asked for with `all`: `get` stops at the row, which comes before the write is on the disk,
 * and Node and Deno keep to themselves that it then fails.
 */
const only = <Row>([row]: Row[]) => row

function openDatabase(path: string): DatabaseSync {
  // What people said is in there: only the account we run as may look.
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path)
  try {
    database.exec(SCHEMA)
    return database
  } catch (thrown) {
    // Left open it would keep a lock, which no other process could wait out.
    database.close()
    throw thrown
  }
}

function listing({ prefix, after, limit, descending }: ListOptions) {
  const values: Record<string, string | number> = {}
  let sql = `SELECT id, value, version FROM state WHERE collection = :collection AND ${ALIVE}`
  if (prefix !== undefined) {
    sql += ' AND id >= :prefix AND id < :last'
    Object.assign(values, { prefix, last: prefix + LAST })
  }
  if (after !== undefined) {
    sql += descending ? ' AND id < :after' : ' AND id > :after'
    values['after'] = after
  }
  sql += ` ORDER BY id ${descending ? 'DESC' : 'ASC'}`
  if (limit !== undefined) {
    sql += ' LIMIT :limit'
    values['limit'] = limit
  }
  return { sql, values }
}

const item = (row: Record<string, unknown>): StateItem => ({
  id: String(row['id']),
  value: String(row['value']),
  version: Number(row['version']),
})
