import { createRoute, z } from '@hono/zod-openapi'
import { endingOf } from '../../codecs/media-name.ts'
import { validationWords } from '../../dialects/anthropic-messages/validation-words.ts'
import { locate } from '../../dialects/media-location.ts'
import { validationError } from '../../dialects/validation.ts'
import { fetchInput } from '../../gateway/attachments/fetch-input.ts'
import { reply } from '../../http/answers/reply.ts'
import { isForm } from '../../http/bodies/form-body.ts'
import { jsonBody } from '../../http/bodies/json-body.ts'
import { caller } from '../../http/caller.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/surface.ts'
import { lastPart } from '../../library/file-name.ts'
import { type Received, type StoredFile, storedFiles } from '../../library/files.ts'
import { refused, takeFile } from '../incoming-file.ts'
import { fileMetadata, metadataOf } from './file-contract.ts'
import { fileErrors } from './file-errors.ts'

const lifetime = z.coerce
  .number()
  .int()
  .min(3600)
  .max(7_776_000)
  .optional()
  .describe('Seconds until the file goes, from an hour to 90 days; it is kept when absent.')

const about = z.object({ expires_in_seconds: lifetime })

const form = z
  .object({
    file: z.string().openapi({ format: 'binary' }).describe('The file with its name.'),
    expires_in_seconds: lifetime,
  })
  .openapi('UploadFileForm')

const json = z
  .object({
    file: z.string().min(1).describe('Base64, a data URL, an `https:` URL or an `s3://` address.'),
    filename: z.string().optional(),
    mime_type: z.string().optional(),
    expires_in_seconds: lifetime,
  })
  .openapi('UploadFileRequest')

/** What files of this API are for, in the words of the other. */
const PURPOSE = 'user_data'

export const uploadFile = endpoint(
  createRoute({
    method: 'post',
    path: '/anthropic/v1/files',
    operationId: 'anthropic_upload_file',
    summary: 'Upload a file',
    description: 'At `/v1/files` as well, for requests with an `anthropic-version` header.',
    tags: ['Anthropic'],
    request: {
      body: {
        required: true,
        content: { 'multipart/form-data': { schema: form }, 'application/json': { schema: json } },
      },
    },
    responses: {
      200: { description: 'The file.', content: { 'application/json': { schema: fileMetadata } } },
      ...fileErrors,
    },
  }),
  async (c) => {
    const file = isForm(c) ? await fromForm(c) : await fromJson(c)
    return reply(c, JSON.stringify(metadataOf(file)))
  },
)

async function fromForm(c: HttpContext): Promise<StoredFile> {
  const files = storedFiles(c.get('services'), caller(c).owner)
  const limit = c.get('services').config.MAX_ANTHROPIC_FILE_BYTES
  return takeFile(c, { files, limit }, async ({ received, filename, contentType, fields }) => {
    const said = Object.fromEntries(fields)
    const checked = about.safeParse(said)
    if (!checked.success) throw validationError(checked.error, said, validationWords)
    return files.keep(received, {
      name: nameOf(filename, received, contentType),
      mediaType: contentType,
      purpose: PURPOSE,
      lifetime: checked.data.expires_in_seconds,
    })
  })
}

async function fromJson(c: HttpContext): Promise<StoredFile> {
  const services = c.get('services')
  const asked = (await jsonBody(c, json, validationWords)) as z.infer<typeof json>
  const { source, mediaType } = locate(asked.file, 'file')
  const input = await fetchInput(source, services, 'file')
  if (input.bytes.length === 0) throw refused('The file is empty.', 'file')
  const files = storedFiles(services, caller(c).owner)
  const received = await files.receive(input.bytes, services.config.MAX_ANTHROPIC_FILE_BYTES)
  try {
    const type = asked.mime_type ?? mediaType ?? input.mediaType
    return await files.keep(received, {
      name: nameOf(asked.filename ?? input.name, received, type),
      mediaType: type,
      purpose: PURPOSE,
      lifetime: asked.expires_in_seconds,
    })
  } catch (thrown) {
    await files.discard(received)
    throw thrown
  }
}

/** As Anthropic names files: the last part of a path, `unnamed` with an ending that fits where there is none. */
function nameOf(written: string | undefined, received: Received, type?: string): string {
  const name = lastPart(written ?? '')
  return name === '' ? `unnamed${endingOf(received.mediaType(type))}` : name
}
