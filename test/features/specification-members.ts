interface Schema {
  $ref?: string
  allOf?: Schema[]
  properties?: Record<string, unknown>
}

/** The members of a schema of OpenAI's specification, those it has from others included. */
export function membersOf(name: string, document: unknown): string[] {
  const { schemas } = (document as { components: { schemas: Record<string, Schema> } }).components
  const walk = (schema: Schema | undefined): string[] => {
    if (!schema) return []
    const referred = schema.$ref ? walk(schemas[schema.$ref.split('/').at(-1)!]) : []
    return [
      ...referred,
      ...(schema.allOf ?? []).flatMap(walk),
      ...Object.keys(schema.properties ?? {}),
    ]
  }
  return walk(schemas[name])
}
