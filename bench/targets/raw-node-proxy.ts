/**
 * The yardstick: the least a gateway to Bedrock can do on Node. node:http on both sides, one pass over the
 * frames, a fixed envelope, one write per upstream read; no validation, no signing, no auth, no log.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

interface Tool {
  name: string
  description: string
  input_schema: unknown
  parameters: unknown
  function: { name: string; description: string; parameters: unknown }
}
type Api = 'chat' | 'messages' | 'responses'
interface Said {
  role: string
  content: string
}
interface Asked {
  model: string
  stream?: boolean
  system?: string
  instructions?: string
  messages?: Said[]
  input?: Said[]
  max_tokens?: number
  max_output_tokens?: number
  temperature: number
  tools?: Tool[]
}
interface ConverseAnswer {
  output: { message: { content: { text: string }[] } }
  stopReason: string
  usage: { inputTokens: number; outputTokens: number; totalTokens: number }
}
/** Event type and payload in, text for the reader out. */
type Writer = (type: string, payload: string) => string

const upstream = new URL(process.env['UPSTREAM'] ?? 'http://127.0.0.1:9000')
const agent = new Agent({ keepAlive: true, maxFreeSockets: 1024 })
const FINISH: Record<string, string> = { end_turn: 'stop', max_tokens: 'length' }

function converseBody(asked: Asked, api: Api): string {
  const chat = api === 'chat'
  const said = asked.messages ?? asked.input ?? []
  const system = chat ? said.filter((m) => m.role === 'system') : []
  const prompt = asked.system ?? asked.instructions
  if (prompt) system.push({ role: 'system', content: prompt })
  const maxTokens = asked.max_tokens ?? asked.max_output_tokens
  return JSON.stringify({
    inferenceConfig: { maxTokens, temperature: asked.temperature },
    messages: said
      .filter((m) => m.role !== 'system')
      .map((m) => ({ role: m.role, content: [{ text: m.content }] })),
    system: system.length ? system.map((m) => ({ text: m.content })) : undefined,
    toolConfig: asked.tools && {
      tools: asked.tools.map((tool) => {
        const { name, description } = chat ? tool.function : tool
        const json = chat ? tool.function.parameters : (tool.input_schema ?? tool.parameters)
        return { toolSpec: { name, description, inputSchema: { json } } }
      }),
    },
  })
}

const seconds = () => Math.floor(Date.now() / 1000)
const openaiUsage = ({ inputTokens, outputTokens, totalTokens }: ConverseAnswer['usage']) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: totalTokens,
})

function wholeAnswer(answer: ConverseAnswer, model: string, api: Api): unknown {
  const { output, stopReason, usage } = answer
  const text = output.message.content.map((block) => block.text).join('')
  if (api === 'responses') {
    const content = [{ type: 'output_text', annotations: [], logprobs: [], text }]
    const item = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content }
    const named = { id: 'resp_1', object: 'response', created_at: seconds(), model }
    return { ...named, status: 'completed', output: [item], usage: responseUsage(usage) }
  }
  if (api === 'messages') {
    const counted = { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens }
    const content = [{ type: 'text', text }]
    const named = { id: 'msg_1', type: 'message', role: 'assistant', model, content }
    return { ...named, stop_reason: stopReason, stop_sequence: null, usage: counted }
  }
  const message = { role: 'assistant', content: text }
  const choices = [{ index: 0, message, finish_reason: FINISH[stopReason] }]
  const named = { id: 'chatcmpl-1', object: 'chat.completion', created: seconds(), model }
  return { ...named, choices, usage: openaiUsage(usage) }
}

