import { beforeAll, expect, it } from 'vitest'
import { responseRequest } from '../../app/dialects/openai-responses/wire.ts'
import { parameterSuite } from './parameter-suite.ts'
import { RESPONSE_ROWS } from './response-parameters.ts'
import { MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()
let house: ReturnType<typeof bedrock.open>
beforeAll(() => {
  house = bedrock.open({ FILES_DIR: 'memory' })
})

parameterSuite(bedrock, {
  rows: RESPONSE_ROWS,
  understood: Object.keys(responseRequest.shape),
  specified: 'CreateResponse',
  shaping: 'text',
  async ask(family, body) {
    const response = await house.app.request('/v1/responses', {
      method: 'POST',
      body: JSON.stringify({ model: MODELS[family], input: 'Hi', ...body }),
    })
    if (body['stream']) await response.clone().text()
    return response
  },
})

it('refuses to include what OpenAI does not know', async () => {
  const response = await house.app.request('/v1/responses', {
    method: 'POST',
    body: JSON.stringify({ model: MODELS.nova, input: 'Hi', include: ['everything'] }),
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { param: 'include[0]' } })
})
