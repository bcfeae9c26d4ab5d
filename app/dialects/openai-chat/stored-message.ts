import { z } from '@hono/zod-openapi'

/**
 * A message of a stored completion's request. The roles and the kinds of parts are those of OpenAI's
 * API reference; their specification file knows only `assistant`, `text` and `image_url`, but their own
 * example is a user's message.
 */
export const storedMessage = z
  .looseObject({
    id: z.string(),
    role: z.string(),
    content: z.string().nullable().describe('The text, where the content was one.'),
    content_parts: z
      .array(z.looseObject({ type: z.string() }))
      .nullable()
      .describe('The parts, where the content was an array of them.'),
    refusal: z.string().nullable(),
  })
  .openapi('ChatCompletionStoreMessage')

/** A message as it was asked, in the form in which it is given back. */
export function encodeStoredMessage(
  { content, ...members }: { role: string; content?: unknown },
  id: string,
): z.infer<typeof storedMessage> {
  return {
    id,
    refusal: null,
    ...members,
    content: typeof content === 'string' ? content : null,
    content_parts: Array.isArray(content) ? content : null,
  }
}
