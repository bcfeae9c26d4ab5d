import { sendContent } from '../http/bodies/content.ts'
import type { HttpContext } from '../http/context.ts'
import type { Files } from '../library/files.ts'

/** The content of a file. Throws `not-found`. */
export async function sendFile(c: HttpContext, files: Files, id: string): Promise<Response> {
  const file = await files.find(id)
  return sendContent(c, {
    ...file,
    etag: `"${file.id}"`,
    open: (range) => files.open(file, range),
    locate: files.locate && (() => files.locate!(file)),
  })
}
