import type { Conversation, Settings } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { type Fields, unknownFields } from '../extras.ts'
import { decodeGuardrail } from '../openai-guardrail.ts'
import { stopSequences, stopsAtBlank, writtenStop } from '../openai-settings.ts'
import { decodePrompts } from './decode-prompts.ts'
import { extrasOf } from './extras.ts'
import { SETTING_FIELDS } from './vocabulary.ts'
import { KNOWN_FIELDS, MOST_ANSWERS, type WireRequest } from './wire.ts'

/**
 * A body that `completionRequest` let through, on the waist: each prompt is a conversation of one turn of
 * the user. Throws `GatewayError` naming the field at fault.
 */
export function decodeRequest(body: unknown): Conversation {
  const request = body as WireRequest
  const [turns = [], ...batch] = decodePrompts(request.prompt)
  const choices = request.n ?? 1
  limitAnswers(batch.length + 1, choices)
  const extraFields = unknownFields(request, KNOWN_FIELDS)
  const only = dialectOnly(request)
  return {
    model: request.model,
    ...(request.bedrock_model && { upstreamModel: request.bedrock_model }),
    ...(request.model_provider && { modelProvider: request.model_provider }),
    system: [],
    turns,
    ...(batch.length > 0 && { batch }),
    tools: [],
    settings: decodeSettings(request),
    ...(choices > 1 && { choices }),
    ...decodeGuardrail(request['amazon-bedrock-guardrailConfig']),
    ...decodeUser(request),
    stream: request.stream ?? false,
    ...(request.stream_options?.include_usage && { streamUsage: true }),
    ...(extraFields && { extraFields }),
    ...extrasOf({
      echo: request.echo || undefined,
      silent: request.max_tokens === 0 || undefined,
      fields: only,
      stop: writtenStop(request.stop),
    }),
    ...namedElsewhere(request, only),
    ...(request.stream_options?.include_obfuscation && {
      ignored: ['stream_options.include_obfuscation'],
    }),
  }
}

const PLAIN_SETTINGS = Object.entries(SETTING_FIELDS)

function decodeSettings(request: WireRequest): Settings {
  const settings: Record<string, unknown> = {}
  // No model says nothing: where nothing is wanted, the one token it must say is not shown.
  if (request.max_tokens != null) settings['maxTokens'] = Math.max(1, request.max_tokens)
  for (const [setting, field] of PLAIN_SETTINGS) {
    const value = request[field]
    if (value != null) settings[setting] = value
  }
  if (request.performanceConfig?.latency) settings['latency'] = request.performanceConfig.latency
  if (request.logprobs != null) {
    settings['logprobs'] = true
    settings['topLogprobs'] = request.logprobs
  }
  const stop = stopSequences(request.stop)
  if (stop.length > 0) settings['stop'] = stop
  return settings as Settings
}

function decodeUser({ safety_identifier, user }: WireRequest): Pick<Conversation, 'user'> {
  const name = safety_identifier ?? user
  return name ? { user: name } : {}
}

/** Wishes that have no words in other dialects. `best_of` asks for nothing unless it is more than `n`. */
function dialectOnly({ best_of, n, suffix }: WireRequest): Fields | undefined {
  const fields: Fields = {
    ...(best_of != null && best_of > (n ?? 1) && { best_of }),
    ...(suffix && { suffix }),
  }
  return Object.keys(fields).length > 0 ? fields : undefined
}

/** Names of what only a server of this dialect does. A stop at a line break is among it: the cleaning (T28) takes it away. */
function namedElsewhere({ stop }: WireRequest, only: Fields | undefined) {
  const names = only ? Object.keys(only) : []
  if (stopsAtBlank(stop)) names.push('stop')
  return names.length > 0 ? { dialectOnly: names } : undefined
}

/** Every answer is a call to a model, so that one request cannot ask for any number of them. */
function limitAnswers(prompts: number, choices: number): void {
  if (prompts * choices <= MOST_ANSWERS) return
  throw new GatewayError(
    'invalid-request',
    `Invalid 'n': ${choices} answers to each of ${prompts} prompts are ${prompts * choices}. A request may ask for ${MOST_ANSWERS} at most.`,
    { param: 'n', reason: 'integer_above_max_value' },
  )
}
