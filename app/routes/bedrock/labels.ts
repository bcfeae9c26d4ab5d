import { z } from '@hono/zod-openapi'
import { GatewayError } from '../../errors.ts'
import type { HttpContext } from '../../http/context.ts'
import { requestHeader } from '../../http/request-header.ts'

const LABELS = 'x-amzn-bedrock-request-metadata'
const labels = z.record(z.string(), z.string())

/** The caller's labels for AWS's log, which InvokeModel takes in a header. Throws 400 for what is not labels. */
export function writtenLabels(c: HttpContext): Record<string, string> | undefined {
  const text = requestHeader(c, LABELS)
  if (text === undefined) return undefined
  let cause: unknown
  try {
    const read = labels.safeParse(JSON.parse(text))
    if (read.success) return read.data
    cause = read.error
  } catch (thrown) {
    cause = thrown
  }
  const message = `The header ${LABELS} is not a JSON object of texts.`
  throw new GatewayError('invalid-request', message, { param: LABELS, cause })
}
