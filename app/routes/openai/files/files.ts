import { createRoute, z } from '@hono/zod-openapi'
import { reply } from '../../../http/answers/reply.ts'
import { endpoint } from '../../../http/endpoint.ts'
import { jsonAnswer } from '../../json-contract.ts'
import { contentResponses, fileParams, filesOf, sendFile } from '../../stored-file.ts'
import { deletion } from '../deletion.ts'
import { errorResponses } from '../error-contract.ts'
import { pageOptions, pageSchema, pageText } from '../paging.ts'
import { fileObject, openaiFile } from './file-contract.ts'

const query = z.object({
  purpose: z.string().optional().describe('Only files with this purpose.'),
  after: z.string().optional().describe('The last id of the page before.'),
  limit: z.coerce.number().int().min(1).max(10_000).default(10_000).describe('Files a page holds.'),
  order: z.enum(['asc', 'desc']).default('desc').describe('Newest first, or oldest first.'),
})

export const listFiles = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/files',
    operationId: 'list_files',
    summary: 'List files',
    tags: ['Files'],
    request: { query },
    responses: {
      200: jsonAnswer('One page of them.', pageSchema(openaiFile).openapi('FileList')),
      ...errorResponses(400, 401, 403, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { purpose, ...page } = c.req.valid('query')
    const { data, hasMore } = await filesOf(c).list({
      ...pageOptions(page),
      purpose: purpose || undefined,
    })
    return reply(c, pageText({ data: data.map(fileObject), hasMore }))
  },
)

export const getFile = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/files/{file_id}',
    operationId: 'retrieve_file',
    summary: 'Describe a file',
    tags: ['Files'],
    request: { params: fileParams },
    responses: {
      200: jsonAnswer('The file.', openaiFile),
      ...errorResponses(401, 403, 404, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const file = await filesOf(c).find(c.req.valid('param').file_id)
    return reply(c, JSON.stringify(fileObject(file)))
  },
)

export const getFileContent = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/files/{file_id}/content',
    operationId: 'download_file',
    summary: 'Download a file',
    description:
      'Byte for byte what was uploaded. `Range`, `If-Range` and `If-None-Match` are honoured.',
    tags: ['Files'],
    request: { params: fileParams },
    responses: {
      ...contentResponses,
      ...errorResponses(401, 403, 404, 416, 429, 500, 502, 503),
    },
  }),
  (c) => sendFile(c, c.req.valid('param').file_id),
)

const gone = deletion({ object: 'file', name: 'FileDeleted' })

export const deleteFile = endpoint(
  createRoute({
    method: 'delete',
    path: '/v1/files/{file_id}',
    operationId: 'delete_file',
    summary: 'Delete a file',
    tags: ['Files'],
    request: { params: fileParams },
    responses: {
      ...gone.responses,
      ...errorResponses(401, 403, 404, 429, 500, 502, 503),
    },
  }),
  async (c) => {
    const { file_id: id } = c.req.valid('param')
    await filesOf(c).delete(id)
    return gone.answer(c, id)
  },
)
