import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../app/library/metrics/gateway-metrics.ts'
import { createRegistry, observe } from '../../app/library/metrics/registry.ts'
import type { RequestFacts } from '../../app/ports/metrics.ts'
import { readPrometheusText } from '../fakes/prometheus-text.ts'

describe('the registry', () => {
  it("writes Prometheus's text format", () => {
    const registry = createRegistry()
    const asked = registry.counter({ name: 'asked_total', help: 'Asked.', labels: ['who'] })
    asked.of('a').value += 2
    asked.of('b').value++
    asked.of('a').value++
    registry.gauge({ name: 'open', help: 'Open \\ now.' }, () => 1.5)
    registry.gauge({ name: 'absent', help: 'Nobody knows.' }, () => undefined)
    const bounds = [0.1, 1]
    const took = registry.distribution({ name: 'took_seconds', help: 'Took.', bounds })
    for (const value of [0.05, 0.1, 0.5, 7]) observe(took.of(), bounds, value)
    expect(registry.text()).toBe(
      [
        '# HELP asked_total Asked.',
        '# TYPE asked_total counter',
        'asked_total{who="a"} 3',
        'asked_total{who="b"} 1',
        '# HELP open Open \\\\ now.',
        '# TYPE open gauge',
        'open 1.5',
        '# HELP took_seconds Took.',
        '# TYPE took_seconds histogram',
        'took_seconds_bucket{le="0.1"} 2',
        'took_seconds_bucket{le="1"} 3',
        'took_seconds_bucket{le="+Inf"} 4',
        'took_seconds_sum 7.65',
        'took_seconds_count 4',
        '',
      ].join('\n'),
    )
    readPrometheusText(registry.text())
  })

  it('writes any text as a label', () => {
    const registry = createRegistry()
    const hostile = [
      '"} 1\nfake_total 7',
      'back\\slash',
      'line\nfeed\rand\u0000',
      '\ud800',
      'é中🙂',
    ]
    const named = registry.counter({ name: 'named_total', help: 'Named.', labels: ['name'] })
    for (const name of hostile) named.of(name).value++
    const { samples } = readPrometheusText(registry.text()).get('named_total')!
    expect(samples.map(({ labels }) => labels['name'])).toEqual([
      '"} 1\nfake_total 7',
      'back\\slash',
      'line\nfeed?and?',
      '\ufffd',
      'é中🙂',
    ])
  })

  it('counts what is too much of a kind as other, and loses nothing', () => {
    const registry = createRegistry(10)
    const labels = ['model', 'outcome']
    const asked = registry.counter({ name: 'asked_total', help: 'Asked.', labels, open: ['model'] })
    for (let at = 0; at < 1000; at++) {
      asked.of(`model-${at}`, at % 2 ? 'answered' : 'failed').value++
    }
    const { samples } = readPrometheusText(registry.text()).get('asked_total')!
    expect(samples).toHaveLength(12)
    expect(samples.slice(-2)).toEqual([
      { name: 'asked_total', labels: { model: 'other', outcome: 'failed' }, value: 495 },
      { name: 'asked_total', labels: { model: 'other', outcome: 'answered' }, value: 495 },
    ])
  })
})

const facts: RequestFacts = {
  surface: 'openai',
  operation: 'chat',
  status: 200,
  outcome: 'answered',
  seconds: 2,
  model: 'm',
  provider: 'aws',
  upstreamSeconds: 0.4,
  usage: { input: 10, output: 5, cacheRead: 3 },
  attempts: [{ provider: 'aws', region: 'us-east-1', outcome: 'answered' }],
}

const metrics = () => createMetrics({ version: '1', runtime: 'test', now: () => 5000 })

describe('the numbers of the gateway', () => {
  it('tell of a streamed answer', () => {
    const all = metrics()
    all.opened()
    all.streaming()
    expect(all.text()).toContain('outcrop_requests_in_flight 1\n')
    expect(all.text()).toContain('outcrop_open_streams 1\n')
    all.closed({ ...facts, stream: true, firstTokenSeconds: 1 }, true)
    const text = all.text()
    for (const line of [
      'outcrop_requests_in_flight 0',
      'outcrop_open_streams 0',
      'outcrop_requests_total{surface="openai",operation="chat",status="200",outcome="answered"} 1',
      'outcrop_model_requests_total{provider="aws",model="m",operation="chat",outcome="answered"} 1',
      'outcrop_request_duration_seconds_sum{surface="openai",operation="chat"} 2',
      'outcrop_upstream_duration_seconds_sum{provider="aws",model="m"} 0.4',
      'outcrop_time_to_first_token_seconds_sum{model="m"} 1',
      // A second for the four tokens behind the first.
      'outcrop_inter_token_delay_seconds_sum{model="m"} 0.25',
      'outcrop_tokens_total{model="m",kind="input"} 10',
      'outcrop_tokens_total{model="m",kind="output"} 5',
      'outcrop_tokens_total{model="m",kind="cache_read"} 3',
      'outcrop_upstream_attempts_total{provider="aws",region="us-east-1",outcome="answered"} 1',
      'process_start_time_seconds 5',
      'outcrop_info{version="1",runtime="test"} 1',
    ])
      expect(text).toContain(`${line}\n`)
    expect(text).not.toContain('cache_write')
    readPrometheusText(text)
  })

  it('tell of refusals, failed attempts and other units', () => {
    const all = metrics()
    all.closed({ ...facts, model: undefined, attempts: undefined, lacking: 'tokens' }, false)
    all.closed({ ...facts, usage: { input: 0, output: 0, images: 2, audioSeconds: 1.5 } }, false)
    const attempts = ['rate-limit', 'answered'].map((outcome) => ({
      provider: 'aws',
      region: 'eu-west-1',
      outcome,
    }))
    all.closed({ ...facts, attempts }, false)
    const families = readPrometheusText(all.text())
    const samplesOf = (name: string) =>
      families.get(name)!.samples.map(({ labels, value }) => [...Object.values(labels), value])
    expect(samplesOf('outcrop_limit_refusals_total')).toEqual([['tokens', 1]])
    expect(samplesOf('outcrop_units_total')).toEqual([
      ['m', 'images', 2],
      ['m', 'audio_seconds', 1.5],
    ])
    expect(samplesOf('outcrop_upstream_attempts_total')).toEqual([
      ['aws', 'us-east-1', 'answered', 1],
      ['aws', 'eu-west-1', 'rate-limit', 1],
      ['aws', 'eu-west-1', 'answered', 1],
    ])
  })

  it('stay bounded whatever names are found', () => {
    const all = metrics()
    for (let at = 0; at < 20_000; at++) {
      const attempts = [{ provider: `p-${at}`, region: `r-${at}`, outcome: 'answered' }]
      all.closed({ ...facts, model: `m-${at}`, provider: `p-${at}`, attempts }, false)
    }
    const families = readPrometheusText(all.text())
    const asked = families.get('outcrop_model_requests_total')!.samples
    expect(asked.length).toBeLessThan(600)
    expect(asked.reduce((sum, { value }) => sum + value, 0)).toBe(20_000)
    expect(all.text().length).toBeLessThan(3_000_000)
  })
})
