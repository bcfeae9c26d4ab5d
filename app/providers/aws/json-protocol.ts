import type { AwsIdentity } from '../../ports/caller.ts'
import type { AwsCall } from './call.ts'
import type { AwsService } from './endpoints.ts'

/** The headers of AWS's protocol `json 1.1`, in which the operation stands. */
export const jsonHeaders = (target: string): Record<string, string> => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': target,
  'accept-encoding': 'identity',
})

/** One operation in that protocol. */
interface Operation {
  service: Extract<AwsService, 'transcribe' | 'translate' | 'comprehend'>
  region: string
  /** `Transcribe.GetTranscriptionJob`. */
  target: string
  input: object
  as?: AwsIdentity
}

export type Fields = Readonly<Record<string, unknown>>

/** The answer of an operation, which is an object; an empty one where there is none. Throws `GatewayError`. */
export async function askJson(
  call: AwsCall,
  { service, region, target, input, as }: Operation,
  signal: AbortSignal,
): Promise<Fields> {
  const headers = jsonHeaders(target)
  const body = JSON.stringify(input)
  const asked = { service, region, method: 'POST', path: '/', headers, body, as } as const
  const text = await (await call(asked, signal)).text()
  return text.trim() === '' ? {} : fieldsOf(JSON.parse(text))
}

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

export const objectsOf = (value: unknown): Fields[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : []

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined
