import {
  BODY_FORMATS,
  type BodyFormat,
  detect,
  hasClaudeBlocks,
  holdsInput,
} from '../../../dialects/detect.ts'
import type { OpenaiChat } from '../../../dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../../dialects/openai-chat/wire.ts'
import { GatewayError } from '../../../errors.ts'
import { bodyForm, checkedBody, parsedBody } from '../../../http/bodies/json-body.ts'
import type { HttpContext } from '../../../http/context.ts'
import { requestHeader } from '../../../http/request-header.ts'
import type { SpokenFormat } from './spoken-format.ts'

/** OpenAI's is there at once; the code of the others is loaded by the first who speaks them. */
type SpokenFormats = Readonly<Record<BodyFormat, () => SpokenFormat | Promise<SpokenFormat>>>

export const spokenFormats = (openai: OpenaiChat): SpokenFormats => {
  const own = { dialect: openai, ...bodyForm(chatCompletionRequest) }
  return {
    openai: () => own,
    bedrock_claude: async () => (await import('./bedrock-formats.ts')).claudeFormat,
    bedrock_titan: async () => (await import('./bedrock-formats.ts')).titanFormat,
  }
}

/** A body and what it was heard in. */
interface HeardBody {
  dialect: SpokenFormat['dialect']
  body: object
}

/** Reads a body in whichever format it has. Throws 400 and 413. */
export async function readChatBody(c: HttpContext, formats: SpokenFormats): Promise<HeardBody> {
  const value = await parsedBody(c)
  if (holdsInput(value)) {
    return hear(c, value, (await import('./mixed-formats.ts')).responsesFormat)
  }
  const format = detect(value)
  const spoken = formats[format]()
  if (spoken instanceof Promise) return hear(c, value, await spoken)
  try {
    return { dialect: spoken.dialect, body: checkedBody(c, value, spoken) }
  } catch (thrown) {
    // What else it may be is looked for only where OpenAI's schema refused: most bodies are not searched.
    if ('max_tokens' in value && hasClaudeBlocks(value)) {
      return hear(c, value, await formats.bedrock_claude())
    }
    const mixed = (await import('./mixed-formats.ts')).mixedFormat(value, spoken.dialect)
    if (!mixed) throw thrown
    return hear(c, mixed.body, mixed.format)
  }
}

/** Formats of Bedrock's, where the model stands in the path; callers who put it into the body call it `model` or `model_id`. */
function hear(c: HttpContext, value: object, { dialect, schema, withHeaders }: SpokenFormat) {
  const { model_id: modelId, ...rest } = value as { model_id?: unknown }
  const named = modelId === undefined || 'model' in rest ? value : { ...rest, model: modelId }
  if ('model' in named && typeof named.model === 'string') c.get('entry').model = named.model
  const body = checkedBody(c, named, { schema })
  return { dialect, body: withHeaders?.(body, (name) => requestHeader(c, name)) ?? body }
}

/** The format the caller wants the answer in; OpenAI's when nothing is said. Throws 400. */
export function targetFormat(c: HttpContext): BodyFormat {
  const wanted = c.req.query('target_format')
  if (wanted === undefined) return 'openai'
  const times = c.req.queries('target_format')?.length ?? 1
  if (times > 1) {
    throw new GatewayError(
      'invalid-request',
      `Invalid 'target_format': it is given ${times} times, and an answer has one format.`,
      { param: 'target_format', reason: 'invalid_value' },
    )
  }
  const found = BODY_FORMATS.find((format) => format === wanted)
  if (found) return found
  throw new GatewayError(
    'invalid-request',
    `Invalid value: '${wanted}'. Supported values are: 'openai', 'bedrock_claude', and 'bedrock_titan'.`,
    { param: 'target_format', reason: 'invalid_value' },
  )
}
