import type { OpenaiChat } from '../../../dialects/openai-chat/index.ts'
import type { WireRequest } from '../../../dialects/openai-chat/wire.ts'
import type { WireCompletion } from '../../../dialects/openai-chat/wire-reply.ts'
import type { Answered } from '../../../gateway/answer.ts'
import { exchange } from '../../../gateway/exchange.ts'
import { respond } from '../../../http/answers/respond.ts'
import { caller } from '../../../http/caller.ts'
import type { HttpContext } from '../../../http/context.ts'
import { storedCompletions } from '../../../library/responses/stored-completions.ts'
import { readChatBody, spokenFormats, targetFormat } from './body-formats.ts'

/** Where chat is asked for. */
export const CHAT = { method: 'post', path: '/v1/chat/completions' } as const

/** Answers chat in any of the formats it has. */
export function answerChat(openai: OpenaiChat): (c: HttpContext) => Promise<Response> {
  const formats = spokenFormats(openai)
  return async (c) => {
    const answering = formats[targetFormat(c)]()
    const answerIn = (answering instanceof Promise ? await answering : answering).dialect
    const { dialect, body } = await readChatBody(c, formats)
    const services = c.get('services')
    const asking = caller(c)
    const keep = (answered: Answered) =>
      storedCompletions(services, asking.owner).keep(
        answered.body as WireCompletion,
        (body as WireRequest).messages,
      )
    // What is copied comes first: engines copy into an empty object much faster.
    const heard = { ...asking, dialect, answerIn, body, keep }
    return respond(c, await exchange(heard, services))
  }
}
