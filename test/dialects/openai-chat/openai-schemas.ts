import { Ajv2020 } from 'ajv/dist/2020.js'
import { sharedJson } from '../../fakes/shared.ts'

type Json = Record<string, unknown>

/**
 * What a value breaks of a schema of OpenAI's specification, as readable lines; undefined where the
 * specification is not beside the checkout.
 */
export function specificationFaults(): ((schema: string, value: unknown) => string[]) | undefined {
  const document = sharedJson('specs/openai-openapi.json') as Json | undefined
  if (!document) return undefined
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema(normalised(document) as Json, 'openai')
  return (schema, value) => {
    const validate = ajv.getSchema(`openai#/components/schemas/${schema}`)
    if (!validate) throw new Error(`no schema ${schema}`)
    if (validate(value)) return []
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}

/** The document says 3.1, but writes `nullable` and boolean limits as 3.0 did. */
function normalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalised)
  if (typeof value !== 'object' || value === null) return value
  const { nullable, exclusiveMinimum, exclusiveMaximum, discriminator: _, ...rest } = value as Json
  const schema: Json = {}
  for (const [key, member] of Object.entries(rest)) schema[key] = normalised(member)
  if (typeof exclusiveMinimum === 'number') schema['exclusiveMinimum'] = exclusiveMinimum
  if (typeof exclusiveMaximum === 'number') schema['exclusiveMaximum'] = exclusiveMaximum
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema
}
