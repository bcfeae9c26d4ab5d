import type { JsonSchema } from '../../conversation/conversation.ts'
import type { Facts } from './facts.ts'
import { makeValue } from './schema/make.ts'
import { isObject } from './schema/schema.ts'

/** The JSON text of arguments that keep a tool's schema, with values of the request where types allow. */
export function argumentsFor(schema: JsonSchema | undefined, facts: Facts): string {
  const made = makeValue(schema ?? { type: 'object' }, facts)
  // Arguments are an object, whatever else a careless schema would let through.
  return jsonText(isObject(made) ? made : {})
}

/** An answer in JSON: one that keeps the schema, or without one an object holding the answer in words. */
export function structuredAnswer(
  schema: JsonSchema | undefined,
  facts: Facts,
  words: string,
): string {
  if (schema) return jsonText(makeValue(telling(schema), facts))
  return jsonText({ provider: 'embedded', answer: words })
}

/** The schema of what is asked for by name: where nothing is required, an empty object is no answer. */
export function telling(schema: JsonSchema): JsonSchema {
  const { properties } = schema
  const isKnown = isObject(properties) && Object.keys(properties).length > 0
  return isKnown ? { minProperties: 1, ...schema } : schema
}

function jsonText(value: unknown): string {
  return JSON.stringify(value === undefined ? {} : value)
}
