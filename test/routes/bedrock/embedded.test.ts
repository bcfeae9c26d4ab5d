import { describe, expect, it } from 'vitest'
import { createApp } from '../../../app/app.ts'
import { stagedRuntime } from '../../http/stage.ts'

const { runtime } = stagedRuntime({ PROVIDER: 'embedded', EMBEDDED_TOKENS_PER_SECOND: '0' })
const app = createApp(runtime)

const post = (operation: string, body: object, model = 'amazon.nova-lite-v1:0') =>
  app.request(`/model/${encodeURIComponent(model)}/${operation}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })

const user = (...content: object[]) => ({ role: 'user', content })
const assistant = (...content: object[]) => ({ role: 'assistant', content })

const toolConfig = {
  tools: [{ toolSpec: { name: 'look_up', inputSchema: { json: { type: 'object' } } } }],
}
const CALLED = [
  user({ text: 'Look it up.' }),
  assistant({ toolUse: { toolUseId: 't1', name: 'look_up', input: {} } }),
  user({ toolResult: { toolUseId: 't1', content: [{ text: 'found' }] } }),
]

const NO_USER =
  'A conversation must start with a user message. Try again with a conversation that starts with a user message.'

describe.each(['converse', 'converse-stream'])('%s of the embedded models', (operation) => {
  it.each([
    ['no message', { messages: [] }, NO_USER],
    ['nothing but instructions', { system: [{ text: 'Be brief.' }] }, NO_USER],
    ['the model in front', { messages: [assistant({ text: 'Hi' })] }, NO_USER],
    [
      'a message without content',
      { messages: [user({ text: 'a' }), assistant()] },
      'The content field in the Message object at messages.1 is empty. Add a ContentBlock object to the content field and try again.',
    ],
    [
      'a blank text',
      { messages: [user({ text: 'a' }, { text: ' ' })] },
      'The text field in the ContentBlock object at messages.0.content.1 is blank. Add text to the text field, and try again.',
    ],
    [
      'calls without tools',
      { messages: CALLED },
      'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    ],
    [
      'a result of no call',
      { messages: [CALLED[0], CALLED[2]], toolConfig },
      'The number of toolResult blocks at messages.1.content exceeds the number of toolUse blocks of previous turn.',
    ],
    [
      'a call without a result',
      { messages: [CALLED[0], CALLED[1], user({ text: 'And?' })], toolConfig },
      'Expected toolResult blocks at messages.2.content for the following Ids: t1',
    ],
    [
      'a blank stop sequence',
      { messages: [user({ text: 'a' })], inferenceConfig: { stopSequences: ['x', ' '] } },
      'The stop sequence value at inferenceConfig.stopSequences.1 is blank. Try again with a non blank stop sequence.',
    ],
  ])('refuses %s as Bedrock does', async (_, body, message) => {
    const answer = await post(operation, body)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('x-amzn-errortype')).toBe('ValidationException')
    expect(await answer.json()).toMatchObject({ message })
  })

  it.each([
    ['two messages of the user in a row', [user({ text: 'a' }), user({ text: 'b' })]],
    ['a history', [user({ text: 'a' }), assistant({ text: 'b' }), user({ text: 'c' })]],
    ['a call and its result', CALLED],
  ])('answers %s', async (_, messages) => {
    expect((await post(operation, { messages, toolConfig })).status).toBe(200)
  })

  it('refuses Pegasus a question without a video', async () => {
    const model = 'us.twelvelabs.pegasus-1-2-v1:0'
    const answer = await post(operation, { messages: [user({ text: 'What happens?' })] }, model)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      message: expect.stringContaining('exactly one video'),
    })
  })
})

describe('other dialects of the embedded models', () => {
  it('are as tolerant as they are in front of Bedrock, where messages are put right', async () => {
    const messages = [{ role: 'assistant', content: 'Hi' }]
    const answer = await app.request('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', messages }),
    })
    expect(answer.status).toBe(200)
  })
})

it('the embedded models hold to a schema that stands among the fields of Claude', async () => {
  const schema = {
    type: 'object',
    properties: { day: { type: 'string' } },
    required: ['day'],
    additionalProperties: false,
  }
  const answer = await post('converse', {
    messages: [user({ text: 'On Friday' })],
    additionalModelRequestFields: {
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low', format: { type: 'json_schema', schema } },
    },
  })
  expect(answer.headers.get('x-outcrop-ignored-params')).toBe(null)
  const { output } = (await answer.json()) as {
    output: { message: { content: { text?: string }[] } }
  }
  expect(JSON.parse(output.message.content.at(-1)!.text!)).toEqual({ day: 'Friday' })
})

it('InvokeModel tells where models are asked, and in whose words, that do not take a body', async () => {
  const messages = [{ role: 'user', content: 'Hi' }]
  const talking = await post('invoke', { messages }, 'amazon.titan-embed-text-v2:0')
  expect(talking.status).toBe(400)
  expect(await talking.json()).toMatchObject({
    message: expect.stringContaining('is not a chat model. Ask it at /v1/embeddings.'),
  })
  const unknown = await post('invoke', { anything: 1 }, 'embedded-image')
  expect(unknown.status).toBe(400)
  expect(await unknown.json()).toMatchObject({
    message: expect.stringContaining('bodies of Nova Canvas, Titan Image and Stability'),
  })
})
