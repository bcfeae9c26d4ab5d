import { describe, expect, it } from 'vitest'
import { HELLO, type Json, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()

const REFUSED = 'The model returned the following errors: '

const schema = {
  type: 'object',
  properties: { stars: { type: 'integer', minimum: 1, maximum: 5 } },
  required: ['stars'],
  additionalProperties: false,
}
const format = (name: string) => ({
  type: 'json_schema',
  json_schema: { name, strict: true, schema },
})

const refuse = (message: string) =>
  bedrock.fake.script({
    status: 400,
    errorType: 'ValidationException',
    body: { message: REFUSED + message },
  })

describe('schemas with more in them than AWS takes', () => {
  it('reach it without, and the answer comes', async () => {
    bedrock.fake.script({ body: bedrock.reply('{"stars":3}') })
    const response = await bedrock
      .open()
      .ask({ model: MODELS.claude, response_format: format('rating') })
    expect((await response.json()).choices[0].message.content).toBe('{"stars":3}')
    const [{ outputConfig }] = bedrock.sent() as [{ outputConfig: { textFormat: Json } }]
    expect(JSON.stringify(outputConfig)).not.toContain('"minimum\\"')
    expect(outputConfig.textFormat['structure']).toEqual({
      jsonSchema: {
        name: 'rating',
        schema: JSON.stringify({
          ...schema,
          properties: { stars: { type: 'integer', description: 'minimum: 1, maximum: 5' } },
        }),
      },
    })
  })

  it.each([
    "output_config.format.schema: For 'array' type, property 'uniqueItems' is not supported",
    'Schemas contains too many optional parameters (46), which would make grammar compilation inefficient',
  ])('are held by a hidden tool where AWS refuses them even so: %s', async (message) => {
    refuse(message)
    const input = { stars: 3 }
    bedrock.fake.script({
      body: {
        ...(bedrock.reply('') as Json),
        output: {
          message: {
            role: 'assistant',
            content: [{ toolUse: { toolUseId: 'a', name: 'final_answer', input } }],
          },
        },
        stopReason: 'tool_use',
      },
    })
    const response = await bedrock
      .open()
      .ask({ model: MODELS.claude, response_format: format('rating') })
    expect(response.headers.get('x-outcrop-attempts')).toBe('2')
    expect((await response.json()).choices[0]).toMatchObject({
      message: { content: '{"stars":3}' },
      finish_reason: 'stop',
    })
    expect(bedrock.sent()[1]).toMatchObject({
      toolConfig: { toolChoice: { tool: { name: 'final_answer' } } },
    })
  })

  it('are those of tools that are then not strict', async () => {
    refuse(
      "tools.0.custom: For 'object' type, 'additionalProperties' must be explicitly set to false",
    )
    bedrock.fake.script({ body: bedrock.reply('Hello.') })
    const strict = {
      type: 'function',
      function: { name: 'rate', strict: true, parameters: schema },
    }
    const response = await bedrock.open().ask({ model: MODELS.claude, tools: [strict] })
    expect(response.headers.get('x-outcrop-ignored-params')).toBe('tools.strict')
    const toolSpecs = bedrock.sent().map((body) => JSON.stringify(body['toolConfig']))
    expect(toolSpecs.map((text) => text.includes('"strict":true'))).toEqual([true, false])
  })
})

describe('a schema nested more deeply than anybody takes', () => {
  let deep: Json = { type: 'string' }
  for (let level = 0; level < 260; level++) deep = { type: 'object', properties: { a: deep } }
  const formed = { type: 'json_schema', name: 'x', schema: deep }

  it.each<[string, string, string, Json]>([
    [
      'chat',
      '/v1/chat/completions',
      'response_format.json_schema.schema',
      { messages: HELLO, response_format: { type: 'json_schema', json_schema: formed } },
    ],
    [
      'chat',
      '/v1/chat/completions',
      'tools',
      { messages: HELLO, tools: [{ type: 'function', function: { name: 'x', parameters: deep } }] },
    ],
    ['responses', '/v1/responses', 'text.format.schema', { input: 'Hi', text: { format: formed } }],
    [
      'messages',
      '/v1/messages',
      'output_config.format.schema',
      { max_tokens: 9, messages: HELLO, output_config: { format: formed } },
    ],
  ])('is refused by the name it has in %s', async (_, path, param, body) => {
    const response = await bedrock.open().app.request(path, {
      method: 'POST',
      body: JSON.stringify({ ...body, model: MODELS.nova }),
      headers: { 'content-type': 'application/json' },
    })
    expect(response.status).toBe(400)
    const { error } = await response.json()
    expect(error.param ?? error.message).toContain(param)
    expect(bedrock.sent()).toEqual([])
  })
})
