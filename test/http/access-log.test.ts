import { describe, expect, it } from 'vitest'
import { VERSION } from '../../app/config/version.ts'
import type { Config } from '../../app/config.ts'
import { GatewayError } from '../../app/errors.ts'
import type { AccessEntry } from '../../app/http/log/access-entry.ts'
import { createAccessLog } from '../../app/http/log/access-log.ts'

function lineOf(entry: Partial<AccessEntry>, status = 200, least: Config['LOG_LEVEL'] = 'info') {
  const lines: string[] = []
  const log = createAccessLog({ write: (line) => void lines.push(line) }, least)
  log.close({ ...log.open('id-1', 'POST', '/v1/chat/completions'), ...entry }, status)
  return lines.map((line) => JSON.parse(line))[0]
}

describe('a line of the access log', () => {
  it('tells who asked what of whom at what price', () => {
    const line = lineOf({
      record: {
        operation: 'chat',
        model: 'nova',
        stream: true,
        provider: 'aws',
        servedModel: 'us.amazon.nova-micro-v1:0',
        region: 'us-east-1',
        attempts: 2,
        ignored: ['seed'],
        usage: { input: 3, output: 5, cacheRead: 2 },
        stop: 'end-turn',
      },
      firstTextAfter: 12.34567,
    })
    expect(line).toEqual({
      type: 'request',
      level: 'info',
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      id: 'id-1',
      method: 'POST',
      path: '/v1/chat/completions',
      status_code: 200,
      execution_time_ms: expect.any(Number),
      first_token_ms: 12.346,
      outcome: 'answered',
      model_id: 'nova',
      served_model_id: 'us.amazon.nova-micro-v1:0',
      provider: 'aws',
      region: 'us-east-1',
      attempts: 2,
      stream: true,
      stop_reason: 'end-turn',
      ignored_params: ['seed'],
      usage: { input_tokens: 5, output_tokens: 5, total_tokens: 10, cached_tokens: 2 },
      server_version: VERSION,
    })
  })

  it('names the model asked for when nobody answered', () => {
    const error = new GatewayError('model-not-found', 'No.', { param: 'model' })
    expect(lineOf({ model: 'none', error }, 404)).toMatchObject({
      level: 'warning',
      status_code: 404,
      outcome: 'refused',
      model_id: 'none',
      error_code: 'model-not-found',
      error_param: 'model',
    })
  })

  it('shows the causes of a failure in a row, and where only what nobody foresaw', () => {
    const socket = new Error('reset by peer')
    const cause = new Error('upstream broke', { cause: socket })
    const foreseen = lineOf({ error: new GatewayError('upstream', 'Sorry.', { cause }) }, 502)
    expect(foreseen.error_detail).toEqual(['Error: upstream broke', 'Error: reset by peer'])
    const unforeseen = lineOf({ error: new GatewayError('internal', 'Sorry.', { cause }) }, 500)
    expect(unforeseen.error_detail[0]).toContain('access-log.test.ts')
  })

  it('quotes nobody: not the vendor on a 400, not the engine on broken JSON', () => {
    const quoting = new Error('Value "my secret" is not allowed')
    const refused = new GatewayError('invalid-request', 'my secret', { cause: quoting })
    expect(JSON.stringify(lineOf({ error: refused }, 400))).not.toContain('secret')
    const broken = new SyntaxError('Unexpected token in "my secret"')
    const failed = new GatewayError('upstream', 'Sorry.', { cause: broken })
    expect(lineOf({ error: failed }, 502).error_detail).toEqual(['SyntaxError'])
  })

  it('is no longer for the names callers make up', () => {
    const record = { operation: 'chat', model: 'm'.repeat(1e6), stream: false } as const
    const param = 'p'.repeat(1e6)
    const error = new GatewayError('invalid-request', 'No.', { param })
    const line = lineOf({ error, record: { ...record, user: 'u'.repeat(1e6) } }, 400)
    expect(JSON.stringify(line).length).toBeLessThan(2000)
  })

  it('calls a stream that broke off a failure, whatever its headers said', () => {
    const error = new GatewayError('stream-incomplete', 'Broke off.')
    expect(lineOf({ error, streaming: true }, 200)).toMatchObject({
      level: 'error',
      status_code: 200,
      outcome: 'failed',
      error_code: 'stream-incomplete',
    })
  })

  it('calls a caller who left 499', () => {
    const error = new GatewayError('caller-left', 'Gone.')
    expect(lineOf({ error, streaming: true }, 200)).toMatchObject({
      level: 'warning',
      status_code: 499,
      outcome: 'caller-left',
    })
  })

  it.each([
    ['info', '/health', 200, false],
    ['info', '/docs/swagger-ui.css', 200, false],
    ['debug', '/health', 200, true],
    ['info', '/health', 401, true],
    ['warning', '/v1/models', 200, false],
    ['warning', '/v1/models', 404, true],
    ['error', '/v1/models', 404, false],
    ['error', '/v1/models', 500, true],
    ['silent', '/v1/models', 500, false],
  ] as const)('at LOG_LEVEL=%s for %s %i is written: %s', (least, path, status, written) => {
    expect(lineOf({ path }, status, least) !== undefined).toBe(written)
  })
})

describe('observers of the access log', () => {
  it('are told of every request that has ended, also of those that write no line', () => {
    const told: unknown[] = []
    const lines: string[] = []
    const log = createAccessLog({ write: (line) => void lines.push(line) }, 'error', {
      observers: [
        {
          closed: ({ id, caller }, { status, level }) =>
            void told.push([id, caller?.keyId, status, level]),
        },
      ],
    })
    const entry = log.open('id-1', 'GET', '/health')
    entry.caller = { owner: 'a', keyId: 'key-a' }
    log.close(entry, 200)
    log.close(log.open('id-2', 'GET', '/v1/models'), 502)
    expect(told).toEqual([
      ['id-1', 'key-a', 200, 'debug'],
      ['id-2', undefined, 502, 'error'],
    ])
    expect(lines).toHaveLength(1)
  })
})
