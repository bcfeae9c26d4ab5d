import { GatewayError } from '../errors.ts'
import { type FormFile, readForm } from '../http/bodies/form-body.ts'
import type { HttpContext } from '../http/context.ts'
import type { Files, Received } from '../library/files.ts'

/** A form whose file is kept already, but is no file of its owner yet. */
export interface IncomingFile {
  received: Received
  filename?: string
  contentType?: string
  /** The fields that are no file. */
  fields: Map<string, string>
}

/** Bytes that the rest of a form may take. */
const AROUND = 1024 * 1024

/** Throws 413 before reading what says that it is larger than a form with a file of `limit` bytes. */
export function checkDeclared(c: HttpContext, limit: number): void {
  const declared = Number(c.req.header('content-length') ?? 0)
  if (declared <= limit + AROUND) return
  throw new GatewayError(
    'too-large',
    `The file is larger than this server takes: at most ${limit} bytes.`,
    { param: 'file', reason: 'file_too_large' },
  )
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

/** Takes something in when it is its turn. */
export async function inTurn<T>(c: HttpContext, take: () => Promise<T>): Promise<T> {
  const leave = await c.get('services').intake?.()
  try {
    return await take()
  } finally {
    leave?.()
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
