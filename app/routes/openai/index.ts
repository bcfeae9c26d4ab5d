import type { Config } from '../../config.ts'
import { createOpenaiChat } from '../../dialects/openai-chat/index.ts'
import type { Surface } from '../../http/surface.ts'
import { createSpeech } from './audio/audio-speech.ts'
import { createTranscription } from './audio/audio-transcriptions.ts'
import { createTranslation } from './audio/audio-translations.ts'
import { createChatCompletion } from './chat/chat-completions.ts'
import { getChatHealth } from './chat/chat-health.ts'
import { createCompletion } from './chat/completions.ts'
import { listStoredCompletions, listStoredMessages } from './chat/stored-completion-lists.ts'
import {
  deleteStoredCompletion,
  getStoredCompletion,
  updateStoredCompletion,
} from './chat/stored-completions.ts'
import { createEmbedding } from './embeddings.ts'
import { createFile } from './files/create-file.ts'
import { deleteFile, getFile, getFileContent, listFiles } from './files/files.ts'
import { getFilesHealth } from './files/files-health.ts'
import { addUploadPart } from './files/upload-parts.ts'
import { cancelUpload, completeUpload, createUpload } from './files/uploads.ts'
import { getDrawnImage, openDrawnStore } from './images/image-files.ts'
import { createImage, editImage, varyImage } from './images/images.ts'
import { openaiManner } from './manner.ts'
import { getModel, getModels } from './models.ts'
import { createRerank } from './rerank.ts'
import {
  createConversationItems,
  deleteConversationItem,
  getConversationItem,
  listConversationItems,
} from './responses/conversation-items.ts'
import {
  createConversation,
  deleteConversation,
  getConversation,
  updateConversation,
} from './responses/conversations.ts'
import { createBackgroundResponses } from './responses/response-background.ts'
import { compactResponse, countResponseTokens } from './responses/response-tokens.ts'
import { createResponse } from './responses/responses.ts'
import {
  cancelResponse,
  deleteResponse,
  getResponse,
  listInputItems,
} from './responses/stored-responses.ts'

/** OpenAI's API. */
export function openaiSurface(config: Config): Surface {
  const dialect = createOpenaiChat({ reasoningField: config.CHAT_COMPLETIONS_REASONING_FIELD })
  const drawn = openDrawnStore()
  return {
    ...openaiManner(dialect),
    endpoints: [
      createChatCompletion(dialect),
      createCompletion,
      listStoredCompletions,
      getChatHealth,
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
      createResponse(createBackgroundResponses()),
      countResponseTokens,
      compactResponse,
      getResponse,
      deleteResponse,
      cancelResponse,
      listInputItems,
      createConversation,
      getConversation,
      updateConversation,
      deleteConversation,
      createConversationItems,
      listConversationItems,
      getConversationItem,
      deleteConversationItem,
      createEmbedding,
      createSpeech,
      createTranscription,
      createTranslation,
      createRerank,
      createImage(drawn),
      editImage(drawn),
      varyImage(drawn),
      getDrawnImage(drawn),
    ],
  }
}
