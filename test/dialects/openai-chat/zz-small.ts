import { openaiChat } from '../../../app/dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../../app/dialects/openai-chat/wire.ts'
const body = { model: 'm', messages: [{role:'system',content:'You are helpful.'},{ role: 'user', content: 'hi there' }], max_tokens: 100, temperature: 0.5 }
const json = JSON.stringify(body)
function time(name: string, f: () => unknown) {
  for (let i = 0; i < 20000; i++) f()
  const best: number[] = []
  for (let r = 0; r < 7; r++) { const t = performance.now(); for (let i = 0; i < 20000; i++) f(); best.push((performance.now() - t) / 20000) }
  best.sort((a, b) => a - b); console.log(name, (best[0]! * 1000).toFixed(2), 'us')
}
const parsed = chatCompletionRequest.parse(body)
const conv = openaiChat.server.decodeRequest(parsed)
const head = { id: 'chatcmpl-0123456789abcdef0123456789abcdef', created: 1700000000, model: 'm' }
const reply = { parts: [{type:'text' as const, text:'Hello!'}], end: {reason:'end-turn' as const, usage:{input:1,output:2}} }
time('parse', () => JSON.parse(json))
time('zod', () => chatCompletionRequest.safeParse(body))
time('decode', () => openaiChat.server.decodeRequest(parsed))
time('encodeReply', () => openaiChat.server.encodeReply([reply], conv, head))
time('encodeReply+json', () => JSON.stringify(openaiChat.server.encodeReply([reply], conv, head)))
time('open encoder', () => openaiChat.server.replyEncoder(conv, head).write([{type:'reply-start'}]))
