import { z } from '@hono/zod-openapi'
import type { StoredFile } from '../../../library/files/files.ts'

export const purpose = z.enum(['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'])

export const expiresAfter = z
  .object({
    anchor: z.literal('created_at'),
    seconds: z.int().min(3600).max(2_592_000),
  })
  .describe('When the file goes: seconds behind its creation, from an hour to 30 days.')

const DAYS_OF_BATCHES = 30

/** Seconds a file is kept; OpenAI lets those of batches go after 30 days when nothing is said. */
export function lifetimeOf(
  asked: z.infer<typeof expiresAfter> | null | undefined,
  use: string,
): number | undefined {
  if (asked) return asked.seconds
  return use === 'batch' ? DAYS_OF_BATCHES * 24 * 60 * 60 : undefined
}

/** A file. OpenAI's API says null where its document says that a member is absent; recorded so. */
export const openaiFile = z
  .object({
    id: z.string(),
    object: z.literal('file'),
    bytes: z.int(),
    created_at: z.int().describe('Unix time in seconds.'),
    expires_at: z.int().nullable().describe('Unix time in seconds; null when it is kept.'),
    filename: z.string(),
    purpose: z.string(),
    status: z.literal('processed'),
    status_details: z.null(),
  })
  .openapi('OpenAIFile')

export const fileObject = (file: StoredFile): z.infer<typeof openaiFile> => ({
  id: `file-${file.id}`,
  object: 'file',
  bytes: file.size,
  created_at: file.created,
  expires_at: file.expires ?? null,
  filename: file.name,
  purpose: file.purpose,
  // There is nothing to wait for: what is acknowledged can be used.
  status: 'processed',
  status_details: null,
})

/** Fields of a form as the object that JSON would have: `expires_after[seconds]` is a member of a member. */
export function objectOfFields(fields: ReadonlyMap<string, string>): Record<string, unknown> {
  // Without a prototype, for a field may be called `__proto__[purpose]`.
  const object: Record<string, unknown> = Object.create(null)
  for (const [name, value] of fields) {
    const [, outer, inner] = /^(\w+)\[(\w+)\]$/.exec(name) ?? []
    if (outer === undefined || inner === undefined) object[name] = value
    else object[outer] = { ...(object[outer] as object | undefined), [inner]: numeric(value) }
  }
  return object
}

const numeric = (value: string) => (/^-?\d{1,15}$/.test(value) ? Number(value) : value)
