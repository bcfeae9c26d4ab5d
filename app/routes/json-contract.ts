import type { z } from '@hono/zod-openapi'

const jsonContent = <Schema extends z.ZodType>(schema: Schema) => ({
  'application/json': { schema },
})

/** What a contract says of a JSON body that must come. */
export const jsonRequest = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: jsonContent(schema),
})

/** What a contract says of a JSON answer. */
export const jsonAnswer = <Schema extends z.ZodType>(description: string, schema: Schema) => ({
  description,
  content: jsonContent(schema),
})
