import type { SystemTool } from '../conversation/conversation.ts'

/** Tools that Anthropic's platform runs and that others have something like; dated versions follow. */
const PURPOSES: readonly (readonly [type: string, purpose: NonNullable<SystemTool['purpose']>])[] =
  [
    ['web_search_', 'web-search'],
    ['code_execution_', 'code-execution'],
  ]

/** What a tool of this type is for; undefined where no other platform has its like. */
export const purposeOf = (type: string): SystemTool['purpose'] =>
  PURPOSES.find(([beginning]) => type.startsWith(beginning))?.[1]
