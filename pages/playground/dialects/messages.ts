import {
  type Attachment,
  callsOf,
  type Dialect,
  type ModelTurn,
  present,
  type Reading,
  say,
  type Turn,
  textOf,
} from '../dialect.ts'
import { TOOLS } from '../tools.ts'

interface Block {
  type: string
  id?: string
  name?: string
  text?: string
  thinking?: string
  signature?: string
  input?: unknown
}

interface Counts {
  input_tokens?: number
  output_tokens?: number
  cache_read_input_tokens?: number | null
  cache_creation_input_tokens?: number | null
  service_tier?: string | null
}

interface Event {
  type: string
  index?: number
  message?: { usage?: Counts }
  content_block?: Block
  delta?: {
    type?: string
    text?: string
    thinking?: string
    signature?: string
    partial_json?: string
    stop_reason?: string
  }
  usage?: Counts
  error?: { message?: string }
}

/** Anthropic wants a bound; this one every model keeps. */
const USUAL_MOST = 4096

/** Anthropic's Messages. */
export const messages: Dialect = {
  name: 'messages',
  text: 'Messages',
  path: 'anthropic/v1/messages',
  encode(settings, turns) {
    const { model, system, temperature, maxTokens, effort, tools } = settings
    return present({
      model,
      max_tokens: maxTokens ?? USUAL_MOST,
      system: system === '' ? undefined : system,
      messages: turns.flatMap(messagesOf),
      temperature,
      thinking: effort && { type: 'adaptive' },
      output_config: effort && { effort },
      tools: tools
        ? TOOLS.map(({ parameters, ...tool }) => ({ ...tool, input_schema: parameters }))
        : undefined,
      stream: true,
    })
  },
  read(reading, data) {
    const event = data as Event
    READERS[event.type]?.(reading, event)
  },
}

const READERS: Record<string, (reading: Reading, event: Event) => void> = {
  message_start: (reading, { message }) => count(reading, message?.usage),
  message_delta(reading, { delta, usage }) {
    if (delta?.stop_reason) reading.stop = delta.stop_reason
    count(reading, usage)
  },
  error(reading, { error }) {
    reading.error = error?.message ?? 'The stream broke off.'
  },
  content_block_start({ turn }, { index = 0, content_block: block }) {
    if (!block) return
    turn.native[index] = { ...block }
    const { type, id = '', name = '' } = block
    if (type === 'tool_use') turn.parts.push({ type: 'call', id, name, arguments: '' })
    say(turn.parts, 'text', block.text ?? '')
  },
  content_block_delta({ turn }, { index = 0, delta }) {
    const block = turn.native[index] as Block | undefined
    if (!block || !delta) return
    if (delta.text !== undefined) {
      block.text = (block.text ?? '') + delta.text
      say(turn.parts, 'text', delta.text)
    }
    if (delta.thinking !== undefined) {
      block.thinking = (block.thinking ?? '') + delta.thinking
      say(turn.parts, 'thought', delta.thinking)
    }
    if (delta.signature !== undefined) block.signature = (block.signature ?? '') + delta.signature
    const call = turn.parts.at(-1)
    if (delta.partial_json !== undefined && call?.type === 'call') {
      call.arguments += delta.partial_json
    }
  },
  content_block_stop({ turn }, { index = 0 }) {
    const block = turn.native[index] as Block | undefined
    const call = callsOf(turn).find(({ id }) => id === block?.id)
    if (block && call) block.input = parsed(call.arguments)
  },
}

function count(reading: Reading, counts: Counts | undefined): void {
  if (!counts) return
  const { usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 } } = reading
  reading.tier = counts.service_tier ?? reading.tier
  reading.usage = {
    input: counts.input_tokens ?? usage.input,
    output: counts.output_tokens ?? usage.output,
    cacheRead: counts.cache_read_input_tokens ?? usage.cacheRead,
    cacheWrite: counts.cache_creation_input_tokens ?? usage.cacheWrite,
  }
}

function messagesOf(turn: Turn): unknown[] {
  if (turn.role === 'user') {
    const { text, files } = turn
    const said = text === '' ? [] : [{ type: 'text', text }]
    return [{ role: 'user', content: files.length === 0 ? text : [...files.map(partOf), ...said] }]
  }
  const content = turn.dialect === 'messages' ? turn.native : blocksOf(turn)
  const results = callsOf(turn).map(({ id, result = '' }) => ({
    type: 'tool_result',
    tool_use_id: id,
    content: result,
  }))
  const answered = results.length === 0 ? [] : [{ role: 'user', content: results }]
  return [{ role: 'assistant', content }, ...answered]
}

const blocksOf = (turn: ModelTurn): unknown[] => [
  ...(textOf(turn) === '' ? [] : [{ type: 'text', text: textOf(turn) }]),
  ...callsOf(turn).map(({ id, name, arguments: given }) => ({
    type: 'tool_use',
    id,
    name,
    input: parsed(given),
  })),
]

function partOf({ name, type, data }: Attachment): unknown {
  if (type.startsWith('image/')) {
    return { type: 'image', source: { type: 'base64', media_type: type, data } }
  }
  if (type.startsWith('text/')) {
    const text = textIn(data)
    return {
      type: 'document',
      title: name,
      source: { type: 'text', media_type: 'text/plain', data: text },
    }
  }
  return { type: 'document', title: name, source: { type: 'base64', media_type: type, data } }
}

const textIn = (base64: string) =>
  new TextDecoder().decode(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)))

function parsed(json: string): unknown {
  try {
    return json === '' ? {} : JSON.parse(json)
  } catch {
    return {}
  }
}
