import { z } from '@hono/zod-openapi'

/** The header by which Anthropic's clients are known; every version there is means the same here. */
export const VERSION_HEADER = 'anthropic-version'
export const BETA_HEADER = 'anthropic-beta'

/** What Anthropic's clients say beside the body. Any value passes. */
export const versionHeaders = z.object({
  [VERSION_HEADER]: z
    .string()
    .optional()
    .describe('The version of the API: 2023-06-01 and 2026-10-21 are answered alike.')
    .openapi({ example: '2026-10-21' }),
  [BETA_HEADER]: z
    .string()
    .optional()
    .describe('Beta flags, comma separated. Those that the model does not take are left out.'),
})
