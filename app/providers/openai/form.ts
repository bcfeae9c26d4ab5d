/** A member of a form: words, or a file. */
export type FormValue = string | number | boolean | FormFile | undefined

/** A file whose bytes are here, or are read when they are written into the form. */
export type FormFile = { type: string; name: string } & (
  | { bytes: Uint8Array }
  | { size: number; stream(): Promise<ReadableStream<Uint8Array>> }
)

type Fields = readonly (readonly [name: string, value: FormValue])[]

/**
 * `multipart/form-data` (RFC 7578) with its boundary, written in place: of its files no more than a piece is
 * held beside it. Absent values are left out; a name may come several times.
 */
export async function encodeForm(fields: Fields): Promise<{ bytes: Uint8Array; type: string }> {
  const boundary = `form-${crypto.randomUUID()}`
  const encoder = new TextEncoder()
  const parts = fields.flatMap(([name, value]) => {
    if (value === undefined) return []
    const file = typeof value === 'object' ? value : undefined
    const head = encoder.encode(headOf(boundary, name, file) + (file ? '' : String(value)))
    return [{ head, file }]
  })
  const end = encoder.encode(`--${boundary}--\r\n`)
  const size = parts.reduce(
    (sum, { head, file }) => sum + head.length + sizeOf(file) + LINE_END.length,
    end.length,
  )
  const bytes = new Uint8Array(size)
  let at = 0
  const put = (piece: Uint8Array) => {
    bytes.set(piece, at)
    at += piece.length
  }
  for (const { head, file } of parts) {
    put(head)
    if (file && 'bytes' in file) put(file.bytes)
    else if (file) for await (const piece of await file.stream()) put(piece)
    put(LINE_END)
  }
  put(end)
  if (at !== size) throw new Error('A file of the form has not the size it had before.')
  return { bytes, type: `multipart/form-data; boundary=${boundary}` }
}

const sizeOf = (file: FormFile | undefined) =>
  file === undefined ? 0 : 'bytes' in file ? file.bytes.length : file.size

const LINE_END = Uint8Array.of(13, 10)

function headOf(boundary: string, name: string, file: FormFile | undefined): string {
  const named = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`
  if (!file) return `${named}\r\n\r\n`
  return `${named}; filename="${quoted(file.name)}"\r\nContent-Type: ${file.type}\r\n\r\n`
}

// https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
const quoted = (name: string) => name.replace(/["\r\n]/g, (letter) => encodeURIComponent(letter))

/** Members of the caller's own, as forms carry them: lists by repetition, objects as JSON. */
export function ownFields(extras: Readonly<Record<string, unknown>> | undefined) {
  return Object.entries(extras ?? {}).flatMap(([name, value]): [string, FormValue][] => {
    if (value === undefined || value === null) return []
    if (Array.isArray(value)) return value.map((one) => [`${name}[]`, wordOf(one)])
    return [[name, wordOf(value)]]
  })
}

const wordOf = (value: unknown) =>
  typeof value === 'object' ? JSON.stringify(value) : String(value)
