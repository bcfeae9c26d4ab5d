import { describe, expect, it } from 'vitest'
import { type MetricFamily, readPrometheusText } from '../../fakes/prometheus-text.ts'
import { KEYS, stageMetering } from '../usage/stage.ts'

const read = async (stage: ReturnType<typeof stageMetering>) => {
  const answer = await stage.get('/metrics', 'admin')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return readPrometheusText(await answer.text())
}

const numberIn = (
  families: Map<string, MetricFamily>,
  name: string,
  labels: Record<string, string> = {},
) =>
  families
    .get(name)
    ?.samples.find((one) =>
      Object.entries(labels).every(([label, value]) => one.labels[label] === value),
    )?.value

describe('/metrics', () => {
  it('is for admins', async () => {
    const stage = stageMetering()
    expect((await stage.get('/metrics', 'alice')).status).toBe(403)
    expect((await stage.app.request('/metrics')).status).toBe(401)
    expect((await stage.get('/metrics', 'admin')).status).toBe(200)
  })

  it('is for everybody where the operator says so, and for nobody', async () => {
    expect((await stageMetering({ METRICS: 'open' }).app.request('/metrics')).status).toBe(200)
    const off = stageMetering({ METRICS: 'off' })
    expect((await off.get('/metrics', 'admin')).status).toBe(404)
  })

  it('counts whole answers, streams, refusals and failures', async () => {
    const stage = stageMetering({}, { alice: { limits: { requests_per_minute: 3 } } })
    await (await stage.chat('alice')).text()
    await (await stage.chat('alice', { stream: true })).text()
    await (await stage.message('alice', { model: 'broken' })).text()
    expect((await stage.chat('alice')).status).toBe(429)
    await (await stage.chat('bob', { model: 'made-up-by-a-caller' })).text()
    const families = await read(stage)
    const count = (labels: Record<string, string>) =>
      numberIn(families, 'outcrop_requests_total', labels)
    expect(count({ surface: 'openai', operation: 'chat', status: '200' })).toBe(2)
    expect(count({ surface: 'anthropic', status: '502', outcome: 'failed' })).toBe(1)
    expect(count({ surface: 'openai', operation: '', status: '429', outcome: 'refused' })).toBe(1)
    expect(count({ surface: 'openai', status: '404' })).toBe(1)
    const of = (name: string, labels: Record<string, string>) =>
      numberIn(families, `outcrop_${name}`, labels)
    expect(of('model_requests_total', { model: 'teller', outcome: 'answered' })).toBe(2)
    expect(of('model_requests_total', { model: 'broken', outcome: 'failed' })).toBe(1)
    expect(of('tokens_total', { model: 'teller', kind: 'output' })).toBe(40)
    expect(of('tokens_total', { model: 'teller', kind: 'cache_read' })).toBe(100)
    expect(of('limit_refusals_total', { limit: 'requests' })).toBe(1)
    expect(of('upstream_attempts_total', { region: 'eu-west-3', outcome: 'answered' })).toBe(2)
    expect(of('upstream_attempts_total', { outcome: 'upstream' })).toBe(1)
    expect(of('requests_in_flight', {})).toBe(1)
    expect(of('open_streams', {})).toBe(0)
    expect(of('usage_queue_depth', {})).toBeGreaterThan(0)
    const firsts = families.get('outcrop_time_to_first_token_seconds')!.samples
    expect(firsts.find(({ name }) => name.endsWith('_count'))).toMatchObject({ value: 1 })
    expect(JSON.stringify([...families])).not.toContain('made-up-by-a-caller')
  })

  it('knows streams that are open, and callers who left', async () => {
    const stage = stageMetering()
    const answer = await stage.chat('alice', { model: 'endless', stream: true })
    const reader = answer.body!.getReader()
    await reader.read()
    const during = await read(stage)
    expect(numberIn(during, 'outcrop_open_streams')).toBe(1)
    expect(numberIn(during, 'outcrop_requests_in_flight')).toBe(2)
    await reader.cancel()
    while (stage.log().every(({ outcome }) => outcome !== 'caller-left'))
      await new Promise((resolve) => setImmediate(resolve))
    const after = await read(stage)
    expect(numberIn(after, 'outcrop_open_streams')).toBe(0)
    expect(numberIn(after, 'outcrop_requests_in_flight')).toBe(1)
    const labels = { status: '499', outcome: 'caller-left' }
    expect(numberIn(after, 'outcrop_requests_total', labels)).toBe(1)
  })

  it('names the budget that is spent', async () => {
    const stage = stageMetering({}, { alice: { budget: { day: 0.0000001 } } })
    expect((await stage.chat('alice')).status).toBe(429)
    const families = await read(stage)
    expect(numberIn(families, 'outcrop_limit_refusals_total', { limit: 'budget' })).toBe(1)
    expect(JSON.stringify([...families])).not.toContain(KEYS.alice)
  })
})
