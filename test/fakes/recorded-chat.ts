type Json = Record<string, unknown>

/**
 * Messages of a chat as our own side writes them: one plain text part is a string, the address of a picture
 * stands in an object.
 */
export const normalMessages = (messages: Json[]): Json[] =>
  messages.map((message) => ({
    ...message,
    ...('content' in message && { content: normalContent(message['content']) }),
  }))

function normalContent(content: unknown): unknown {
  if (!Array.isArray(content)) return content
  const parts = content.map((part: Json) =>
    typeof part['image_url'] === 'string'
      ? { ...part, image_url: { url: part['image_url'] } }
      : part,
  )
  return parts.length === 1 && parts[0]?.type === 'text' ? parts[0].text : parts
}

/** A value without the members that are null, however deep. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]))
}
