import {
  boundaryOf,
  broken,
  createMultipartParser,
  type FormEvent,
} from '../../codecs/multipart/multipart.ts'
import { GatewayError } from '../../errors.ts'
import type { ByteSource } from '../../ports/transport.ts'
import type { HttpContext } from '../context.ts'

/** A file of a form, while it comes in. */
export interface FormFile {
  field: string
  /** As the caller wrote it; absent or empty when it wrote none. */
  filename?: string
  /** As the caller claims it. */
  contentType?: string
  body: ReadableStream<Uint8Array>
}

interface FormReading {
  /** Fields that are files also when the caller gives them no name. */
  files: readonly string[]
  /** Takes a file; the form is read on when this resolves. */
  take(file: FormFile): Promise<void>
  /** Hears of every other field, of those of one name as well. */
  field?(name: string, value: string): void
}

/** Whether the request brings a form. Throws `invalid-request` on a form that cannot be read. */
export const isForm = (c: HttpContext): boolean =>
  boundaryOf(c.req.header('content-type')) !== undefined

/** Bytes of a field that is no file. */
const FIELD_LIMIT = 64 * 1024
const PARTS_LIMIT = 100

/**
 * Reads a form as it comes: its files are handed over one by one, its other fields are given back when it
 * has ended. Nothing of a file is gathered here. Throws 400 for what is no form, 413 for long fields.
 */
export async function readForm(
  c: HttpContext,
  { files, take, field }: FormReading,
): Promise<Map<string, string>> {
  const boundary = boundaryOf(c.req.header('content-type'))
  const source = bodyOf(c)
  if (boundary === undefined || !source) throw broken('it has no body')
  const next = formEvents(source, boundary)
  const fields = new Map<string, string>()
  for (let parts = 0; ; parts++) {
    const event = await next()
    if (event.type === 'end') return fields
    if (event.type !== 'part') continue
    if (parts === PARTS_LIMIT) throw broken(`it has more than ${PARTS_LIMIT} parts`)
    const { name, filename, contentType } = event.headers
    if (filename === undefined && !files.includes(name)) {
      const value = await readField(next, name)
      fields.set(name, value)
      field?.(name, value)
      continue
    }
    const content = contentOf(next)
    await take({ field: name, filename, contentType, body: content.stream })
    await content.skip()
  }
}

type Next = () => Promise<FormEvent>

/** Never cancelled: on Node that would cut the connection before the answer is out. */
function bodyOf(c: HttpContext): Pick<ByteSource, 'read'> | undefined {
  const { raw } = c.req
  const { requestBody } = c.get('services').runtime
  if (requestBody) return requestBody(c.env, raw)
  const reader = raw.body?.getReader()
  return reader && { read: async () => (await reader.read()).value }
}

/** The events of a form one by one. A body that ends too early is a fault, one that breaks off a caller who left. */
function formEvents(source: Pick<ByteSource, 'read'>, boundary: string): Next {
  const parser = createMultipartParser(boundary)
  return async () => {
    for (;;) {
      const event = parser.next()
      if (event) return event
      const bytes = await source.read().catch(brokenOff)
      if (!bytes) throw broken('it ends before its last boundary')
      parser.write(bytes)
    }
  }
}

function brokenOff(thrown: unknown): never {
  throw new GatewayError('caller-left', 'The request body broke off.', { cause: thrown })
}

async function readField(next: Next, name: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const event = await next()
    if (event.type !== 'bytes') return text + decoder.decode()
    size += event.bytes.length
    if (size > FIELD_LIMIT) {
      throw new GatewayError('too-large', `The field is longer than ${FIELD_LIMIT} bytes.`, {
        param: name,
      })
    }
    text += decoder.decode(event.bytes, { stream: true })
  }
}

/** The content of one part as a stream that is read no faster than it is asked for. */
function contentOf(next: Next) {
  let ended = false
  const read = async (): Promise<Uint8Array | undefined> => {
    const event = ended ? undefined : await next()
    if (event?.type === 'bytes') return event.bytes
    ended = true
    return undefined
  }
  return {
    stream: new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const bytes = await read()
          if (bytes) controller.enqueue(bytes)
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    ),
    /** Passes over what was not read. */
    async skip() {
      while (await read());
    },
  }
}
