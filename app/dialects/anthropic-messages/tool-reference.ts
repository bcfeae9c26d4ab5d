import type { Fields } from './extras.ts'

/** Names a tool that a search found, in the result of that search; models take it with the flag of tool search alone. */
export interface ToolReference extends Fields {
  tool_name: string
}

export const isToolReference = (block: Fields): block is ToolReference =>
  block['type'] === 'tool_reference' && typeof block['tool_name'] === 'string'

/** The same in words. The tool itself is among those of the request. */
export const referenceWords = ({ tool_name: name }: ToolReference): string =>
  `The tool ${name} can be called now.`
