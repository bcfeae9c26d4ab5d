import { z } from '@hono/zod-openapi'
import { keyPolicy } from '../../config/key-policy.ts'
import { requireAdmin } from '../../http/access/require-admin.ts'
import type { HttpContext } from '../../http/context.ts'
import type { ManagedKey, ManagedKeys, MintedKey } from '../../ports/access.ts'

const name = z.string().min(1).max(100).describe('For people; need not be unique.')
const time = z.int().describe('Unix time in seconds.')

/** What a new key is to be. */
export const newKey = keyPolicy.extend({ name: name.optional() }).openapi('NewKey')

const members = newKey.shape
type Member = keyof typeof members

/** What is to change: members that are absent stay, those that are null go. */
export const keyChange = z
  .strictObject(
    Object.fromEntries(
      Object.entries(members).map(([member, schema]) => [
        member,
        schema.unwrap().nullable().optional(),
      ]),
    ) as {
      [Name in Member]: z.ZodOptional<z.ZodNullable<ReturnType<(typeof members)[Name]['unwrap']>>>
    },
  )
  .openapi('KeyChange')

/** A key as its manager sees it. */
export const key = newKey
  .extend({
    id: z.string(),
    object: z.literal('key'),
    created_at: time,
    rotated_at: time.optional(),
    overlaps_until: time.optional().describe('Until when the secret before this one is good too.'),
    disabled: z.boolean(),
  })
  .openapi('Key')

export const mintedKey = key
  .extend({ key: z.string().describe('What callers show. It is told this once and not kept.') })
  .openapi('KeyWithSecret')

export const keyParams = z.object({ key_id: z.string().describe('The id of a key.') })

export function keyOf({ id, name, policy, created, rotated, overlapsUntil, disabled }: ManagedKey) {
  return {
    id,
    object: 'key' as const,
    name,
    ...policy,
    created_at: created,
    rotated_at: rotated,
    overlaps_until: overlapsUntil,
    disabled,
  } satisfies z.infer<typeof key>
}

export const mintedOf = ({ key, secret }: MintedKey) =>
  ({ ...keyOf(key), key: secret }) satisfies z.infer<typeof mintedKey>

/** The keys, for whoever may manage them. Throws `permission`. */
export function keysOf(c: HttpContext): ManagedKeys {
  requireAdmin(c)
  return c.get('services').access.keys
}
