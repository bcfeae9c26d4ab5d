import { withBetas } from '../../dialects/anthropic-messages/betas.ts'
import { anthropicMessages } from '../../dialects/anthropic-messages/index.ts'
import { messagesRequest } from '../../dialects/anthropic-messages/wire.ts'
import { titanText } from '../../dialects/titan-text/index.ts'
import { titanTextRequest } from '../../dialects/titan-text/wire.ts'
import type { SpokenFormat } from './body-formats.ts'

/** Claude's body, as Bedrock's InvokeModel takes it. */
export const claudeFormat: SpokenFormat = {
  dialect: anthropicMessages,
  schema: messagesRequest,
  withHeaders: (body, header) => withBetas(body, header('anthropic-beta')),
}

/** Titan's. */
export const titanFormat: SpokenFormat = { dialect: titanText, schema: titanTextRequest }
