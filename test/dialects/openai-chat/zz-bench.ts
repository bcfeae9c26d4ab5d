import { chatCompletionRequest } from '../../../app/dialects/openai-chat/wire.ts'

const word = 'lorem ipsum dolor sit amet, "consectetur" adipiscing elit\n'
const text = (n: number) => word.repeat(Math.ceil(n / word.length)).slice(0, n)
const messages: unknown[] = [{ role: 'system', content: text(4000) }]
for (let i = 0; messages.length < 100; i++) {
  messages.push({
    role: 'user',
    content:
      i % 3
        ? text(1800)
        : [
            { type: 'text', text: text(900) },
            { type: 'text', text: text(900) },
          ],
  })
  messages.push({
    role: 'assistant',
    content: text(900),
    tool_calls: [
      {
        id: `call_${i}`,
        type: 'function',
        function: { name: 'search', arguments: JSON.stringify({ q: text(300) }) },
      },
    ],
  })
  messages.push({ role: 'tool', tool_call_id: `call_${i}`, content: text(2500) })
}
const tools = Array.from({ length: 20 }, (_, i) => ({
  type: 'function',
  function: {
    name: `tool_${i}`,
    description: text(300),
    parameters: {
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 8 }, (_, j) => [`p${j}`, { type: 'string', description: text(80) }]),
      ),
      required: ['p0'],
    },
  },
}))
export const body = {
  model: 'm',
  messages: messages.slice(0, 100),
  tools,
  temperature: 0.5,
  stream: true,
  stream_options: { include_usage: true },
  max_tokens: 500,
}
export const json = JSON.stringify(body)
export function time(name: string, f: () => unknown) {
  for (let i = 0; i < 300; i++) f()
  const best: number[] = []
  for (let r = 0; r < 7; r++) {
    const t = performance.now()
    for (let i = 0; i < 200; i++) f()
    best.push((performance.now() - t) / 200)
  }
  best.sort((a, b) => a - b)
  console.log(name, (best[0]! * 1000).toFixed(1), 'us')
}
  
const { openaiChat } = await import('../../../app/dialects/openai-chat/index.ts')
const parsed = chatCompletionRequest.parse(body)
console.log(json.length)
time('parse', () => JSON.parse(json))
time('stringify', () => JSON.stringify(body))
time('zod', () => chatCompletionRequest.safeParse(body))
time('decode', () => openaiChat.server.decodeRequest(parsed))
const conv = openaiChat.server.decodeRequest(parsed)
time('encode', () => openaiChat.client.encodeRequest(conv, {id:'m',traits:{}} as never))
const words = Array.from({length: 2000}, (_, i) => ' word' + i)
const events = words.map((text) => [{ type: 'part-delta' as const, index: 0, text }])
const head = { id: 'chatcmpl-0123456789abcdef0123456789abcdef', created: 1700000000, model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' }
const run = () => {
  const e = openaiChat.server.replyEncoder(conv, head); let n = 0
  n += e.write([{ type: 'reply-start' }, { type: 'part-start', index: 0, part: { type: 'text' } }]).length
  for (const b of events) n += e.write(b).length
  return n
}
time('2000 deltas stringify only', () => { let n = 0; for (const w of words) n += JSON.stringify(w).length; return n })
time('2000 deltas', run)
const flat = (s: string) => Buffer.byteLength(s)
time('2000 deltas flattened', () => { const e = openaiChat.server.replyEncoder(conv, head); let n = 0
  n += flat(e.write([{ type: 'reply-start' }, { type: 'part-start', index: 0, part: { type: 'text' } }]))
  for (const b of events) n += flat(e.write(b))
  return n })
const batches = Array.from({length: 250}, (_, i) => events.slice(i*8, i*8+8).flat())
time('2000 deltas in batches of 8 flattened', () => { const e = openaiChat.server.replyEncoder(conv, head); let n = 0
  n += flat(e.write([{ type: 'reply-start' }, { type: 'part-start', index: 0, part: { type: 'text' } }]))
  for (const b of batches) n += flat(e.write(b))
  return n })