function chatWriter(model: string): Writer {
  const start = JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: seconds(),
    model,
  }).slice(0, -1)
  const chunk = (delta: string, finish: string) =>
    `data: ${start},"choices":[{"index":0,"delta":${delta},"finish_reason":${finish}}]}\n\n`
  const before = `data: ${start},"choices":[{"index":0,"delta":{"content":`
  return (type, payload) => {
    if (type === 'contentBlockDelta') {
      const text = JSON.stringify(JSON.parse(payload).delta.text)
      return `${before}${text}},"finish_reason":null}]}\n\n`
    }
    if (type === 'messageStart') return chunk('{"role":"assistant","content":""}', 'null')
    if (type === 'messageStop') {
      return chunk('{}', JSON.stringify(FINISH[JSON.parse(payload).stopReason]))
    }
    if (type !== 'metadata') return ''
    const usage = JSON.stringify(openaiUsage(JSON.parse(payload).usage))
    return `data: ${start},"choices":[],"usage":${usage}}\n\ndata: [DONE]\n\n`
  }
}

const responseUsage = ({ inputTokens, outputTokens, totalTokens }: ConverseAnswer['usage']) => ({
  input_tokens: inputTokens,
  output_tokens: outputTokens,
  total_tokens: totalTokens,
})

function responsesWriter(model: string): Writer {
  const head = { id: 'resp_1', object: 'response', created_at: seconds(), model }
  const item = { id: 'msg_1', type: 'message', role: 'assistant' }
  const place = '"item_id":"msg_1","output_index":0,"content_index":0'
  const deltaOpen = `event: response.output_text.delta\ndata: {"type":"response.output_text.delta",${place},"logprobs":[],"sequence_number":`
  let number = 0
  let said = ''
  const event = (type: string, rest: string) =>
    `event: ${type}\ndata: {"type":"${type}",${rest},"sequence_number":${number++}}\n\n`
  const part = (text: string) =>
    JSON.stringify({ type: 'output_text', annotations: [], logprobs: [], text })
  return (type, payload) => {
    if (type === 'contentBlockDelta') {
      const { text } = JSON.parse(payload).delta
      said += text
      return `${deltaOpen}${number++},"delta":${JSON.stringify(text)}}\n\n`
    }
    if (type === 'messageStart') {
      const begun = `"response":${JSON.stringify({ ...head, status: 'in_progress', output: [] })}`
      const opened = JSON.stringify({ ...item, status: 'in_progress', content: [] })
      return (
        event('response.created', begun) +
        event('response.in_progress', begun) +
        event('response.output_item.added', `"output_index":0,"item":${opened}`) +
        event('response.content_part.added', `${place},"part":${part('')}`)
      )
    }
    if (type !== 'metadata') return ''
    const content = part(said)
    const done = `${JSON.stringify({ ...item, status: 'completed' }).slice(0, -1)},"content":[${content}]}`
    const whole = JSON.stringify({
      ...head,
      status: 'completed',
      usage: responseUsage(JSON.parse(payload).usage),
    }).slice(0, -1)
    return (
      event('response.output_text.done', `${place},"logprobs":[],"text":${JSON.stringify(said)}`) +
      event('response.content_part.done', `${place},"part":${content}`) +
      event('response.output_item.done', `"output_index":0,"item":${done}`) +
      event('response.completed', `"response":${whole},"output":[${done}]}`)
    )
  }
}

const WRITERS = { chat: chatWriter, messages: messagesWriter, responses: responsesWriter }

