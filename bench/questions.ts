/** What the load generator asks, and how it knows that the answer is right. */
export type Kind =
  | 'chat'
  | 'chat-stream'
  | 'messages'
  | 'messages-stream'
  | 'responses'
  | 'responses-stream'
  | 'converse'
  | 'converse-stream'

const MODEL = 'anthropic.claude-3-haiku-20240307-v1:0'

const SYSTEM = 'You write release notes. Be brief, and name the file every claim rests on.'
const TURNS = [
  'Which changes of this week touch the scheduler?',
  'Two: the retry budget, and the clock it reads.',
  'Was one of them behind the outage on Tuesday?',
  'The second, as far as the log shows.',
  'Then write two sentences about it for the people who run it.',
]
const PARAMETERS = {
  type: 'object',
  properties: {
    file: { type: 'string', description: 'Path below the repository' },
    lines: { type: 'integer' },
  },
  required: ['file'],
}
const TOOL = { name: 'show_file', description: 'Shows a file' }
const messages = TURNS.map((content, i) => ({ role: i % 2 ? 'assistant' : 'user', content }))

/** What is asked, and where. */
export function questionOf(kind: Kind): { path: string; body: Record<string, unknown> } {
  const stream = isStream(kind) ? { stream: true } : {}
  const common = { model: MODEL, max_tokens: 512, temperature: 0.2, ...stream }
  if (kind === 'chat' || kind === 'chat-stream') {
    const include = isStream(kind) ? { stream_options: { include_usage: true } } : {}
    const tools = [{ type: 'function', function: { ...TOOL, parameters: PARAMETERS } }]
    const all = [{ role: 'system', content: SYSTEM }, ...messages]
    return { path: '/v1/chat/completions', body: { ...common, ...include, messages: all, tools } }
  }
  if (kind === 'messages' || kind === 'messages-stream') {
    const tools = [{ ...TOOL, input_schema: PARAMETERS }]
    return { path: '/v1/messages', body: { ...common, system: SYSTEM, messages, tools } }
  }
  if (kind === 'responses' || kind === 'responses-stream') {
    const { max_tokens, ...rest } = common
    const tools = [{ type: 'function', ...TOOL, parameters: PARAMETERS, strict: false }]
    // Codex keeps its conversations itself; where a server does, the store is measured as well.
    const asked = { instructions: SYSTEM, input: messages, store: false }
    return {
      path: '/v1/responses',
      body: { ...rest, ...asked, max_output_tokens: max_tokens, tools },
    }
  }
  const body = {
    system: [{ text: SYSTEM }],
    messages: messages.map(({ role, content }) => ({ role, content: [{ text: content }] })),
    inferenceConfig: { maxTokens: 512, temperature: 0.2 },
    toolConfig: { tools: [{ toolSpec: { ...TOOL, inputSchema: { json: PARAMETERS } } }] },
  }
  return { path: `/model/${encodeURIComponent(MODEL)}/${kind}`, body }
}

export function isStream(kind: Kind): boolean {
  return kind.endsWith('-stream')
}

/** The bytes of one request. */
export function requestBytes(kind: Kind, port: number, headers: Record<string, string>): Buffer {
  const { path, body } = questionOf(kind)
  const text = JSON.stringify(body)
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n${text}`)
}

/** What must stand behind the last token. */
const ENDINGS: Record<Kind, string> = {
  chat: '"usage"',
  messages: '"usage"',
  converse: '"usage"',
  // Its usage stands in front of what is said.
  responses: '}]}',
  'chat-stream': 'data: [DONE]\n\n',
  'messages-stream': '"type":"message_stop"',
  'converse-stream': '"usage"',
  'responses-stream': '"type":"response.completed"',
}

/**
 * What is wrong with an answer, or undefined. The quick check looks for every token in its order and
 * for the right ending; the deep one also parses everything and compares the whole text.
 */
export function faultOf(
  kind: Kind,
  text: string,
  expected: { tokens: string[]; deep: boolean },
): string | undefined {
  const { tokens, deep } = expected
  let at = 0
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? ''
    at = text.indexOf(token, at)
    if (at < 0) return 'a token is missing or out of order'
    at += token.length
  }
  if (text.indexOf(ENDINGS[kind], at) < 0) return `no ${JSON.stringify(ENDINGS[kind])} at the end`
  if (!deep || kind === 'converse-stream') return undefined
  try {
    return isStream(kind) ? streamFault(kind, text, tokens) : wholeFault(kind, text, tokens)
  } catch (error) {
    return `unreadable: ${error instanceof Error ? error.message : error}`
  }
}

interface Texted {
  text?: string
}
interface Body {
  choices?: {
    message?: { content?: string }
    delta?: { content?: string | null }
    finish_reason?: string | null
  }[]
  content?: Texted[]
  output?: { message: { content: Texted[] } } | { content: Texted[] }[]
  usage?: unknown
  error?: unknown
  type?: string
  id?: string
  delta?: string | (Texted & { stop_reason?: string })
  response?: { usage?: unknown }
}

function wholeFault(kind: Kind, text: string, tokens: string[]): string | undefined {
  const body: Body = JSON.parse(text)
  const blocks = blocksOf(body)
  const said =
    kind === 'chat'
      ? body.choices?.[0]?.message?.content
      : blocks?.map((block) => block.text).join('')
  return said === tokens.join('') ? undefined : 'the text differs'
}

function blocksOf({ output, content }: Body): Texted[] | undefined {
  if (output === undefined) return content
  return Array.isArray(output) ? output.flatMap((item) => item.content) : output.message.content
}

/** The text of one event. */
function deltaOf(kind: Kind, { choices, delta, type }: Body): string | null | undefined {
  if (kind === 'chat-stream') return choices?.[0]?.delta?.content
  if (typeof delta !== 'string') return delta?.text
  return type === 'response.output_text.delta' ? delta : undefined
}

function finishes({ choices, delta, type }: Body): boolean {
  const reason = typeof delta === 'object' ? delta.stop_reason : choices?.[0]?.finish_reason
  return Boolean(reason) || type === 'response.completed'
}

function streamFault(kind: Kind, text: string, tokens: string[]): string | undefined {
  const said: string[] = []
  const ids = new Set<string>()
  const types: string[] = []
  let ends = 0
  let usages = 0
  for (const block of text.split('\n\n')) {
    const data = block.slice(block.indexOf('data: ') + 6)
    if (!block.includes('data: ') || data === '[DONE]') continue
    const event: Body = JSON.parse(data)
    if (event.error) return `an error frame: ${JSON.stringify(event.error).slice(0, 80)}`
    if (event.id) ids.add(event.id)
    if (event.type) types.push(event.type)
    const delta = deltaOf(kind, event)
    if (delta) said.push(delta)
    if (finishes(event)) ends++
    if (event.usage ?? event.response?.usage) usages++
  }
  if (said.join('') !== tokens.join('')) return 'the text differs'
  if (said.length !== tokens.length) return `${said.length} events for ${tokens.length} tokens`
  if (ends !== 1) return `${ends} endings`
  if (usages === 0) return 'no usage'
  if (ids.size > 1) return 'several ids in one stream'
  if (kind === 'messages-stream' && types[0] !== 'message_start') return `starts with ${types[0]}`
  return undefined
}
