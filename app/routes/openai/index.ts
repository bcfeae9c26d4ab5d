import type { Config } from '../../config.ts'
import { createOpenaiChat } from '../../dialects/openai-chat/index.ts'
import type { Surface } from '../../http/surface.ts'
import { createChatCompletion } from './chat-completions.ts'
import { getModel, getModels } from './models.ts'
import { listStoredCompletions, listStoredMessages } from './stored-completion-lists.ts'
import {
  deleteStoredCompletion,
  getStoredCompletion,
  updateStoredCompletion,
} from './stored-completions.ts'

/** OpenAI's API. */
export function openaiSurface(config: Config): Surface {
  const dialect = createOpenaiChat({ reasoningField: config.CHAT_COMPLETIONS_REASONING_FIELD })
  return {
    name: 'openai',
    prefixes: ['/v1/'],
    voice: dialect.server,
    endpoints: [
      createChatCompletion(dialect),
      listStoredCompletions,
      getStoredCompletion,
      updateStoredCompletion,
      deleteStoredCompletion,
      listStoredMessages,
      getModels,
      getModel,
    ],
  }
}
