import type { z } from '@hono/zod-openapi'
import { concatenated } from '../../../codecs/bytes/byte-pieces.ts'
import { validationError } from '../../../dialects/validation.ts'
import { GatewayError } from '../../../errors.ts'
import type { WrittenImage } from '../../../gateway/attachments/read-images.ts'
import { type FormFile, readForm } from '../../../http/bodies/form-body.ts'
import type { HttpContext } from '../../../http/context.ts'
import { MOST_INPUTS, type WireImageFields } from './image-contract.ts'
import { located, missingImages, type SentImages } from './image-order.ts'

/** A form as OpenAI's clients send it: the other fields, and its pictures. Throws 400 and 413. */
export async function readImageForm(
  c: HttpContext,
  schema: z.ZodType<WireImageFields>,
): Promise<{ wire: WireImageFields } & SentImages> {
  const { MAX_INPUT_FILE_SIZE: limit } = c.get('services').config
  const images: WrittenImage[] = []
  let mask: WrittenImage | undefined
  let left = limit
  const fields = await readForm(c, {
    files: ['image', 'image[]', 'images', 'images[]', 'mask'],
    async take(file) {
      const param = nameOf(file)
      const bytes = await gathered(file, left)
      left -= bytes.length
      const isMask = param === 'mask'
      if (isMask ? mask : images.length === MOST_INPUTS) throw tooMany(param)
      const place = isMask || images.length === 0 ? param : `${param}[${images.length}]`
      const picture = pictureOf(file, bytes, place)
      if (isMask) mask = picture
      else images.push(picture)
    },
  })
  const said = objectOf(fields)
  if (typeof said['model'] === 'string') c.get('entry').model = said['model']
  const checked = schema.safeParse(said)
  if (!checked.success) throw validationError(checked.error, said)
  if (images.length === 0) throw missingImages('image')
  return { wire: checked.data, images, ...(mask && { mask }) }
}

/** `image`, `image[]` and `image[0]` are one field to some client or other. */
function nameOf({ field }: FormFile): 'image' | 'mask' {
  if (/^images?(\[\d*\])?$/.test(field)) return 'image'
  if (field === 'mask') return 'mask'
  throw new GatewayError(
    'invalid-request',
    `The form holds a file called "${field}". Files are: image, mask.`,
    { param: field, reason: 'invalid_value' },
  )
}

async function gathered(file: FormFile, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of file.body) {
    size += piece.length
    if (size > limit) {
      throw new GatewayError(
        'too-large',
        'The pictures of a request are larger than this server takes.',
        { param: file.field, reason: 'file_too_large' },
      )
    }
    // The bytes of a part are a view on what is written over.
    pieces.push(piece.slice())
  }
  return concatenated(pieces)
}

/** Longer than any address that is not the picture itself. */
const LONGEST_ADDRESS = 4096
const ADDRESS = /^(https?:|s3:|file-id:|file-)/i

/** A part without a file name may hold an address instead. */
function pictureOf(
  { filename }: FormFile,
  bytes: Uint8Array<ArrayBuffer>,
  param: string,
): WrittenImage {
  if (!filename && bytes.length <= LONGEST_ADDRESS) {
    const text = new TextDecoder().decode(bytes).trim()
    if (/^file-(?!id:)/i.test(text)) return located(`file-id:${text}`, param)
    if (ADDRESS.test(text)) return located(text, param)
  }
  return { source: { kind: 'bytes', bytes }, param }
}

const tooMany = (param: string) =>
  new GatewayError(
    'invalid-request',
    `Invalid '${param}': too many pictures. Supported are: 1 to ${MOST_INPUTS} pictures, 1 mask.`,
    { param, reason: 'array_above_max_length' },
  )

/** Fields that are words whatever they look like. */
const WORDS = new Set(['prompt', 'model', 'user', 'size', 'quality', 'style'])

/** Fields as JSON would hold them: `a[b]` is a member of an object, `a[0]` of a list; numbers are numbers. */
function objectOf(fields: ReadonlyMap<string, string>): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const [name, text] of fields) {
    const [, outer, inner] = /^(\w+)\[(\w*)\]$/.exec(name) ?? []
    const value = WORDS.has(name) ? text : readValue(text)
    if (outer === undefined || inner === undefined) object[name] = value
    else if (/^\d*$/.test(inner)) object[outer] = [...listIn(object[outer]), value]
    else object[outer] = { ...(object[outer] as object | undefined), [inner]: value }
  }
  return object
}

const listIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const SCALARS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null }

function readValue(text: string): unknown {
  if (Object.hasOwn(SCALARS, text)) return SCALARS[text]
  if (/^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text)
  if (!/^[[{]/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
