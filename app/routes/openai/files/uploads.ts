import { createRoute, z } from '@hono/zod-openapi'
import { GatewayError } from '../../../errors.ts'
import { reply } from '../../../http/answers/reply.ts'
import { caller } from '../../../http/caller.ts'
import type { HttpContext } from '../../../http/context.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { storedUploads, type Upload } from '../../../library/files/uploads.ts'
import { jsonAnswer, jsonRequest } from '../../json-contract.ts'
import { errorResponses } from '../error-contract.ts'
import { expiresAfter, fileObject, lifetimeOf, openaiFile, purpose } from './file-contract.ts'

export const uploadsOf = (c: HttpContext) => storedUploads(c.get('services'), caller(c).owner)

export const uploadId = z.object({
  upload_id: z.string().describe('The id of an upload, good for a day.'),
})

const upload = z
  .object({
    id: z.string(),
    object: z.literal('upload'),
    bytes: z.int().describe('Of the whole file.'),
    created_at: z.int(),
    expires_at: z.int().describe('Until then it can be completed.'),
    filename: z.string(),
    purpose: z.string(),
    status: z.enum(['pending', 'completed', 'cancelled', 'expired']),
    file: openaiFile.nullable().describe('What it became.'),
  })
  .openapi('Upload')

const uploadObject = (found: Upload): z.infer<typeof upload> => ({
  id: `upload_${found.id}`,
  object: 'upload',
  bytes: found.size,
  created_at: found.created,
  expires_at: found.expires,
  filename: found.name,
  purpose: found.purpose,
  status: found.status,
  file: found.file ? fileObject(found.file) : null,
})

const answer = {
  200: jsonAnswer('The upload.', upload),
}
const errors = errorResponses(400, 401, 403, 404, 413, 429, 500, 502, 503)

export const createUpload = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/uploads',
    operationId: 'create_upload',
    summary: 'Start a multipart upload',
    tags: ['Files'],
    request: {
      body: jsonRequest(
        z
          .object({
            filename: z.string(),
            purpose,
            bytes: z.int().min(1).describe('Of the whole file.'),
            mime_type: z.string(),
            expires_after: expiresAfter.nullish(),
          })
          .openapi('CreateUploadRequest'),
      ),
    },
    responses: { ...answer, ...errors },
  }),
  async (c) => {
    const asked = c.req.valid('json')
    const { MAX_UPLOAD_BYTES } = c.get('services').config
    if (asked.bytes > MAX_UPLOAD_BYTES) {
      throw new GatewayError('too-large', `Uploads have ${MAX_UPLOAD_BYTES} bytes here at most.`, {
        param: 'bytes',
        reason: 'file_too_large',
      })
    }
    const begun = await uploadsOf(c).create({
      name: asked.filename,
      purpose: asked.purpose,
      mediaType: asked.mime_type,
      size: asked.bytes,
      lifetime: lifetimeOf(asked.expires_after, asked.purpose),
    })
    return reply(c, JSON.stringify(uploadObject(begun)))
  },
)

export const completeUpload = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/uploads/{upload_id}/complete',
    operationId: 'complete_upload',
    summary: 'Complete a multipart upload',
    description:
      'The order of `part_ids` is that of the file; parts that are not named are dropped. May be asked again.',
    tags: ['Files'],
    request: {
      params: uploadId,
      body: jsonRequest(
        z
          .object({
            part_ids: z.array(z.string()).min(1).max(10_000),
            md5: z.string().nullish().describe('Of the whole file, in hex.'),
          })
          .openapi('CompleteUploadRequest'),
      ),
    },
    responses: { ...answer, ...errors },
  }),
  async (c) => {
    const { part_ids: parts, md5 } = c.req.valid('json')
    const { upload_id: id } = c.req.valid('param')
    const completed = await uploadsOf(c).complete(id, parts, md5 || undefined)
    return reply(c, JSON.stringify(uploadObject(completed)))
  },
)

export const cancelUpload = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/uploads/{upload_id}/cancel',
    operationId: 'cancel_upload',
    summary: 'Cancel an upload',
    tags: ['Files'],
    request: { params: uploadId },
    responses: { ...answer, ...errors },
  }),
  async (c) => {
    const cancelled = await uploadsOf(c).cancel(c.req.valid('param').upload_id)
    return reply(c, JSON.stringify(uploadObject(cancelled)))
  },
)
