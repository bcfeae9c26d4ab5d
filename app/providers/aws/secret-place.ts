import { GatewayError } from '../../errors.ts'
import type { KeptSecret } from '../../ports/access.ts'
import type { AwsCall } from './call.ts'
import type { AwsService } from './endpoints.ts'
import { isRegion } from './endpoints.ts'

export type SecretPlace = KeptSecret

interface Question {
  service: AwsService
  region: string
  /** The operation, as `x-amz-target` names it. */
  target: string
  body: object
  /** Where in the answer the text stands. */
  textIn(answer: Record<string, unknown>): unknown
}

/** Milliseconds an answer may take. */
const PATIENCE = 10_000

/** Asks a JSON service of AWS for a secret text. Throws `GatewayError`, whose cause never holds it. */
export async function keptText(
  call: AwsCall,
  { service, region, target, body, textIn }: Question,
): Promise<string> {
  const response = await call(
    {
      service,
      region,
      method: 'POST',
      path: '/',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    },
    AbortSignal.timeout(PATIENCE),
  )
  const text = textOf(await response.text(), textIn)
  if (typeof text === 'string' && text.trim() !== '') return text.trim()
  throw new GatewayError('feature-unavailable', 'The key of this server cannot be read.', {
    cause: new Error(`${target} gave no text`),
  })
}

function textOf(answer: string, textIn: Question['textIn']): unknown {
  try {
    return textIn(JSON.parse(answer) as Record<string, unknown>)
  } catch {
    // The engine quotes what it cannot parse, and that is the secret.
    return undefined
  }
}

/** A secret named by its ARN is asked for where it is. */
export function regionOfArn(name: string): string | undefined {
  const region = name.startsWith('arn:') ? name.split(':')[3] : undefined
  return region !== undefined && isRegion(region) ? region : undefined
}
