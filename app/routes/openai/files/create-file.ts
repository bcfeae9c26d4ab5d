import { createRoute, z } from '@hono/zod-openapi'
import { validationError } from '../../../dialects/validation.ts'
import { reply } from '../../../http/answers/reply.ts'
import { isForm } from '../../../http/bodies/form-body.ts'
import { jsonBody } from '../../../http/bodies/json-body.ts'
import type { HttpContext } from '../../../http/context.ts'
import { endpoint } from '../../../http/endpoint.ts'
import type { StoredFile } from '../../../library/files/files.ts'
import { fetchFile, fileField, takeFile } from '../../incoming-file.ts'
import { jsonAnswer } from '../../json-contract.ts'
import { filesOf } from '../../stored-file.ts'
import { errorResponses } from '../error-contract.ts'
import {
  expiresAfter,
  fileObject,
  lifetimeOf,
  objectOfFields,
  openaiFile,
  purpose,
} from './file-contract.ts'

const about = z.object({ purpose, expires_after: expiresAfter.nullish() })

const form = z
  .object({
    file: z.string().openapi({ format: 'binary' }).describe('The file with its name.'),
    purpose: purpose.describe('What it is for.'),
    'expires_after[anchor]': z.literal('created_at').optional(),
    'expires_after[seconds]': z.int().optional(),
  })
  .openapi('CreateFileForm')

const json = about
  .extend({
    file: fileField,
    filename: z.string().optional().describe('Default: the name in the URL.'),
  })
  .openapi('CreateFileRequest')

export const createFile = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/files',
    operationId: 'create_file',
    summary: 'Upload a file',
    description:
      "Takes a form as OpenAI's clients send it, or JSON. When the answer is there the file is safe, and can be named by its id wherever a file may stand.",
    tags: ['Files'],
    request: {
      body: {
        required: true,
        content: { 'multipart/form-data': { schema: form }, 'application/json': { schema: json } },
      },
    },
    responses: {
      200: jsonAnswer('The file.', openaiFile),
      ...errorResponses(400, 401, 403, 413, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const file = isForm(c) ? await fromForm(c) : await fromJson(c)
    return reply(c, JSON.stringify(fileObject(file)))
  },
)

async function fromForm(c: HttpContext): Promise<StoredFile> {
  const files = filesOf(c)
  const limit = c.get('services').config.MAX_FILE_BYTES
  return takeFile(c, { files, limit }, async ({ received, filename, contentType, fields }) => {
    const said = objectOfFields(fields)
    const checked = about.safeParse(said)
    if (!checked.success) throw validationError(checked.error, said)
    const { purpose: use, expires_after } = checked.data
    return files.keep(received, {
      name: filename ?? '',
      mediaType: contentType,
      purpose: use,
      lifetime: lifetimeOf(expires_after, use),
    })
  })
}

async function fromJson(c: HttpContext): Promise<StoredFile> {
  const { file, ...asked } = (await jsonBody(c, json)) as z.infer<typeof json>
  const files = filesOf(c)
  const limit = c.get('services').config.MAX_FILE_BYTES
  return fetchFile(c, { files, limit, file }, ({ received, filename, contentType }) =>
    files.keep(received, {
      name: asked.filename ?? filename ?? 'file',
      mediaType: contentType,
      purpose: asked.purpose,
      lifetime: lifetimeOf(asked.expires_after, asked.purpose),
    }),
  )
}
