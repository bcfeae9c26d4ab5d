import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'
import { openState } from '../../runtimes/stores/open-state.ts'
import { openSqliteStateStore } from '../../runtimes/stores/sqlite-state-store.ts'
import { stateStoreContract } from '../contracts/state-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'outcrop-state-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function clock() {
  let time = 1_700_000_000_000
  return {
    now: () => time,
    pass(milliseconds: number) {
      time += milliseconds
    },
  }
}

stateStoreContract('memory', async () => {
  const { now, pass } = clock()
  return { store: createMemoryStateStore(now), now, pass }
})

let opened = 0
stateStoreContract('sqlite', async () => {
  const { now, pass } = clock()
  opened += 1
  return { store: openSqliteStateStore(join(folder, `${opened}.sqlite`), now), now, pass }
})

it('keeps state in the file when it is opened again', async () => {
  const path = join(folder, 'again.sqlite')
  await openSqliteStateStore(path).put('things', { id: 'a', value: '1' })
  expect(await openSqliteStateStore(path).get('things', 'a')).toEqual({
    id: 'a',
    value: '1',
    version: 1,
  })
})

describe('a file that another process has locked', () => {
  /** Locks a file until told, and tells how long our own process stood still meanwhile, in milliseconds. */
  async function locked<T>(path: string, use: () => Promise<T>): Promise<[stoodStill: number, T]> {
    const other = new DatabaseSync(path)
    other.exec('BEGIN EXCLUSIVE')
    const using = use()
    using.catch(() => {})
    let stoodStill = 0
    for (let looks = 0; looks < 30; looks++) {
      const before = performance.now()
      await pause(10)
      stoodStill = Math.max(stoodStill, performance.now() - before)
    }
    other.exec('ROLLBACK')
    other.close()
    return [stoodStill, await using]
  }

  it('is waited for, and nobody else with it', async () => {
    const path = join(folder, 'locked.sqlite')
    const store = openSqliteStateStore(path)
    const [stoodStill, written] = await locked(path, () =>
      Promise.all([
        store.put('things', { id: 'a', value: '1' }),
        store.add('things', { id: 'b', amount: 2 }),
        store.delete('things', 'c'),
      ]),
    )
    expect(written).toEqual([1, 2, false])
    expect(stoodStill).toBeLessThan(200)
  })

  it('is opened when it is free', async () => {
    const STATE_DIR = join(folder, 'locked')
    mkdirSync(STATE_DIR)
    const [stoodStill, store] = await locked(join(STATE_DIR, 'state.sqlite'), () =>
      openState({ STATE_DIR }),
    )
    expect(await store.put('things', { id: 'a', value: '1' })).toBe(1)
    expect(stoodStill).toBeLessThan(200)
  })

  it('is shared by many who open it at the same time', async () => {
    const STATE_DIR = join(folder, 'many')
    const stores = await Promise.all(Array.from({ length: 8 }, () => openState({ STATE_DIR })))
    await Promise.all(stores.map((store) => store.add('things', { id: 'a', amount: 1 })))
    expect(Number((await stores[0]!.get('things', 'a'))?.value)).toBe(8)
  })
})

// Windows has no such limit.
describe.skipIf(process.platform === 'win32')('a disk that is full', () => {
  it('takes nothing, and says so: what was acknowledged is there', () => {
    const program = join(import.meta.dirname, 'write-until-full.ts')
    const limited = 'trap "" XFSZ; ulimit -f 300; exec "$0" "$@"'
    const run = process.versions['deno'] ? ['run', '-A', program] : [program]
    const asked = ['-c', limited, process.execPath, ...run, join(folder, 'full.sqlite')]
    const told = JSON.parse(execFileSync('bash', asked, { encoding: 'utf8' }))
    expect(told.found).toEqual(told.written)
    expect(told.written.length).toBeGreaterThan(2)
    expect(told.written.length).toBeLessThan(40)
    expect(told.faults).toHaveLength(1)
  })
})
