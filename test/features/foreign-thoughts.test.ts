import { describe, expect, it } from 'vitest'
import { ignoredBy, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const SEALED = [{ type: 'reasoning.text', text: 'Hm.', signature: 'c2VhbA==', index: 0 }]
const thoughtful = (content: string | null) => [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content, reasoning_details: SEALED },
  { role: 'user', content: 'Go on.' },
]
const THOUGHT = { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2VhbA==' } } }

async function ask(body: Json) {
  bedrock.fake.script({ body: bedrock.reply('Hello.') })
  const response = await bedrock.open().ask(body)
  const messages = bedrock.sent().map((sent) => sent['messages'] as { content: Json[] }[])
  return { ignored: ignoredBy(response), messages, status: response.status }
}

const said = (...content: Json[]) => content

describe('sealed thoughts of the history', () => {
  it('go back to a model that seals its own', async () => {
    const { ignored, messages } = await ask({ model: MODELS.claude, messages: thoughtful('Yes?') })
    expect(messages[0]![1]!.content).toEqual(said(THOUGHT, { text: 'Yes?' }))
    expect(ignored).toEqual([])
  })

  // AWS: "User messages cannot contain reasoning content" (langchain-ai/langchain-aws#401).
  it.each([
    MODELS.nova,
    MODELS['gpt-oss'],
    MODELS.llama,
    'us.deepseek.r1-v1:0',
    'qwen.qwen3-32b-v1:0',
    'moonshotai.kimi-k2.5',
  ])('are left out for %s, which did not think them', async (model) => {
    const { ignored, messages } = await ask({ model, messages: thoughtful('Yes?') })
    expect(messages[0]![1]!.content).toEqual(said({ text: 'Yes?' }))
    expect(ignored).toEqual(['reasoning_content'])
  })

  // Claude takes no turn that ends in a thought; newer ones call it a prefill.
  it('are left out where nothing followed them', async () => {
    const { ignored, messages } = await ask({ model: MODELS.claude, messages: thoughtful(null) })
    expect(messages[0]!.map(({ content }) => content)).toEqual([
      said({ text: 'Hi' }, { text: 'Go on.' }),
    ])
    expect(ignored).toEqual(['reasoning_content'])
  })

  // The second is litellm#25375.
  it.each([
    'Invalid `signature` in `thinking` block',
    'thinking or redacted_thinking blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.',
  ])('are left out where Claude does not know its seal: %s', async (refusal) => {
    const message = `The model returned the following errors: messages.1.content.0: ${refusal}`
    bedrock.fake.script({ status: 400, errorType: 'ValidationException', body: { message } })
    const { ignored, messages, status } = await ask({
      model: MODELS.claude,
      messages: thoughtful('Yes?'),
    })
    expect(status).toBe(200)
    expect(messages.map((sent) => sent[1]!.content)).toEqual([
      said(THOUGHT, { text: 'Yes?' }),
      said({ text: 'Yes?' }),
    ])
    expect(ignored).toEqual(['reasoning_content'])
  })

  it('take a budget along where they led to calls, which Claude would refuse without them', async () => {
    const message =
      'The model returned the following errors: messages.1.content.0: Invalid `signature` in `thinking` block'
    bedrock.fake.script({ status: 400, errorType: 'ValidationException', body: { message } })
    const calls = [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }]
    const { ignored, status } = await ask({
      model: MODELS.claude,
      reasoning_effort: 'low',
      tools: [{ type: 'function', function: { name: 'f' } }],
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: null, reasoning_details: SEALED, tool_calls: calls },
        { role: 'tool', tool_call_id: 'a', content: 'Seen.' },
      ],
    })
    expect(status).toBe(200)
    const asked = bedrock.sent().map((sent) => sent['additionalModelRequestFields'])
    expect(asked).toEqual([{ thinking: expect.objectContaining({ type: 'enabled' }) }, undefined])
    expect(ignored).toEqual(['reasoning_content', 'reasoning_effort'])
  })
})
