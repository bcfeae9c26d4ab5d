import type { z } from '@hono/zod-openapi'
import { withBetas } from '../../../dialects/anthropic-messages/betas.ts'
import { anthropicMessages } from '../../../dialects/anthropic-messages/index.ts'
import { countTokensRequest, messagesRequest } from '../../../dialects/anthropic-messages/wire.ts'
import { chatCompletionRequest } from '../../../dialects/openai-chat/wire.ts'
import {
  decodeKnowledge,
  idleKnowledge,
  knowledgeFields,
} from '../../../dialects/openai-knowledge.ts'
import { streamOptions } from '../../../dialects/openai-settings.ts'
import { titanText } from '../../../dialects/titan-text/index.ts'
import { titanTextRequest } from '../../../dialects/titan-text/wire.ts'
import type { SpokenFormat } from './spoken-format.ts'

/**
 * What this endpoint itself understands in any body: `source-3` has files in any chat completion request, and
 * clients that mix formats (Cursor) say of streams and users what they say in OpenAI's.
 */
const endpointFields = {
  file_ids: chatCompletionRequest.shape.file_ids,
  stream_options: streamOptions,
  user: chatCompletionRequest.shape.user,
  ...knowledgeFields,
}
type EndpointFields = Partial<z.infer<z.ZodObject<typeof endpointFields>>>

const isOfEndpoint = ([name]: [string, unknown]) => Object.hasOwn(endpointFields, name)

/** A format of Bedrock's with the fields of the endpoint, which its vendor does not know and never sees. */
function withEndpointFields(format: SpokenFormat): SpokenFormat {
  const { server } = format.dialect
  const decodeRequest: typeof server.decodeRequest = (body) => {
    const members = Object.entries(body as object)
    const asked: EndpointFields = Object.fromEntries(members.filter(isOfEndpoint))
    const decoded = server.decodeRequest(
      Object.fromEntries(members.filter((member) => !isOfEndpoint(member))),
    )
    const idle = idleKnowledge(asked)
    const usage = asked.stream_options?.include_usage
    return {
      ...(asked.user && { user: asked.user }),
      ...decoded,
      ...(usage != null && { streamUsage: usage }),
      ...(asked.file_ids?.length && { fileIds: asked.file_ids }),
      ...decodeKnowledge(asked),
      ...(idle.length > 0 && { ignored: [...(decoded.ignored ?? []), ...idle] }),
    }
  }
  return { ...format, dialect: { ...format.dialect, server: { ...server, decodeRequest } } }
}

const claude: SpokenFormat = {
  dialect: anthropicMessages,
  schema: messagesRequest.safeExtend(endpointFields),
  withHeaders: (body, header) => withBetas(body, header('anthropic-beta')),
}

/** Claude's body, as Bedrock's InvokeModel takes it. */
export const claudeFormat: SpokenFormat = withEndpointFields(claude)

/** The same where OpenAI's words are mixed in, which need no limit, as a body to be counted needs none. */
export const mixedClaudeFormat: SpokenFormat = withEndpointFields({
  ...claude,
  schema: countTokensRequest.safeExtend({
    ...endpointFields,
    max_tokens: messagesRequest.shape.max_tokens.nullish(),
  }),
})

/** Titan's. */
export const titanFormat: SpokenFormat = withEndpointFields({
  dialect: titanText,
  schema: titanTextRequest.safeExtend(endpointFields),
})
