import { expect, it } from 'vitest'
import { HELLO, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

// OpenAI's own clients look at `code` to compact, and at `param` to tell what was too long.
it.each([
  ['/v1/chat/completions', { messages: HELLO }, 'messages'],
  ['/v1/responses', { input: 'Hi' }, 'input'],
  ['/v1/completions', { prompt: 'Hi' }, 'prompt'],
])('%s names its own field when all of it is too long', async (path, body, param) => {
  bedrock.fake.script({
    status: 400,
    errorType: 'ValidationException',
    body: { message: 'Input is too long for requested model.' },
  })
  for (const stream of [false, true]) {
    const response = await bedrock.open().app.request(path, {
      method: 'POST',
      body: JSON.stringify({ model: MODELS.nova, stream, ...body }),
      headers: { 'content-type': 'application/json' },
    })
    expect([response.status, await response.json()]).toEqual([
      400,
      {
        error: {
          message: 'Input is too long for requested model.',
          type: 'invalid_request_error',
          param,
          code: 'context_length_exceeded',
          details: `Field '${param}': context length exceeded`,
        },
      },
    ])
  }
})
