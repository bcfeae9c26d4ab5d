/** As much of an OpenAPI document as tools are made of. */
export interface ApiDocument {
  paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>
  components?: { schemas?: Readonly<Record<string, Schema>> }
}

export interface ApiOperation {
  operationId: string
  summary?: string
  description?: string
  parameters?: readonly ApiParameter[]
  requestBody?: { content?: Content; required?: boolean }
  responses?: Readonly<Record<string, { content?: Content }>>
}

interface ApiParameter {
  name: string
  in: string
  required?: boolean
  description?: string
  schema?: Schema
}

type Content = Readonly<Record<string, { schema?: Schema }>>

/** A JSON schema. */
export interface Schema {
  type?: string | readonly string[]
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  description?: string
  $ref?: string
  allOf?: readonly Schema[]
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  [keyword: string]: unknown
}

/** Media types of the answers that are no errors. */
export function answerTypes({ responses = {} }: ApiOperation): string[] {
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  return good.flatMap(([, { content = {} }]) => Object.keys(content))
}

export const JSON_TYPE = 'application/json'
export const EVENTS_TYPE = 'text/event-stream'
