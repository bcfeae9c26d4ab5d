import type { JsonSchema } from '../conversation/conversation.ts'

/** The grammar a tool of free text may ask for. */
interface Grammar {
  syntax: string
  definition: string
}

/** A tool of free text as a function of one string, which every model with tools can call. */
export function freeTextSchema(grammar: Grammar | undefined): JsonSchema {
  const description = grammar
    ? `Text that matches this ${grammar.syntax} grammar:\n${grammar.definition}`
    : 'The input of the tool as free text.'
  return {
    type: 'object',
    properties: { input: { type: 'string', description } },
    required: ['input'],
    additionalProperties: false,
  }
}
