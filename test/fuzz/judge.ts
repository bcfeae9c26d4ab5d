import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { document, type Operation, type Schema } from './document.ts'
import { PATIENCE } from './runs.ts'
import type { Outcome } from './stage.ts'

/** Refusals of what is not configured; everything else from 500 on is a fault. */
const UNAVAILABLE = 'feature-unavailable'

/** The most bytes that an answer to a refused request has: nothing of what was sent comes back at length. */
const LONGEST_REFUSAL = 16_384

/** What clients read of headers at the least, Node's own being 16 KB. */
const LONGEST_HEADERS = 8_192

const ajv = new Ajv2020({ strict: false, allErrors: false, logger: false })
addFormats.default(ajv)
ajv.addSchema({ $id: 'document', components: document.components })
const compiled = new Map<Schema, ValidateFunction>()

/** Everything that is wrong with an answer, by the document and by the demands on every route. */
export function faultsOf(operation: Operation, outcome: Outcome): string[] {
  const { status, milliseconds, headers } = outcome
  const faults: string[] = []
  if (milliseconds > PATIENCE) faults.push(`took ${Math.round(milliseconds)} ms`)
  if (!headers.get('x-request-id')) faults.push('has no x-request-id')
  if (lengthOf(headers) > LONGEST_HEADERS) faults.push(`has ${lengthOf(headers)} bytes of headers`)
  if (status >= 500 && !(status <= 503 && outcome.code === UNAVAILABLE)) {
    faults.push(`is a ${status}: ${outcome.line}`)
  }
  const described =
    operation.responses[status] ?? operation.responses[`${Math.trunc(status / 100)}XX`]
  if (!described) return [...faults, `has a status nobody wrote down: ${status}`]
  if (status >= 400) return [...faults, ...refusalFaults(outcome, described.content ?? {})]
  return [...faults, ...typeFaults(outcome, Object.keys(described.content ?? {}))]
}

const lengthOf = (headers: Headers) =>
  [...headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)

const mediaOf = ({ headers }: Outcome) => headers.get('content-type')?.split(';')[0]?.trim()

function typeFaults(outcome: Outcome, described: string[]): string[] {
  const media = mediaOf(outcome)
  if (outcome.bytes.length === 0) return []
  if (described.length > 0 && !described.some((one) => one === '*/*' || one === media)) {
    return [`is ${media} instead of ${described.join(' or ')}`]
  }
  if (media === 'application/json' && parsed(outcome.text) === undefined) return ['is no JSON']
  return media === 'text/event-stream' ? streamFaults(outcome.text) : []
}

/** A stream is made of whole frames whose data is JSON, but for the one that ends it. */
function streamFaults(text: string): string[] {
  if (!text.endsWith('\n\n')) return ['is a stream that ends within a frame']
  const frames = text.slice(0, -2).split('\n\n')
  const faulty = frames.filter((frame) => !frame.split('\n').every(isFine))
  return faulty
    .slice(0, 1)
    .map((frame) => `has a frame that cannot be read: ${frame.slice(0, 200)}`)
}

const isFine = (line: string): boolean =>
  line.startsWith(':') ||
  line.startsWith('event: ') ||
  (line.startsWith('data: ') && (line === 'data: [DONE]' || parsed(line.slice(6)) !== undefined))

function refusalFaults(outcome: Outcome, content: Operation['body']): string[] {
  const { text, bytes } = outcome
  if (mediaOf(outcome) !== 'application/json') return [`is refused as ${mediaOf(outcome)}`]
  const body = parsed(text)
  if (body === undefined) return [`is refused by what is no JSON: ${text.slice(0, 100)}`]
  const faults: string[] = []
  if (bytes.length > LONGEST_REFUSAL) faults.push(`is refused in ${bytes.length} bytes`)
  const schema = content['application/json']?.schema
  const validate = schema && validatorOf(schema)
  if (validate && !validate(body)) {
    faults.push(
      `is no envelope of this surface: ${ajv.errorsText(validate.errors)}: ${text.slice(0, 200)}`,
    )
  }
  if (!hasMessage(body)) faults.push(`says nothing: ${text.slice(0, 200)}`)
  return faults
}

/** Wherever the surface has its sentence. */
function hasMessage(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false
  const { message, error } = body as Record<string, unknown>
  if (typeof message === 'string') return message.length > 0
  return hasMessage(error)
}

function validatorOf(schema: Schema): ValidateFunction {
  const known = compiled.get(schema)
  if (known) return known
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')
  const validate = ajv.compile(JSON.parse(text))
  compiled.set(schema, validate)
  return validate
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
