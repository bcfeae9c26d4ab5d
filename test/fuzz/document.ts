import { createApp } from '../../app/app.ts'
import { describeApi } from '../../app/routes/gateway/api-description.ts'
import { stagedRuntime } from '../http/stage.ts'

/** A JSON schema as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  schema: Schema
  required?: boolean
}

type Content = Readonly<Record<string, { schema?: Schema }>>

/** One route as the document tells of it. */
export interface Operation {
  /** `POST /v1/files`. */
  name: string
  method: string
  path: string
  parameters: readonly Parameter[]
  /** By media type. */
  body: Content
  /** By status: `200`, `4XX`. */
  responses: Readonly<Record<string, { content?: Content }>>
  security?: readonly unknown[]
}

interface Item extends Omit<Operation, 'name' | 'method' | 'path' | 'body'> {
  requestBody?: { content: Content }
}

/** The document the server gives out, whatever routes it has by now. */
export const document = JSON.parse(
  JSON.stringify(describeApi(createApp(stagedRuntime({ PROVIDER: 'embedded' }).runtime))),
) as { paths: Record<string, Record<string, Item>>; components?: unknown }

export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(
  ([path, item]) =>
    Object.entries(item).map(([method, { requestBody, parameters = [], ...operation }]) => ({
      ...operation,
      parameters,
      body: requestBody?.content ?? {},
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
    })),
)

/** What a schema stands for: itself, or what it refers to. */
export function resolved(schema: Schema): Schema {
  const { $ref } = schema
  if (typeof $ref !== 'string') return schema
  const parts = $ref.replace(/^#\//, '').split('/')
  const found = parts.reduce<unknown>(
    (place, part) => (place as Record<string, unknown>)[part],
    document,
  )
  return resolved(found as Schema)
}