function messagesWriter(model: string): Writer {
  const event = (type: string, rest: string) =>
    `event: ${type}\ndata: {"type":"${type}"${rest}}\n\n`
  let reason = ''
  return (type, payload) => {
    if (type === 'contentBlockDelta') {
      const text = JSON.stringify(JSON.parse(payload).delta.text)
      const rest = `,"index":0,"delta":{"type":"text_delta","text":${text}}`
      return event('content_block_delta', rest)
    }
    if (type === 'messageStart') {
      const usage = { input_tokens: 0, output_tokens: 0 }
      const named = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [] }
      const message = JSON.stringify({ ...named, stop_reason: null, stop_sequence: null, usage })
      const block = ',"index":0,"content_block":{"type":"text","text":""}'
      return event('message_start', `,"message":${message}`) + event('content_block_start', block)
    }
    if (type === 'contentBlockStop') return event('content_block_stop', ',"index":0')
    if (type === 'messageStop') {
      reason = JSON.parse(payload).stopReason
      return ''
    }
    if (type !== 'metadata') return ''
    const { inputTokens, outputTokens } = JSON.parse(payload).usage
    const usage = `{"input_tokens":${inputTokens},"output_tokens":${outputTokens}}`
    const delta = `,"delta":{"stop_reason":"${reason}","stop_sequence":null},"usage":${usage}`
    return event('message_delta', delta) + event('message_stop', '')
  }
}

/** Frames cut anywhere in, the writer's text out. Checksums are not looked at. */
function frameReader(write: Writer): (data: Buffer) => string {
  let rest: Buffer | undefined
  return (data) => {
    const bytes = rest ? Buffer.concat([rest, data]) : data
    let at = 0
    let out = ''
    while (bytes.length - at >= 16) {
      const end = at + bytes.readUInt32BE(at)
      if (bytes.length < end) break
      const headersEnd = at + 12 + bytes.readUInt32BE(at + 4)
      out += write(
        eventType(bytes, at + 12, headersEnd),
        bytes.toString('utf8', headersEnd, end - 4),
      )
      at = end
    }
    rest = at < bytes.length ? bytes.subarray(at) : undefined
    return out
  }
}

/** `:event-type` is the only header name of eleven letters. */
function eventType(bytes: Buffer, start: number, end: number): string {
  for (let at = start; at < end; ) {
    const name = bytes.readUInt8(at)
    const value = at + name + 4
    const length = bytes.readUInt16BE(value - 2)
    if (name === 11) return bytes.toString('latin1', value, value + length)
    at = value + length
  }
  return ''
}

const joined = (parts: Buffer[]) =>
  (parts.length === 1 ? parts[0] : Buffer.concat(parts))?.toString() ?? ''

function relay(asked: Asked, api: Api, out: ServerResponse): void {
  const body = converseBody(asked, api)
  const operation = asked.stream ? 'converse-stream' : 'converse'
  const asking = request({
    agent,
    host: upstream.hostname,
    port: upstream.port,
    method: 'POST',
    path: `/model/${encodeURIComponent(asked.model)}/${operation}`,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  })
  asking.on('response', (answer) => {
    if (asked.stream) return stream(answer, WRITERS[api])
    const parts: Buffer[] = []
    answer.on('data', (data: Buffer) => parts.push(data))
    answer.on('end', () => {
      const text = JSON.stringify(wholeAnswer(JSON.parse(joined(parts)), asked.model, api))
      const length = Buffer.byteLength(text)
      out.writeHead(200, { 'content-type': 'application/json', 'content-length': length })
      out.end(text)
    })
  })
  const stream = (answer: IncomingMessage, writer: (model: string) => Writer) => {
    const read = frameReader(writer(asked.model))
    out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    answer.on('data', (data: Buffer) => {
      const text = read(data)
      if (text) out.write(text)
    })
    answer.on('end', () => out.end())
  }
  asking.on('error', () => (out.headersSent ? out.destroy() : out.writeHead(502).end()))
  out.on('close', () => out.writableFinished || asking.destroy())
  asking.end(body)
}

const APIS: Record<string, Api> = {
  '/v1/chat/completions': 'chat',
  '/v1/responses': 'responses',
}

const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (heard, out) => {
  const parts: Buffer[] = []
  heard.on('data', (data: Buffer) => parts.push(data))
  heard.on('end', () => {
    relay(JSON.parse(joined(parts)), APIS[heard.url ?? ''] ?? 'messages', out)
  })
})
server.listen({ port: Number(process.env['PORT'] ?? 0), host: '127.0.0.1', backlog: 4096 })
