import { createRoute, z } from '@hono/zod-openapi'
import type { KeyPolicy } from '../../config/key-policy.ts'
import { reply } from '../../http/answers/reply.ts'
import { checkedBody, parsedBody } from '../../http/bodies/json-body.ts'
import type { HttpContext } from '../../http/context.ts'
import { endpoint } from '../../http/endpoint.ts'
import type { KeyChange, ManagedKey } from '../../ports/access.ts'
import { jsonAnswer, jsonRequest } from '../json-contract.ts'
import { errorResponses } from '../openai/error-contract.ts'
import { key, keyChange, keyOf, keyParams, keysOf, mintedKey, mintedOf } from './key-contract.ts'

const changed = {
  200: jsonAnswer('The key as it is now.', key),
  ...errorResponses(400, 401, 403, 404, 409, 413, 429, 500, 503),
}

export const updateKey = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/admin/keys/{key_id}',
    operationId: 'update_key',
    summary: 'Update the permissions of a key',
    description: 'Members that are absent stay as they are, those that are null go.',
    tags: ['Admin'],
    request: {
      params: keyParams,
      body: jsonRequest(keyChange),
    },
    responses: changed,
  }),
  async (c) => {
    const change = c.req.valid('json')
    const { key_id: id } = c.req.valid('param')
    const key = await keysOf(c).update(id, (before) => withChange(before, change))
    return reply(c, JSON.stringify(keyOf(key)))
  },
)

function withChange({ name, policy }: ManagedKey, change: z.infer<typeof keyChange>): KeyChange {
  const merged: Record<string, unknown> = { name, ...policy }
  for (const [member, value] of Object.entries(change)) {
    if (value === null) delete merged[member]
    else if (value !== undefined) merged[member] = value
  }
  const { name: called, ...rest } = merged as KeyPolicy & { name?: string }
  return { name: called, policy: rest }
}

/** Clients are many, and need time to learn a new secret. */
const MOST_OVERLAP = 30 * 24 * 60 * 60

const overlap = z
  .int()
  .min(0)
  .max(MOST_OVERLAP)
  .default(0)
  .describe('For so long the secret before this one is good as well.')

const rotation = z.strictObject({ overlap_seconds: overlap }).openapi('KeyRotation')

export const rotateKey = endpoint(
  createRoute({
    method: 'post',
    path: '/v1/admin/keys/{key_id}/rotate',
    operationId: 'rotate_key',
    summary: 'Rotate the secret of a key',
    tags: ['Admin'],
    request: {
      params: keyParams,
      query: z.object({ overlap_seconds: overlap }),
      body: { ...jsonRequest(rotation), required: false },
    },
    responses: {
      200: jsonAnswer('The key, this once with its new secret.', mintedKey),
      ...errorResponses(400, 401, 403, 404, 409, 413, 429, 500, 503),
    },
  }),
  async (c) => {
    const { overlap_seconds: seconds } = await rotationOf(c)
    const minted = await keysOf(c).rotate(c.req.valid('param').key_id, seconds)
    return reply(c, JSON.stringify(mintedOf(minted)), { headers: { 'cache-control': 'no-store' } })
  },
  { readsItself: true },
)

/** In the query string or in the body, which wins: said in either, it must not be lost, for the old secret would be dead. */
async function rotationOf(c: HttpContext): Promise<z.infer<typeof rotation>> {
  const { overlap_seconds: written } = c.req.query()
  const told = written !== undefined && {
    overlap_seconds: /^\d{1,9}$/.test(written) ? Number(written) : written,
  }
  const value = { ...told, ...(await parsedBody(c, {})) }
  return checkedBody(c, value, { schema: rotation }) as z.infer<typeof rotation>
}

const switching = (word: 'disable' | 'enable', summary: string) =>
  endpoint(
    createRoute({
      method: 'post',
      path: `/v1/admin/keys/{key_id}/${word}`,
      operationId: `${word}_key`,
      summary,
      tags: ['Admin'],
      request: { params: keyParams },
      responses: changed,
    }),
    async (c) => {
      const { key_id: id } = c.req.valid('param')
      const key = await keysOf(c).setDisabled(id, word === 'disable')
      return reply(c, JSON.stringify(keyOf(key)))
    },
  )

export const disableKey = switching('disable', 'Disable a key')
export const enableKey = switching('enable', 'Enable a key')
