/**
 * What a long conversation costs between the caller's JSON and AWS's: 200 kB, 100 messages, 20 tools, on
 * one core, as a multiple of `JSON.parse` and `JSON.stringify` of the same body. The goal is 2.
 */
import { bedrockConverse } from '../app/dialects/bedrock-converse/index.ts'
import { openaiChat } from '../app/dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../app/dialects/openai-chat/wire.ts'
import type { ModelCard } from '../app/ports/models.ts'
import { traitsOf } from '../app/providers/aws/bedrock/families/index.ts'

const MODEL = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const ROUNDS = 300

const card: ModelCard = {
  id: MODEL,
  provider: 'aws',
  owner: 'Anthropic',
  created: 0,
  input: ['text'],
  output: ['text'],
  streaming: true,
  traits: traitsOf(MODEL),
}

/** Turns of a tool-using agent: question, call, result, answer. */
function conversation(bytes: number): string {
  const words = 'The quick brown fox jumps over the lazy dog, "twice" a day.\n'
  const say = (length: number) => words.repeat(Math.ceil(length / words.length)).slice(0, length)
  const each = Math.floor((bytes - 20_000) / 100)
  const messages = Array.from({ length: 25 }, (_, at) => [
    { role: 'user', content: say(each) },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: `call_${at}`,
          type: 'function',
          function: { name: `tool_${at % 20}`, arguments: JSON.stringify({ query: say(each) }) },
        },
      ],
    },
    { role: 'tool', tool_call_id: `call_${at}`, content: say(each) },
    { role: 'assistant', content: say(each) },
  ]).flat()
  const tools = Array.from({ length: 20 }, (_, at) => ({
    type: 'function',
    function: {
      name: `tool_${at}`,
      description: say(300),
      parameters: {
        type: 'object',
        properties: Object.fromEntries(
          ['query', 'limit', 'from', 'until', 'sort'].map((name) => [
            name,
            { type: 'string', description: say(60) },
          ]),
        ),
        required: ['query'],
      },
    },
  }))
  const system = { role: 'system', content: say(2000) }
  return JSON.stringify({ model: MODEL, messages: [system, ...messages], tools, max_tokens: 1000 })
}

const steps = {
  plain: (text: string) => JSON.stringify(JSON.parse(text)),
  ours: (text: string) => {
    const checked = chatCompletionRequest.safeParse(JSON.parse(text))
    if (!checked.success) throw checked.error
    const heard = openaiChat.server.decodeRequest(checked.data)
    return JSON.stringify(bedrockConverse.client.encodeRequest(heard, card).body)
  },
}

function cost(step: (text: string) => unknown, text: string): number {
  const before = process.cpuUsage()
  for (let round = 0; round < ROUNDS; round++) step(text)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / ROUNDS
}

const text = conversation(200_000)
for (const step of Object.values(steps)) cost(step, text)
const ratios: number[] = []
for (let pass = 0; pass < 7; pass++) {
  const plain = cost(steps.plain, text)
  const ours = cost(steps.ours, text)
  ratios.push(ours / plain)
  console.log(`plain ${plain.toFixed(0)} us, ours ${ours.toFixed(0)} us`)
}
const middle = ratios.toSorted((a, b) => a - b)[3]!
console.log(
  `${(text.length / 1000).toFixed(0)} kB: ${middle.toFixed(2)} x JSON.parse + JSON.stringify`,
)
