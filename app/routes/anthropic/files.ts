import { createRoute, z } from '@hono/zod-openapi'
import { GatewayError } from '../../errors.ts'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { Files, StoredFile } from '../../library/files/files.ts'
import type { Page } from '../../library/page.ts'
import { jsonAnswer } from '../json-contract.ts'
import { contentResponses, fileParams, filesOf, sendFile } from '../stored-file.ts'
import { fileMetadata, metadataOf, spokenId } from './file-contract.ts'
import { fileError, fileErrors } from './file-errors.ts'

const query = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(20).describe('Files a page holds.'),
  page: z.string().optional().describe('The `next_page` of the page before.'),
  after_id: z.string().optional().describe('Files that are older than this one.'),
  before_id: z.string().optional().describe('Files that are newer than this one.'),
  'ids[]': z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('These files alone, as far as they are there; 100 at most.'),
  scope_id: z
    .string()
    .optional()
    .describe('Files of one scope. Files have none here: none is listed.'),
})

const MOST_IDS = 100

export const listAnthropicFiles = endpoint(
  createRoute({
    method: 'get',
    path: '/anthropic/v1/files',
    operationId: 'anthropic_list_files',
    summary: 'List files, newest first',
    tags: ['Anthropic'],
    request: { query },
    responses: {
      200: jsonAnswer(
        'One page of them.',
        z
          .object({
            data: z.array(fileMetadata),
            has_more: z.boolean(),
            first_id: z.string().nullable(),
            last_id: z.string().nullable(),
            next_page: z.string().nullable(),
          })
          .openapi('AnthropicFileList'),
      ),
      ...fileErrors,
    },
  }),
  async (c) => {
    const { limit, page, after_id, before_id, scope_id, 'ids[]': asked } = c.req.valid('query')
    const ids = scope_id ? [] : asked
    const { data, hasMore } = ids
      ? await named(filesOf(c), ids)
      : await filesOf(c).list({
          after: page || after_id || undefined,
          before: before_id || undefined,
          cursors: { after: page ? 'page' : 'after_id', before: 'before_id' },
          limit,
          descending: true,
        })
    const last = data.at(-1)
    return reply(
      c,
      JSON.stringify({
        data: data.map(metadataOf),
        has_more: hasMore,
        first_id: data[0] ? spokenId(data[0]) : null,
        last_id: last ? spokenId(last) : null,
        next_page: hasMore && last ? spokenId(last) : null,
      }),
    )
  },
)

/** Files by their ids, those that are not there left out. */
async function named(files: Files, asked: string | string[]): Promise<Page<StoredFile>> {
  const ids = [...new Set(typeof asked === 'string' ? [asked] : asked)]
  if (ids.length > MOST_IDS) {
    throw new GatewayError('invalid-request', `At most ${MOST_IDS} ids may be asked for.`, {
      param: 'ids',
    })
  }
  const found = await Promise.all(ids.map((id) => files.find(id).catch(absent)))
  return { data: found.filter((file) => file !== undefined), hasMore: false }
}

function absent(thrown: unknown): undefined {
  if (thrown instanceof GatewayError && thrown.code === 'not-found') return undefined
  throw thrown
}

export const getAnthropicFile = endpoint(
  createRoute({
    method: 'get',
    path: '/anthropic/v1/files/{file_id}',
    operationId: 'anthropic_retrieve_file',
    summary: 'Describe a file',
    tags: ['Anthropic'],
    request: { params: fileParams },
    responses: {
      200: jsonAnswer('The file.', fileMetadata),
      ...fileErrors,
    },
  }),
  async (c) => {
    const file = await filesOf(c).find(c.req.valid('param').file_id)
    return reply(c, JSON.stringify(metadataOf(file)))
  },
)

export const getAnthropicFileContent = endpoint(
  createRoute({
    method: 'get',
    path: '/anthropic/v1/files/{file_id}/content',
    operationId: 'anthropic_download_file',
    summary: 'Download a file',
    tags: ['Anthropic'],
    request: { params: fileParams },
    responses: {
      ...contentResponses,
      ...fileErrors,
      416: fileError('It has no such range.'),
    },
  }),
  (c) => sendFile(c, c.req.valid('param').file_id),
)

export const deleteAnthropicFile = endpoint(
  createRoute({
    method: 'delete',
    path: '/anthropic/v1/files/{file_id}',
    operationId: 'anthropic_delete_file',
    summary: 'Delete a file',
    tags: ['Anthropic'],
    request: { params: fileParams },
    responses: {
      200: jsonAnswer(
        'It is gone.',
        z
          .object({ id: z.string(), type: z.literal('file_deleted') })
          .openapi('AnthropicFileDeleted'),
      ),
      ...fileErrors,
    },
  }),
  async (c) => {
    const { file_id: id } = c.req.valid('param')
    await filesOf(c).delete(id)
    return reply(c, JSON.stringify({ id, type: 'file_deleted' }))
  },
)
