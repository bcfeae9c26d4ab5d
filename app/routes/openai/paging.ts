import { z } from '@hono/zod-openapi'
import type { Page, PageOptions } from '../../library/page.ts'

/** How OpenAI's lists are asked for, page by page. */
export const pageQuery = {
  after: z.string().optional().describe('The last id of the page before.'),
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Items a page holds.'),
  order: z.enum(['asc', 'desc']).default('asc').describe('Oldest first, or newest first.'),
}

interface PageQuery {
  after?: string
  limit: number
  order: 'asc' | 'desc'
}

export const pageOptions = ({ after, limit, order }: PageQuery): PageOptions => ({
  // Some clients send parameters that have no value.
  after: after || undefined,
  limit,
  descending: order === 'desc',
})

/** A list's contract; its ids are null where it is empty, as OpenAI's API reference says. */
export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({
    object: z.literal('list'),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })

export const pageText = ({ data, hasMore }: Page<{ id: string }>): string =>
  JSON.stringify({
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: hasMore,
  })
