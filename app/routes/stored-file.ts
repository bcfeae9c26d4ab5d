import { z } from '@hono/zod-openapi'
import { sendContent } from '../http/bodies/content.ts'
import { caller } from '../http/caller.ts'
import type { HttpContext } from '../http/context.ts'
import { type Files, storedFiles } from '../library/files/files.ts'

/** The files of whoever asks. */
export const filesOf = (c: HttpContext): Files => storedFiles(c.get('services'), caller(c).owner)

/** Which file a path means. */
export const fileParams = z.object({
  file_id: z.string().describe('The id of a file, as either vendor writes it.'),
})

const bytes = { content: { '*/*': { schema: z.string().openapi({ format: 'binary' }) } } }

/** What a contract says of the content of a file, beside errors. */
export const contentResponses = {
  200: { description: 'The content.', ...bytes },
  206: { description: 'The range of it that was asked for.', ...bytes },
  304: { description: 'The caller has it.' },
  307: { description: 'It is too large for the platform: the store itself sends it.' },
}

/** The content of a file of whoever asks. Throws `not-found`. */
export async function sendFile(c: HttpContext, id: string): Promise<Response> {
  const files = filesOf(c)
  const file = await files.find(id)
  return sendContent(c, {
    ...file,
    etag: `"${file.id}"`,
    open: (range) => files.open(file, range),
    locate: files.locate && (() => files.locate!(file)),
  })
}
