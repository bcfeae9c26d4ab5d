/**
 * `node bench/batch-prompts.ts [rounds]`: what fifty prompts in one completion request take, beside the same
 * prompts asked one after the other, over a Bedrock that answers after 20 ms. A round asks both ways, so that
 * only times of one moment are compared.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, launch } from './process.ts'
import { REPOSITORY } from './targets.ts'

const PROMPTS = 50
const GOAL = 1.2
const ROUNDS = Number(process.argv[2] ?? 20)
const KEY = 'bench-key'

const [upstream, port] = [await freePort(), await freePort()]
const directory = REPOSITORY
const fake = launch(
  [process.execPath, 'bench/fake-bedrock.ts'],
  { PORT: String(upstream), FAKE_TOKENS: '16', FAKE_FIRST_MS: '20' },
  { directory },
)
const gateway = launch(
  [process.execPath, '--min-semi-space-size=4', 'runtimes/start-node.js'],
  {
    PORT: String(port),
    PROVIDER: 'aws',
    API_KEY: KEY,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${upstream}`,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    STATE_DIR: 'memory',
    FILES_DIR: 'memory',
  },
  { directory },
)

const prompts = Array.from({ length: PROMPTS }, (_, index) => `${index} plus one is`)

/** Milliseconds until the last byte of an answer, every choice of which was given. */
async function ask(prompt: string | string[], stream: boolean): Promise<number> {
  const began = performance.now()
  const answer = await fetch(`http://127.0.0.1:${port}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model: 'amazon.nova-lite-v1:0', prompt, max_tokens: 16, stream }),
  })
  const text = await answer.text()
  const took = performance.now() - began
  const ends = text.match(/"finish_reason":"/g)?.length ?? 0
  if (ends !== (typeof prompt === 'string' ? 1 : prompt.length)) throw new Error(text.slice(0, 500))
  return took
}

async function reachable(): Promise<void> {
  for (let left = 100; left > 0; left--) {
    try {
      await fetch(`http://127.0.0.1:${port}/health`)
      return
    } catch {
      await sleep(100)
    }
  }
  throw new Error(gateway.words())
}

const at = (values: number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)]!

async function measure(stream: boolean): Promise<void> {
  const singles: number[] = []
  const batches: number[] = []
  const ratios: number[] = []
  // What is asked before counts for nothing: connections stand then, and code is warm.
  for (let round = -5; round < ROUNDS; round++) {
    const alone: number[] = []
    for (const prompt of prompts) alone.push(await ask(prompt, stream))
    const together = await ask(prompts, stream)
    if (round < 0) continue
    singles.push(...alone)
    batches.push(together)
    ratios.push(together / Math.max(...alone))
  }
  const ms = (values: number[], part: number) => `${at(values, part).toFixed(1)} ms`
  const ratio = at(ratios, 0.5)
  console.log(
    [
      stream ? 'streams:' : 'whole answers:',
      `one prompt ${ms(singles, 0.5)} in the median, ${ms(singles, 1)} at most;`,
      `a batch of ${PROMPTS} ${ms(batches, 0.5)} in the median, ${ms(batches, 1)} at most.`,
      `The batch beside the slowest of its prompts: ${ratio.toFixed(2)}`,
      `(${at(ratios, 0).toFixed(2)} to ${at(ratios, 1).toFixed(2)}), beside the median one`,
      `${(at(batches, 0.5) / at(singles, 0.5)).toFixed(2)}. ${ratio <= GOAL ? 'Met' : 'Missed'}: ${GOAL}.`,
    ].join(' '),
  )
}

await reachable()
await measure(false)
await measure(true)
await Promise.all([gateway.stop(), fake.stop()])
