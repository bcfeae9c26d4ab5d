import type { Config } from '../../config.ts'
import { createOpenaiChat } from '../../dialects/openai-chat/index.ts'
import type { Surface } from '../../http/surface.ts'
import { createChatCompletion } from './chat-completions.ts'
import { createFile } from './create-file.ts'
import { deleteFile, getFile, getFileContent, listFiles } from './files.ts'
import { getFilesHealth } from './files-health.ts'
import { getModel, getModels } from './models.ts'
import { listStoredCompletions, listStoredMessages } from './stored-completion-lists.ts'
import {
  deleteStoredCompletion,
  getStoredCompletion,
  updateStoredCompletion,
} from './stored-completions.ts'
import { addUploadPart } from './upload-parts.ts'
import { cancelUpload, completeUpload, createUpload } from './uploads.ts'

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
      createFile,
      listFiles,
      getFilesHealth,
      getFile,
      getFileContent,
      deleteFile,
      createUpload,
      addUploadPart,
      completeUpload,
      cancelUpload,
    ],
  }
}
