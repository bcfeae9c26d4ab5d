import { openSqliteStateStore } from '../../runtimes/stores/sqlite-state-store.ts'

// Runs in a process of its own, whose files may not grow beyond a limit: writes until that is reached, and tells what
// was acknowledged and what can be read.
const [path] = process.argv.slice(2)
const store = openSqliteStateStore(path!)
const value = 'x'.repeat(20_000)
const written: string[] = []
const faults = new Set<string>()
for (let n = 0; n < 40; n++) {
  try {
    await store.put('things', { id: `${n}`, value })
    await store.add('counters', { id: `${n}`, amount: 1 })
    written.push(`${n}`)
  } catch (thrown) {
    faults.add((thrown as Error).message)
  }
}
const found: string[] = []
for (const id of written) {
  if ((await store.get('things', id)) && (await store.get('counters', id))) found.push(id)
}
process.stdout.write(JSON.stringify({ written, found, faults: [...faults] }))
