import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { reportUsage } from '../../app/library/usage/usage-report.ts'
import type { StateStore } from '../../app/ports/state-store.ts'
import { createDynamoStateStore } from '../../app/providers/aws/dynamodb/state-store.ts'
import { openState } from '../../runtimes/stores/open-state.ts'
import { openDynamo, openTable } from '../fakes/dynamodb.ts'
import { launch } from '../runtimes/platform.ts'
import { node } from '../runtimes/platforms.ts'

const folder = mkdtempSync(join(tmpdir(), 'outcrop-usage-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const DAY = 86_400

async function requestsIn(state: StateStore): Promise<number> {
  const now = Math.floor(Date.now() / 1000)
  const query = { from: now - DAY, to: now + DAY, width: 'day', groupBy: [] } as const
  const buckets = await reportUsage(state, query)
  return buckets.reduce((sum, { lines }) => sum + (lines[0]?.sums.requests ?? 0), 0)
}

/** Asks until `over`, and keeps when each answer was there; with pauses, for nothing is proven by speed. */
async function askUntil(url: string, over: number): Promise<number[]> {
  const answered: number[] = []
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })
  while (performance.now() < over) {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
    await answer.text()
    answered.push(performance.now())
    await setTimeout(5)
  }
  return answered
}

const env = { PROVIDER: 'embedded', EMBEDDED_TOKENS_PER_SECOND: '0', LOG_LEVEL: 'silent' }

describe('a server that is killed', () => {
  it('has lost at most one second of usage on disk', { timeout: 60_000 }, async () => {
    const STATE_DIR = join(folder, 'state')
    let kept = 0
    let answers = 0
    let within = 0
    for (let kill = 0; kill < 3; kill++) {
      const running = await launch(node, { ...env, STATE_DIR })
      const answered = await askUntil(running.url, performance.now() + 1500)
      process.kill(running.pid, 'SIGKILL')
      const killedAt = performance.now()
      await running.exited
      answers += answered.length
      within += answered.filter((at) => at > killedAt - 1000).length
      kept = await requestsIn(await openState({ STATE_DIR }))
    }
    expect(within).toBeLessThan(answers)
    expect(kept).toBeLessThanOrEqual(answers)
    expect(kept).toBeGreaterThanOrEqual(answers - within)
  })

  it('has lost at most one second of it in DynamoDB', { timeout: 60_000 }, async () => {
    const dynamo = await openDynamo()
    const table = await openTable(dynamo.url, 'crash')
    const running = await launch(node, { ...env, ...table.env })
    const answered = await askUntil(running.url, performance.now() + 2000)
    process.kill(running.pid, 'SIGKILL')
    const killedAt = performance.now()
    await running.exited
    const kept = await requestsIn(createDynamoStateStore(table.options))
    dynamo.close()
    const within = answered.filter((at) => at > killedAt - 1000).length
    expect(kept).toBeLessThanOrEqual(answered.length)
    expect(kept).toBeGreaterThanOrEqual(answered.length - within)
  })

  it('loses nothing where it is told to end', { timeout: 60_000 }, async () => {
    const STATE_DIR = join(folder, 'told')
    const running = await launch(node, { ...env, STATE_DIR })
    const answered = await askUntil(running.url, performance.now() + 300)
    running.signal('SIGTERM')
    expect(await running.exited).toBe(0)
    expect(await requestsIn(await openState({ STATE_DIR }))).toBe(answered.length)
  })
})
