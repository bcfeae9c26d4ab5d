import {
  type Attachment,
  callsOf,
  type Dialect,
  dataUrl,
  type ModelTurn,
  present,
  type Reading,
  say,
  type Turn,
  textOf,
} from '../dialect.ts'
import { TOOLS } from '../tools.ts'

interface Item {
  type: string
  id?: string
  call_id?: string
  name?: string
  arguments?: string
}

interface Response {
  status?: string
  service_tier?: string | null
  incomplete_details?: { reason?: string } | null
  error?: { message?: string } | null
  usage?: {
    input_tokens: number
    output_tokens: number
    input_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number }
  } | null
}

interface Event {
  type: string
  delta?: string
  item?: Item
  message?: string
  response?: Response
  error?: { message?: string }
}

/** OpenAI's Responses. Nothing is stored: what was said goes along every time. */
export const responses: Dialect = {
  name: 'responses',
  text: 'Responses',
  path: 'v1/responses',
  encode(settings, turns) {
    const { model, system, temperature, maxTokens, effort, tools } = settings
    return present({
      model,
      instructions: system === '' ? undefined : system,
      input: turns.flatMap(itemsOf),
      temperature,
      max_output_tokens: maxTokens,
      reasoning: effort && { effort, summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      tools: tools ? TOOLS.map((tool) => ({ type: 'function', ...tool })) : undefined,
      store: false,
      stream: true,
    })
  },
  read(reading, data) {
    const event = data as Event
    READERS[event.type]?.(reading, event)
  },
}

const ended = (reading: Reading, { response = {} }: Event) => {
  const { usage, service_tier: tier, status, incomplete_details: why, error } = response
  reading.stop = why?.reason ?? status
  if (tier) reading.tier = tier
  if (error) reading.error = error.message ?? 'The answer failed.'
  if (!usage) return
  const { cached_tokens: read = 0, cache_write_tokens: write = 0 } =
    usage.input_tokens_details ?? {}
  const input = usage.input_tokens - read - write
  reading.usage = { input, output: usage.output_tokens, cacheRead: read, cacheWrite: write }
}

const think = ({ turn }: Reading, { delta = '' }: Event) => say(turn.parts, 'thought', delta)

const READERS: Record<string, (reading: Reading, event: Event) => void> = {
  'response.output_text.delta': ({ turn }, { delta = '' }) => say(turn.parts, 'text', delta),
  'response.refusal.delta': ({ turn }, { delta = '' }) => say(turn.parts, 'text', delta),
  'response.reasoning_summary_text.delta': think,
  'response.reasoning_text.delta': think,
  'response.output_item.added'({ turn }, { item }) {
    if (item?.type !== 'function_call') return
    const { call_id: id = '', name = '' } = item
    turn.parts.push({ type: 'call', id, name, arguments: '' })
  },
  'response.function_call_arguments.delta'({ turn }, { delta = '' }) {
    const call = turn.parts.at(-1)
    if (call?.type === 'call') call.arguments += delta
  },
  'response.output_item.done': ({ turn }, { item }) => void turn.native.push(item),
  'response.completed': ended,
  'response.incomplete': ended,
  'response.failed': ended,
  error(reading, { message, error }) {
    reading.error = error?.message ?? message ?? 'The stream broke off.'
  },
}

function itemsOf(turn: Turn): unknown[] {
  if (turn.role === 'user') {
    const { text, files } = turn
    const said = text === '' ? [] : [{ type: 'input_text', text }]
    return [{ role: 'user', content: [...files.map(partOf), ...said] }]
  }
  const items = turn.dialect === 'responses' ? turn.native : plainItems(turn)
  const results = callsOf(turn).map(({ id, result = '' }) => ({
    type: 'function_call_output',
    call_id: id,
    output: result,
  }))
  return [...items, ...results]
}

const plainItems = (turn: ModelTurn): unknown[] => [
  ...(textOf(turn) === '' ? [] : [{ role: 'assistant', content: textOf(turn) }]),
  ...callsOf(turn).map(({ id, name, arguments: given }) => ({
    type: 'function_call',
    call_id: id,
    name,
    arguments: given,
  })),
]

const partOf = (file: Attachment): unknown =>
  file.type.startsWith('image/')
    ? { type: 'input_image', image_url: dataUrl(file) }
    : { type: 'input_file', filename: file.name, file_data: dataUrl(file) }
