import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ADMIN_KEY, accessStage } from '../http/access-stage.ts'
import { type Caller, KINDS, type Way } from './isolated-kinds.ts'

/** Names that look alike, or like parts of a path to somebody who does not escape them. */
const tenants = fc.oneof(
  fc.constantFrom('a', 'ab', 'a.b', 'a-b', 'a_b', 'a@b', 'tenant.a', 'key.a', 'default', '0'),
  fc.stringMatching(/^[a-z0-9][a-z0-9._@-]{0,63}$/),
)
const pairs = fc.tuple(tenants, tenants).filter(([one, other]) => one !== other)

const stage = accessStage({ ADMIN_KEY, FILES_DIR: 'memory' })

const as =
  (key: string): Caller =>
  (path, options = {}) =>
    stage.call(path, { key, ...options })

const go = (who: Caller, [method, path, body]: Way) =>
  who(path, { method, ...(body !== undefined && { body }) })

let made = 0

describe("nobody's key reads anything of somebody else's", () => {
  it.each(KINDS.map((kind) => [kind.name, kind] as const))('%s', async (_, kind) => {
    const property = fc.asyncProperty(pairs, async ([mine, theirs]) => {
      const [owner, friend, stranger, loner] = await Promise.all([
        stage.mint({ tenant: mine }),
        stage.mint({ tenant: mine }),
        stage.mint({ tenant: theirs }),
        stage.mint({}),
      ])
      const secret = `secret-${made++}-of-the-owner`
      const id = await kind.make(as(owner.key), secret)
      // Two vendors write the id of one file with different prefixes.
      const bare = id.replace(/^[a-z]+[-_]/, '')
      for (const { key } of [stranger, loner]) {
        for (const way of kind.ways(id)) {
          const { status, text } = await go(as(key), way)
          expect([400, 404], `${way[0]} ${way[1]}: ${status} ${text}`).toContain(status)
          expect(text).not.toContain(secret)
        }
        for (const way of kind.lists ?? []) {
          const { status, text } = await go(as(key), way)
          expect(status).toBe(200)
          expect(text).not.toContain(bare)
          expect(text).not.toContain(secret)
        }
      }
      // Nothing of that has hurt it, and the tenant's other keys have it too.
      for (const way of kind.lists ?? []) {
        const { text } = await go(as(friend.key), way)
        expect(text).toContain(bare)
      }
      const { status } = await go(as(friend.key), kind.own(id))
      expect(status).toBe(200)
    })
    await fc.assert(property, { numRuns: 12 })
  })

  it('covers every collection that is kept by owner', async () => {
    const { readdirSync, readFileSync } = await import('node:fs')
    const sources = readdirSync('app', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(`app/${name}`, 'utf8'))
    const kept = new Set(
      sources.flatMap((text) =>
        [...text.matchAll(/`([a-z-]+)\/\$\{owner\}/g)].map(([, collection]) => collection!),
      ),
    )
    expect([...kept].filter((collection) => !COVERED.has(collection))).toEqual([])
  })
})

/**
 * Collections by owner, each reached by a kind of the list; `response-jobs` and `conversation-locks` by the ways of
 * responses.
 */
const COVERED = new Set([
  'chat-completions',
  'chat-completion-messages',
  'message-threads',
  'responses',
  'response-inputs',
  'response-jobs',
  'response-events',
  'conversations',
  'conversation-items',
  'conversation-locks',
  'item-places',
  'knowledge-bases',
  'knowledge-sources',
  'knowledge-jobs',
  'knowledge-passages',
])
