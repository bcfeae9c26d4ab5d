import { createRoute, z } from '@hono/zod-openapi'
import { reply } from '../../http/answers/reply.ts'
import { endpoint } from '../../http/endpoint.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { deletion } from '../openai/deletion.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { key, keyOf, keyParams, keysOf, mintedKey, mintedOf, newKey } from './key-contract.ts'

/** Nothing between us and the manager may keep a secret. */
const UNKEPT = { 'cache-control': 'no-store' }

export const createKey = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/admin/keys',
    operationId: 'create_key',
    summary: 'Create a key',
    description: 'The answer is the only one that holds the key: only a salted hash is kept.',
    tags: ['Admin'],
    request: { body: jsonRequest(newKey) },
    responses: {
      201: jsonAnswer('The key, this once with its secret.', mintedKey),
      ...errorResponses(400, 401, 403, 409, 413, 429, 500, 503),
    },
  }),
  async (c) => {
    const { name, ...policy } = c.req.valid('json')
    const minted = await keysOf(c).create({ name, policy })
    return reply(c, JSON.stringify(mintedOf(minted)), { status: 201, headers: UNKEPT })
  },
)

export const listKeys = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/admin/keys',
    operationId: 'list_keys',
    summary: 'List the keys',
    description: 'In the order of their ids. Keys of the configuration are not among them.',
    tags: ['Admin'],
    request: {
      query: z.object({
        tenant: z.string().optional().describe('Only keys of this tenant.'),
        after: z.string().optional().describe('The `last_id` of the page before.'),
        limit: z.coerce.number().int().min(1).max(100).default(20).describe('Keys a page holds.'),
      }),
    },
    responses: {
      200: jsonAnswer(
        'One page of them.',
        z
          .object({
            object: z.literal('list'),
            data: z.array(key),
            first_id: z.string().nullable(),
            last_id: z.string().nullable(),
            has_more: z.boolean(),
          })
          .openapi('KeyList'),
      ),
      ...errorResponses(400, 401, 403, 429, 500, 503),
    },
  }),
  async (c) => {
    const { data, hasMore } = await keysOf(c).list(c.req.valid('query'))
    const page = {
      object: 'list',
      data: data.map(keyOf),
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: hasMore,
    }
    return reply(c, JSON.stringify(page))
  },
)

export const getKey = endpoint(
  createRoute({
    method: 'get',
    path: '/v1/admin/keys/{key_id}',
    operationId: 'retrieve_key',
    summary: 'Describe a key',
    tags: ['Admin'],
    request: { params: keyParams },
    responses: {
      200: jsonAnswer('The key.', key),
      ...errorResponses(401, 403, 404, 429, 500, 503),
    },
  }),
  async (c) => reply(c, JSON.stringify(keyOf(await keysOf(c).get(c.req.valid('param').key_id)))),
)

const gone = deletion({ object: 'key.deleted', name: 'KeyDeleted' })

export const deleteKey = endpoint(
  createRoute({
    method: 'delete',
    path: '/v1/admin/keys/{key_id}',
    operationId: 'delete_key',
    summary: 'Delete a key',
    description:
      'What its callers stored stays, and belongs to nobody unless it was that of a tenant.',
    tags: ['Admin'],
    request: { params: keyParams },
    responses: {
      ...gone.responses,
      ...errorResponses(401, 403, 404, 429, 500, 503),
    },
  }),
  async (c) => {
    const { key_id: id } = c.req.valid('param')
    await keysOf(c).delete(id)
    return gone.answer(c, id)
  },
)
