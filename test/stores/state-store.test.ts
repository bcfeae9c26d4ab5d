import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'
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
