/** A member of a form: words, or a file. */
export type FormValue = string | number | boolean | FormFile | undefined

export interface FormFile {
  bytes: Uint8Array<ArrayBuffer>
  type: string
  name: string
}

/** `multipart/form-data` with its boundary. Absent values are left out; a name may come several times. */
export async function encodeForm(
  fields: readonly (readonly [name: string, value: FormValue])[],
): Promise<{ bytes: Uint8Array; type: string }> {
  const form = new FormData()
  for (const [name, value] of fields) {
    if (value === undefined) continue
    if (typeof value === 'object') {
      form.append(name, new Blob([value.bytes], { type: value.type }), value.name)
    } else form.append(name, String(value))
  }
  const encoded = new Response(form)
  const type = encoded.headers.get('content-type') ?? 'multipart/form-data'
  return { bytes: new Uint8Array(await encoded.arrayBuffer()), type }
}

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
