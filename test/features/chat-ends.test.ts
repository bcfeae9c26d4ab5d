import { describe, expect, it } from 'vitest'
import type { FakeFrame } from '../fakes/fake-bedrock-frames.ts'
import { chunksOf, type Json, MODELS, spokenIn, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const TOOLS = [{ type: 'function', function: { name: 'look' } }]
const USAGE = { inputTokens: 1, outputTokens: 2, totalTokens: 3 }
const CALL = { toolUse: { toolUseId: 'a', name: 'look', input: {} } }

/** How a whole and a streamed answer of these blocks end, the model's own word for it given. */
async function endings(block: Json, stopReason: string) {
  const { ask } = bedrock.open()
  const body = { model: MODELS.claude, tools: TOOLS }
  bedrock.fake.script({
    body: {
      output: { message: { role: 'assistant', content: [block] } },
      stopReason,
      usage: USAGE,
    },
  })
  const whole = await (await ask(body)).json()
  bedrock.fake.forget()
  const frames: FakeFrame[] = [
    { event: 'messageStart', payload: { role: 'assistant' } },
    ...begun(block),
    { event: 'contentBlockStop', payload: { contentBlockIndex: 0 } },
    { event: 'messageStop', payload: { stopReason } },
    { event: 'metadata', payload: { usage: USAGE } },
  ]
  bedrock.fake.script({ frames })
  const streamed = chunksOf(await (await ask({ ...body, stream: true })).text())
  return [whole.choices[0].finish_reason, spokenIn(streamed).finish]
}

function begun(block: Json): FakeFrame[] {
  if ('text' in block) {
    return [{ event: 'contentBlockDelta', payload: { contentBlockIndex: 0, delta: block } }]
  }
  const { toolUseId, name } = CALL.toolUse
  const start = { toolUse: { toolUseId, name } }
  return [{ event: 'contentBlockStart', payload: { contentBlockIndex: 0, start } }]
}

// Bedrock was seen to end calls with `end_turn` (strands-agents/harness-sdk#767, #1827) and words with
// `tool_use` (strands-rl/strands-env#252); clients run tools, or wait for a user, by this word alone.
describe('the end of an answer fits what was said', () => {
  it.each([
    [CALL, 'tool_use', 'tool_calls'],
    [CALL, 'end_turn', 'tool_calls'],
    [CALL, 'max_tokens', 'length'],
    [{ text: 'Hello.' }, 'end_turn', 'stop'],
    [{ text: 'Hello.' }, 'tool_use', 'stop'],
  ])('%j ends with %s', async (block, stopReason, finish) => {
    expect(await endings(block, stopReason)).toEqual([finish, finish])
  })
})
