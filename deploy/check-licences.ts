import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What may be in the server and among its tools, by SPDX names: nothing that asks more of whoever runs it than a notice. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
  // By file, and we change none of theirs.
  'MPL-2.0',
])

/** Packages whose own file names no licence, and which one lies beside it. */
const TOLD_ELSEWHERE: Readonly<Record<string, string>> = {
  'cohere-ai': 'MIT',
  'humanize-number': 'MIT',
  only: 'MIT',
}

interface Locked {
  license?: string
}

interface Package {
  name?: string
  license?: string | { type: string }
  licenses?: { type: string }[]
}

const root = join(import.meta.dirname, '..')
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>
}

const counts = new Map<string, number>()
const faults: string[] = []
for (const [place, locked] of Object.entries(lock.packages)) {
  if (place === '') continue
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const licence = TOLD_ELSEWHERE[name] ?? licenceAt(place) ?? locked.license
  counts.set(licence ?? 'none', (counts.get(licence ?? 'none') ?? 0) + 1)
  if (licence !== undefined && fits(licence)) continue
  faults.push(`${name}: ${licence ?? 'says no licence'}`)
}

if (faults.length > 0) {
  console.error(
    `Licences that are not on the list of deploy/check-licences.ts:\n${faults.join('\n')}`,
  )
  process.exit(1)
}
const told = [...counts].sort(([, one], [, other]) => other - one)
console.log(told.map(([licence, count]) => `${count} ${licence}`).join(', '))

/** As the installed package says; undefined for those of other platforms, which the lock speaks for. */
function licenceAt(place: string): string | undefined {
  const file = join(root, place, 'package.json')
  if (!existsSync(file)) return undefined
  const { license, licenses } = JSON.parse(readFileSync(file, 'utf8')) as Package
  if (typeof license === 'string') return license
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ')
}

/** Whether an SPDX expression lets one choose what is allowed. */
function fits(expression: string): boolean {
  const plain = expression.replace(/[()]/g, ' ')
  return plain
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((one) => ALLOWED.has(one.trim())))
}
