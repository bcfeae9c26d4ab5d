import { number } from './values.ts'

/** How long responses and conversations are kept, and how they are worked on in the background. */
export const responseVariables = {
  STORED_RESPONSES_DAYS: number(30, 1, 3650).describe(
    'Days that responses are stored. They are stored unless `store` is false.',
  ),
  STORED_CONVERSATIONS_DAYS: number(30, 1, 3650).describe(
    'Days that a conversation is stored after its last addition, and each item after it was added.',
  ),
  BACKGROUND_RESPONSES: number(100, 0).describe(
    'Background responses one process runs at the same time; more are answered 429.',
  ),
} as const
