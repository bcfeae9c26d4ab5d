import { z } from '@hono/zod-openapi'
import { locate } from '../dialects/media-location.ts'
import { GatewayError } from '../errors.ts'
import { fetchInput } from '../gateway/attachments/fetch-input.ts'
import { type FormFile, readForm } from '../http/bodies/form-body.ts'
import type { HttpContext } from '../http/context.ts'
import type { Files, Received } from '../library/files/files.ts'
import { type Field, tooLarge } from '../library/files/receive.ts'

/** A form whose file is kept already, but is no file of its owner yet. */
interface IncomingFile {
  received: Received
  filename?: string
  contentType?: string
  /** The fields that are no file. */
  fields: Map<string, string>
}

/** How a body of JSON holds a file. */
export const fileField = z
  .string()
  .min(1)
  .describe('Base64, a data URL, an `https:` URL or an `s3://` address.')

/** Bytes that the rest of a form may take. */
const AROUND = 1024 * 1024

/** Throws 413 before reading what says that it is larger than a form with a file of `limit` bytes. */
export function checkDeclared(c: HttpContext, limit: number, field?: Field): void {
  const declared = Number(c.req.header('content-length') ?? 0)
  if (declared > limit + AROUND) throw tooLarge(limit, field)
}

/**
 * Takes a form in whose one file is called `file`, and makes a file of it by `keep`. Whatever goes wrong,
 * nothing is left behind.
 */
export async function takeFile<T>(
  c: HttpContext,
  { files, limit }: { files: Files; limit: number },
  keep: (incoming: IncomingFile) => Promise<T>,
): Promise<T> {
  checkDeclared(c, limit)
  return inTurn(c, async () => {
    let taken: (Pick<FormFile, 'filename' | 'contentType'> & { received: Received }) | undefined
    try {
      const fields = await readForm(c, {
        files: ['file'],
        async take({ field, filename, contentType, body }) {
          if (field !== 'file') throw refused(`The form holds a file called "${field}".`, field)
          if (taken) throw refused('The form holds more than one file.', 'file')
          taken = { filename, contentType, received: await files.receive(body, limit) }
        },
      })
      if (!taken) throw missing('file')
      if (taken.received.size === 0) throw refused('The file is empty.', 'file')
      return await keep({ ...taken, fields })
    } catch (thrown) {
      if (taken) await files.discard(taken.received)
      throw thrown
    }
  })
}

/**
 * Reads what a body of JSON holds as its `file`, or fetches it, and makes a file of it by `keep`. Whatever
 * goes wrong, nothing is left behind.
 */
export async function fetchFile<T>(
  c: HttpContext,
  { files, limit, file }: { files: Files; limit: number; file: string },
  keep: (incoming: Omit<IncomingFile, 'fields'>) => Promise<T>,
): Promise<T> {
  const { source, mediaType } = locate(file, 'file')
  const input = await fetchInput(source, c.get('services'), 'file')
  if (input.bytes.length === 0) throw refused('The file is empty.', 'file')
  const received = await files.receive(input.bytes, limit)
  try {
    return await keep({ received, filename: input.name, contentType: mediaType ?? input.mediaType })
  } catch (thrown) {
    await files.discard(received)
    throw thrown
  }
}

/** Takes something in when it is its turn. */
export async function inTurn<T>(c: HttpContext, take: () => Promise<T>): Promise<T> {
  const leave = await c.get('services').intake()
  try {
    return await take()
  } finally {
    leave()
  }
}

export function missing(param: string): GatewayError {
  return new GatewayError('invalid-request', `Missing required parameter: '${param}'.`, {
    param,
    reason: 'missing_required_parameter',
  })
}

export function refused(message: string, param: string): GatewayError {
  return new GatewayError('invalid-request', message, { param, reason: 'invalid_value' })
}
