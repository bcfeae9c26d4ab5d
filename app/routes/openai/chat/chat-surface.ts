import type { Config } from '../../../config.ts'
import { createOpenaiChat } from '../../../dialects/openai-chat/index.ts'
import { endpoint } from '../../../http/endpoint.ts'
import type { Surface } from '../../../http/surface.ts'
import { openaiManner } from '../manner.ts'
import { answerChat, CHAT } from './answer-chat.ts'

/** Chat alone, as the whole surface answers it; what callers may send is described there. */
export function chatSurface(config: Config): Surface {
  const dialect = createOpenaiChat({ reasoningField: config.CHAT_COMPLETIONS_REASONING_FIELD })
  return {
    ...openaiManner(dialect),
    endpoints: [endpoint({ ...CHAT, responses: {} }, answerChat(dialect), { readsItself: true })],
  }
}
