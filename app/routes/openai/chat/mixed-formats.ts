import { z } from '@hono/zod-openapi'
import type { Conversation } from '../../../conversation/conversation.ts'
import { hasClaudeTools } from '../../../dialects/detect.ts'
import { withTextFunctions } from '../../../dialects/openai-chat/text-functions.ts'
import { chatCompletionRequest } from '../../../dialects/openai-chat/wire.ts'
import { ownOf } from '../../../dialects/openai-responses/extras.ts'
import { openaiResponses } from '../../../dialects/openai-responses/index.ts'
import { responseRequest } from '../../../dialects/openai-responses/wire.ts'
import { streamOptions } from '../../../dialects/openai-settings.ts'
import { GatewayError } from '../../../errors.ts'
import { mixedClaudeFormat } from './bedrock-formats.ts'
import type { SpokenFormat } from './spoken-format.ts'

type Fields = Record<string, unknown>

/** Members that lead to what is kept, which `/v1/responses` alone can do. */
const OF_RESPONSES = ['previous_response_id', 'conversation', 'background'] as const

/**
 * A body of the Responses API, sent here by a client that reads chunks of chat, as Cursor is
 * (https://forum.cursor.com/t/153019). Nothing of it is kept.
 */
export const responsesFormat: SpokenFormat = {
  dialect: withDecoding(openaiResponses, decodeResponses),
  schema: responseRequest.safeExtend({
    messages: z.array(z.unknown()).nullish(),
    stream_options: streamOptions,
  }),
}

function decodeResponses(body: unknown): Conversation {
  const { messages: _, store, ...request } = body as Fields
  for (const name of OF_RESPONSES) {
    if (!request[name]) continue
    throw new GatewayError(
      'unsupported-parameter',
      `'${name}' is not understood here: send the request to /v1/responses.`,
      { param: name },
    )
  }
  const decoded = openaiResponses.server.decodeRequest(request)
  const usage = (request['stream_options'] as Fields | null | undefined)?.['include_usage']
  const asked: Conversation = {
    ...decoded,
    ...(typeof usage === 'boolean' && { streamUsage: usage }),
    ...(store === true && { ignored: [...(decoded.ignored ?? []), 'store'] }),
  }
  const texts = asked.tools.filter(
    (tool) => tool.type === 'function' && ownOf(tool).callee?.kind === 'custom',
  )
  return withTextFunctions(asked, new Set(texts.map(({ name }) => name)))
}

interface MixedBody {
  body: object
  format: SpokenFormat
}

/**
 * A chat completion that OpenAI's schema refuses for tools written as in Claude's API or in the Responses API, both of
 * which Cursor sends (https://forum.cursor.com/t/145588, BerriAI/litellm#34029); undefined where it has none.
 */
export function mixedFormat(body: object, openai: SpokenFormat['dialect']): MixedBody | undefined {
  if (hasClaudeTools(body)) return { body, format: mixedClaudeFormat }
  const { tools, tool_choice: choice } = body as Fields
  if (!Array.isArray(tools) || !tools.some(isFlat)) return undefined
  const texts = tools.filter((tool) => isFlat(tool) && tool.type === 'custom')
  const names = new Set(texts.map(({ name }) => String(name)))
  const decode = (asked: unknown) => withTextFunctions(openai.server.decodeRequest(asked), names)
  return {
    body: {
      ...body,
      tools: tools.map(nested),
      ...(isFlat(choice) && { tool_choice: nested(choice) }),
    },
    format: { dialect: withDecoding(openai, decode), schema: chatCompletionRequest },
  }
}

interface FlatTool extends Fields {
  type: 'function' | 'custom'
  name: string
}

/** A tool, or a choice of one, as the Responses API writes it. */
function isFlat(tool: unknown): tool is FlatTool {
  if (typeof tool !== 'object' || tool === null) return false
  const { type, name, ...members } = tool as Fields
  return (type === 'function' || type === 'custom') && typeof name === 'string' && !members[type]
}

/** The same as chat completions write it. */
function nested(tool: unknown): unknown {
  if (!isFlat(tool)) return tool
  const { type, ...members } = tool
  const { type: form, ...grammar } = (members['format'] ?? {}) as Fields
  const format = form === 'grammar' ? { format: { type: form, grammar } } : {}
  return { type, [type]: { ...members, ...format } }
}

function withDecoding(
  dialect: SpokenFormat['dialect'],
  decodeRequest: SpokenFormat['dialect']['server']['decodeRequest'],
): SpokenFormat['dialect'] {
  return { ...dialect, server: { ...dialect.server, decodeRequest } }
}
