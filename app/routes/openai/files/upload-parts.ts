import { createRoute, z } from '@hono/zod-openapi'
import { decodeBase64, normaliseBase64 } from '../../../codecs/bytes/base64.ts'
import { reply } from '../../../http/answers/reply.ts'
import { isForm, readForm } from '../../../http/bodies/form-body.ts'
import { jsonBody } from '../../../http/bodies/json-body.ts'
import type { HttpContext } from '../../../http/context.ts'
import { endpoint } from '../../../http/endpoint.ts'
import type { UploadPart } from '../../../library/files/uploads.ts'
import { checkDeclared, inTurn, missing, refused } from '../../incoming-file.ts'
import { jsonAnswer } from '../../json-contract.ts'
import { errorResponses } from '../error-contract.ts'
import { uploadId, uploadsOf } from './uploads.ts'

const part = z
  .object({
    id: z.string(),
    object: z.literal('upload.part'),
    created_at: z.int(),
    upload_id: z.string(),
    upload_url: z
      .string()
      .optional()
      .describe('Where the bytes of a presigned part are to be PUT.'),
    upload_url_expires_at: z.int().optional(),
    upload_headers: z
      .record(z.string(), z.string())
      .optional()
      .describe('Headers that have to be sent with these bytes; absent where there are none.'),
  })
  .openapi('UploadPart')

const form = z
  .object({ data: z.string().openapi({ format: 'binary' }).describe('The bytes of the part.') })
  .openapi('AddUploadPartForm')

const json = z
  .object({
    data: z.string().optional().describe('The bytes of the part in base64.'),
    presigned: z
      .boolean()
      .optional()
      .describe('Instead of `data`: give a URL to which the bytes are PUT, past this server.'),
  })
  .openapi('AddUploadPartRequest')

export const addUploadPart = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/uploads/{upload_id}/parts',
    operationId: 'add_upload_part',
    summary: 'Upload a part of a file',
    description:
      'Parts may be of any size and come at the same time; their order is given when the upload is completed.',
    tags: ['Files'],
    request: {
      params: uploadId,
      body: {
        required: true,
        content: { 'multipart/form-data': { schema: form }, 'application/json': { schema: json } },
      },
    },
    responses: {
      200: jsonAnswer('The part.', part),
      ...errorResponses(400, 401, 403, 404, 413, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { upload_id: id } = c.req.valid('param')
    const added = isForm(c) ? await inTurn(c, () => fromForm(c, id)) : await fromJson(c, id)
    return reply(c, JSON.stringify(added))
  },
)

async function fromForm(c: HttpContext, id: string) {
  const limit = c.get('services').config.MAX_FILE_BYTES
  checkDeclared(c, limit, 'data')
  let added: UploadPart | undefined
  await readForm(c, {
    files: ['data'],
    async take({ field, body }) {
      if (field !== 'data' || added) throw refused('A form brings one part, called "data".', field)
      added = await uploadsOf(c).addPart(id, body, limit)
    },
  })
  if (!added) throw missing('data')
  return partObject(added, id)
}

async function fromJson(c: HttpContext, id: string) {
  const { data, presigned } = (await jsonBody(c, json)) as z.infer<typeof json>
  if (presigned) {
    const { url, expires, headers, ...added } = await uploadsOf(c).presignPart(id)
    return {
      ...partObject(added, id),
      upload_url: url,
      upload_url_expires_at: expires,
      ...(headers && { upload_headers: headers }),
    }
  }
  if (data === undefined) throw missing('data')
  const base64 = normaliseBase64(data)
  if (base64 === undefined) throw refused('The part is not base64.', 'data')
  const limit = c.get('services').config.MAX_FILE_BYTES
  return partObject(await uploadsOf(c).addPart(id, decodeBase64(base64), limit), id)
}

const partObject = ({ id, created }: UploadPart, upload: string): z.infer<typeof part> => ({
  id: `part_${id}`,
  object: 'upload.part',
  created_at: created,
  upload_id: upload,
})
