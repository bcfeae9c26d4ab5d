import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'

/** `npm run fuzz -- --minutes 30 --seed 7`: what the suite tries for seconds, tried for long, from a new beginning. */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } },
})
const seconds = Number(values.minutes) * 60
const seed = values.seed ?? String(Math.floor(Math.random() * 0x7fffffff))
if (!(seconds > 0) || !Number.isSafeInteger(Number(seed))) {
  console.error('Usage: npm run fuzz -- [--minutes 5] [--seed 123]')
  process.exit(2)
}

console.log(`${values.minutes} minutes from seed ${seed}; again: npm run fuzz -- --seed ${seed}`)
const running = spawn('vitest', ['run', 'test/fuzz'], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_SECONDS: String(seconds), FUZZ_SEED: seed },
})
const [code] = await once(running, 'exit')
process.exitCode = code ?? 1
