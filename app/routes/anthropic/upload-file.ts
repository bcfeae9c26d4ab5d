import { createRoute, z } from '@hono/zod-openapi'
import { endingOf } from '../../codecs/media/media-name.ts'
import { validationWords } from '../../dialects/anthropic-messages/validation-words.ts'
import { validationError } from '../../dialects/validation.ts'
import { reply } from '../../http/answers/reply.ts'
import { isForm } from '../../http/bodies/form-body.ts'
import { jsonBody } from '../../http/bodies/json-body.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import { lastPart } from '../../library/files/file-name.ts'
import type { Received, StoredFile } from '../../library/files/files.ts'
import { fetchFile, fileField, takeFile } from '../incoming-file.ts'
import { jsonAnswer } from '../json-contract.ts'
import { filesOf } from '../stored-file.ts'
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
    file: fileField,
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
      200: jsonAnswer('The file.', fileMetadata),
      ...fileErrors,
    },
  }),
  async (c) => {
    const file = isForm(c) ? await fromForm(c) : await fromJson(c)
    return reply(c, JSON.stringify(metadataOf(file)))
  },
)

async function fromForm(c: HttpContext): Promise<StoredFile> {
  const files = filesOf(c)
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
  const { file, ...asked } = (await jsonBody(c, json, validationWords)) as z.infer<typeof json>
  const files = filesOf(c)
  const limit = c.get('services').config.MAX_ANTHROPIC_FILE_BYTES
  return fetchFile(c, { files, limit, file }, async ({ received, filename, contentType }) => {
    const type = asked.mime_type ?? contentType
    return files.keep(received, {
      name: nameOf(asked.filename ?? filename, received, type),
      mediaType: type,
      purpose: PURPOSE,
      lifetime: asked.expires_in_seconds,
    })
  })
}

/** As Anthropic names files: the last part of a path, `unnamed` with a fitting ending where there is no name. */
function nameOf(written: string | undefined, received: Received, type?: string): string {
  const name = lastPart(written ?? '')
  return name === '' ? `unnamed${endingOf(received.mediaType(type))}` : name
}
