import {
  type Attachment,
  type CallPart,
  callsOf,
  type Dialect,
  dataUrl,
  type ModelTurn,
  present,
  say,
  type Turn,
  textOf,
  type UserTurn,
} from '../dialect.ts'
import { TOOLS } from '../tools.ts'

interface Delta {
  content?: string
  reasoning_content?: string
  reasoning_details?: unknown[]
  tool_calls?: { index: number; id?: string; function?: { name?: string; arguments?: string } }[]
}

interface Chunk {
  choices?: { delta?: Delta; finish_reason?: string | null }[]
  usage?: {
    prompt_tokens: number
    completion_tokens: number
    prompt_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number }
  } | null
  service_tier?: string
  error?: { message?: string }
}

/** OpenAI's Chat Completions. */
export const chat: Dialect = {
  name: 'chat',
  text: 'Chat',
  path: 'v1/chat/completions',
  encode(settings, turns) {
    const { model, system, temperature, maxTokens, effort, tools } = settings
    return present({
      model,
      messages: [
        ...(system === '' ? [] : [{ role: 'system', content: system }]),
        ...turns.flatMap(messagesOf),
      ],
      temperature,
      max_completion_tokens: maxTokens,
      reasoning_effort: effort,
      tools: tools ? TOOLS.map((tool) => ({ type: 'function', function: tool })) : undefined,
      stream: true,
      stream_options: { include_usage: true },
    })
  },
  read(reading, data) {
    const { choices, usage, service_tier: tier, error } = data as Chunk
    if (error) reading.error = error.message ?? 'The stream broke off.'
    if (tier) reading.tier = tier
    if (usage) {
      const { cached_tokens: read = 0, cache_write_tokens: write = 0 } =
        usage.prompt_tokens_details ?? {}
      const input = usage.prompt_tokens - read - write
      reading.usage = { input, output: usage.completion_tokens, cacheRead: read, cacheWrite: write }
    }
    const [choice] = choices ?? []
    if (choice?.finish_reason) reading.stop = choice.finish_reason
    if (choice?.delta) readDelta(reading.turn, choice.delta)
  },
}

function readDelta(turn: ModelTurn, delta: Delta): void {
  say(turn.parts, 'thought', delta.reasoning_content ?? '')
  say(turn.parts, 'text', delta.content ?? '')
  turn.native.push(...(delta.reasoning_details ?? []))
  for (const { index, id, function: called } of delta.tool_calls ?? []) {
    const calls = callsOf(turn)
    const call: CallPart = calls[index] ?? { type: 'call', id: id ?? '', name: '', arguments: '' }
    if (!calls[index]) turn.parts.push(call)
    call.name += called?.name ?? ''
    call.arguments += called?.arguments ?? ''
  }
}

function messagesOf(turn: Turn): unknown[] {
  if (turn.role === 'user') return [{ role: 'user', content: contentOf(turn) }]
  const calls = callsOf(turn)
  const isOwn = turn.dialect === 'chat' && turn.native.length > 0
  const said = present({
    role: 'assistant',
    content: textOf(turn) || null,
    reasoning_details: isOwn ? turn.native : undefined,
    tool_calls:
      calls.length === 0
        ? undefined
        : calls.map(({ id, name, arguments: given }) => ({
            id,
            type: 'function',
            function: { name, arguments: given },
          })),
  })
  const results = calls.map(({ id, result = '' }) => ({
    role: 'tool',
    tool_call_id: id,
    content: result,
  }))
  return [said, ...results]
}

function contentOf({ text, files }: UserTurn): unknown {
  if (files.length === 0) return text
  return [...files.map(partOf), ...(text === '' ? [] : [{ type: 'text', text }])]
}

function partOf(file: Attachment): unknown {
  const { name, type, data } = file
  if (type.startsWith('image/')) return { type: 'image_url', image_url: { url: dataUrl(file) } }
  if (type.startsWith('audio/')) {
    const format = /wav/.test(type) ? 'wav' : 'mp3'
    return { type: 'input_audio', input_audio: { data, format } }
  }
  return { type: 'file', file: { filename: name, file_data: dataUrl(file) } }
}
