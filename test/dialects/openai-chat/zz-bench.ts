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
if (process.argv[1]!.endsWith('zz-bench.ts')) {
  console.log(json.length)
  time('parse', () => JSON.parse(json))
  time('stringify', () => JSON.stringify(body))
  time('zod', () => chatCompletionRequest.safeParse(body))
}
