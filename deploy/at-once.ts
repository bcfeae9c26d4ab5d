import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** `node deploy/at-once.ts lint licences`: scripts of package.json side by side, and what each said when it is over. */
const names = process.argv.slice(2)
const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
const { scripts } = JSON.parse(file) as { scripts: Record<string, string> }

async function run(name: string): Promise<boolean> {
  const command = scripts[name]
  if (command === undefined) throw new Error(`package.json has no script \`${name}\`.`)
  const began = performance.now()
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const said: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => said.push(bytes))
  }
  const code = await new Promise((resolve, reject) => {
    child.on('close', resolve)
    child.on('error', reject)
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${code === 0 ? 'well' : 'FAILED'} ${name}: ${command} (${seconds} s)`)
  process.stdout.write(Buffer.concat(said))
  return code === 0
}

const ends = await Promise.all(names.map(run))
process.exitCode = ends.every(Boolean) ? 0 : 1
