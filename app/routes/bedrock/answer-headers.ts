import type { Answer } from '../../gateway/answer.ts'
import type { HttpContext } from '../../http/context.ts'
import { EVENT_STREAM } from './contract.ts'

/** The headers AWS's clients read, beside our own. */
export function answerHeaders(c: HttpContext, { kind }: Answer): Record<string, string> {
  const id = { 'x-amzn-requestid': c.get('requestId') }
  return kind === 'stream' ? { ...id, 'content-type': EVENT_STREAM } : id
}

/** The same for InvokeModel, which tells in headers what a body of the model's own has no place for. */
export function invokeHeaders(c: HttpContext, answer: Answer): Record<string, string> {
  const headers = answerHeaders(c, answer)
  if (answer.kind === 'stream') {
    return { ...headers, 'x-amzn-bedrock-content-type': 'application/json' }
  }
  const { usage } = answer.record
  const latency = Math.round(performance.now() - c.get('entry').startedAt)
  return {
    ...headers,
    'x-amzn-bedrock-invocation-latency': String(latency),
    ...(usage && {
      'x-amzn-bedrock-input-token-count': String(usage.input),
      'x-amzn-bedrock-output-token-count': String(usage.output),
      ...(usage.cacheRead !== undefined && {
        'x-amzn-bedrock-cache-read-input-token-count': String(usage.cacheRead),
      }),
      ...(usage.cacheWrite !== undefined && {
        'x-amzn-bedrock-cache-write-input-token-count': String(usage.cacheWrite),
      }),
    }),
  }
}
