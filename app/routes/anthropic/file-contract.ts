import { z } from '@hono/zod-openapi'
import type { StoredFile } from '../../library/files/files.ts'

/** `beta.files` of Anthropic's SDK 1.12. */
export const fileMetadata = z
  .object({
    id: z.string(),
    type: z.literal('file'),
    filename: z.string(),
    mime_type: z.string(),
    size_bytes: z.int(),
    created_at: z.string().describe('RFC 3339.'),
    expires_at: z.string().nullable().describe('RFC 3339; null when it is kept.'),
    downloadable: z.literal(true),
  })
  .openapi('FileMetadata')

/** By which Anthropic's callers may ask for it, whoever uploaded it. */
export const spokenId = ({ id }: { id: string }) => `file_${id}`

export const metadataOf = (file: StoredFile): z.infer<typeof fileMetadata> => ({
  id: spokenId(file),
  type: 'file',
  filename: file.name,
  mime_type: file.mediaType,
  size_bytes: file.size,
  created_at: moment(file.created),
  expires_at: file.expires === undefined ? null : moment(file.expires),
  downloadable: true,
})

const moment = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
