import { z } from '@hono/zod-openapi'
import { reply } from '../../http/answers/reply.ts'
import type { HttpContext } from '../../http/context.ts'
import { jsonAnswer } from '../json-contract.ts'

/** What OpenAI calls a thing that is gone: `conversation.deleted`, or just `file`. */
interface Deletion<Word extends string> {
  object: Word
  /** Of the schema in the document. */
  name: string
}

/** The contract of the answer to a deletion, and the answer. */
export function deletion<const Word extends string>({ object, name }: Deletion<Word>) {
  const schema = z
    .object({ id: z.string(), object: z.literal(object), deleted: z.boolean() })
    .openapi(name)
  return {
    responses: { 200: jsonAnswer('It is gone.', schema) },
    answer: (c: HttpContext, id: string) => reply(c, JSON.stringify({ id, object, deleted: true })),
  }
}
