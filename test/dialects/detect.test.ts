import { describe, expect, it } from 'vitest'
import { type BodyFormat, detect, hasClaudeBlocks } from '../../app/dialects/detect.ts'

const messages = [{ role: 'user', content: 'Hi' }]
const functionTool = { type: 'function', function: { name: 'f', parameters: {} } }
const claudeTool = { name: 'f', description: 'F', input_schema: { type: 'object' } }

const CASES: [string, object, BodyFormat][] = [
  ['messages alone', { messages }, 'openai'],
  ['max_tokens beside them', { messages, max_tokens: 5, temperature: 0 }, 'openai'],
  [
    "OpenAI's max_tokens and an object as tool_choice",
    {
      messages,
      max_tokens: 5,
      tools: [functionTool],
      tool_choice: { type: 'function', function: { name: 'f' } },
    },
    'openai',
  ],
  [
    'the same without tools',
    { messages, max_tokens: 5, tool_choice: { type: 'function', function: { name: 'f' } } },
    'openai',
  ],
  [
    'allowed tools',
    { messages, max_tokens: 5, tool_choice: { type: 'allowed_tools', allowed_tools: {} } },
    'openai',
  ],
  [
    "OpenAI's tools beside a key of Claude's",
    { messages, max_tokens: 5, tools: [functionTool], stop_sequences: ['x'] },
    'openai',
  ],
  ['top_k, which both take', { messages, max_tokens: 5, top_k: 3 }, 'openai'],
  ['thinking, which both take', { messages, max_tokens: 5, thinking: {} }, 'openai'],
  ["a key of Claude's without max_tokens", { messages, system: 'S' }, 'openai'],
  ['messages that are no list', { messages: 'Hi' }, 'openai'],
  ['a version', { anthropic_version: 'bedrock-2023-05-31' }, 'bedrock_claude'],
  [
    'a version beside an odd tool',
    { anthropic_version: 'v', messages, tools: [functionTool] },
    'bedrock_claude',
  ],
  ['a system prompt', { messages, max_tokens: 5, system: 'S' }, 'bedrock_claude'],
  ['stop sequences', { messages, max_tokens: 5, stop_sequences: [] }, 'bedrock_claude'],
  ['beta flags', { messages, max_tokens: 5, anthropic_beta: [] }, 'bedrock_claude'],
  ['a tool with input_schema', { messages, max_tokens: 5, tools: [claudeTool] }, 'bedrock_claude'],
  [
    'a choice Claude has',
    { messages, max_tokens: 5, tool_choice: { type: 'any' } },
    'bedrock_claude',
  ],
  ['inputText', { inputText: 'Hi' }, 'bedrock_titan'],
  ['a configuration of Titan alone', { textGenerationConfig: {} }, 'bedrock_titan'],
  ['inputText beside messages', { inputText: 'Hi', messages }, 'openai'],
]

describe('the format of a body', () => {
  it.each(CASES)('is told by %s', (_, body, format) => {
    expect(detect(body)).toBe(format)
  })

  it.each([{}, { model: 'm' }, { prompt: 'Hi' }, { system: 'S' }, { max_tokens: 1 }])(
    'cannot be told of %j',
    (body) => {
      expect(() => detect(body)).toThrow(
        expect.objectContaining({ code: 'invalid-request', param: 'messages' }),
      )
    },
  )

  it("is Claude's where a message holds a block only Claude has", () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: '' } }
    expect(hasClaudeBlocks({ messages: [{ role: 'user', content: [image] }] })).toBe(true)
    expect(hasClaudeBlocks({ messages })).toBe(false)
    expect(hasClaudeBlocks({ messages: [null, { content: [null, 'x'] }] })).toBe(false)
  })
})
