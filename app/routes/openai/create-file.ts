import { createRoute, z } from '@hono/zod-openapi'
import { locate } from '../../dialects/media-location.ts'
import { validationError } from '../../dialects/validation.ts'
import { fetchInput } from '../../gateway/attachments/fetch-input.ts'
import { reply } from '../../http/answers/reply.ts'
import { isForm } from '../../http/bodies/form-body.ts'
import { jsonBody } from '../../http/bodies/json-body.ts'
import { caller } from '../../http/caller.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/surface.ts'
import { type StoredFile, storedFiles } from '../../library/files.ts'
import { refused, takeFile } from '../incoming-file.ts'
import { errorResponses } from './error-contract.ts'
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
    file: z.string().min(1).describe('Base64, a data URL, an `https:` URL or an `s3://` address.'),
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
      200: { description: 'The file.', content: { 'application/json': { schema: openaiFile } } },
      ...errorResponses(400, 401, 403, 413, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const file = isForm(c) ? await fromForm(c) : await fromJson(c)
    return reply(c, JSON.stringify(fileObject(file)))
  },
)

async function fromForm(c: HttpContext): Promise<StoredFile> {
  const { config } = c.get('services')
  const files = storedFiles(c.get('services'), caller(c).owner)
  const limit = config.MAX_FILE_BYTES
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
  const services = c.get('services')
  const asked = (await jsonBody(c, json)) as z.infer<typeof json>
  const { source, mediaType } = locate(asked.file, 'file')
  const input = await fetchInput(source, services, 'file')
  if (input.bytes.length === 0) throw refused('The file is empty.', 'file')
  const files = storedFiles(services, caller(c).owner)
  const received = await files.receive(input.bytes, services.config.MAX_FILE_BYTES)
  try {
    return await files.keep(received, {
      name: asked.filename ?? input.name ?? 'file',
      mediaType: mediaType ?? input.mediaType,
      purpose: asked.purpose,
      lifetime: lifetimeOf(asked.expires_after, asked.purpose),
    })
  } catch (thrown) {
    await files.discard(received)
    throw thrown
  }
}
