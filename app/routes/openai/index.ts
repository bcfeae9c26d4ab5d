import type { Config } from '../../config.ts'
import { createOpenaiChat } from '../../dialects/openai-chat/index.ts'
import type { Surface } from '../../http/surface.ts'
import { createSpeech } from './audio-speech.ts'
import { createTranscription } from './audio-transcriptions.ts'
import { createTranslation } from './audio-translations.ts'
import { createChatCompletion } from './chat-completions.ts'
import { getChatHealth } from './chat-health.ts'
import { createCompletion } from './completions.ts'
import {
  createConversationItems,
  deleteConversationItem,
  getConversationItem,
  listConversationItems,
} from './conversation-items.ts'
import {
  createConversation,
  deleteConversation,
  getConversation,
  updateConversation,
} from './conversations.ts'
import { createFile } from './create-file.ts'
import { createEmbedding } from './embeddings.ts'
import { deleteFile, getFile, getFileContent, listFiles } from './files.ts'
import { getFilesHealth } from './files-health.ts'
import { getDrawnImage, openDrawnStore } from './image-files.ts'
import { createImage, editImage, varyImage } from './images.ts'
import { openaiManner } from './manner.ts'
import { getModel, getModels } from './models.ts'
import { createRerank } from './rerank.ts'
import { createBackgroundResponses } from './response-background.ts'
import { compactResponse, countResponseTokens } from './response-tokens.ts'
import { createResponse } from './responses.ts'
import { listStoredCompletions, listStoredMessages } from './stored-completion-lists.ts'
import {
  deleteStoredCompletion,
  getStoredCompletion,
  updateStoredCompletion,
} from './stored-completions.ts'
import { cancelResponse, deleteResponse, getResponse, listInputItems } from './stored-responses.ts'
import { addUploadPart } from './upload-parts.ts'
import { cancelUpload, completeUpload, createUpload } from './uploads.ts'

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
