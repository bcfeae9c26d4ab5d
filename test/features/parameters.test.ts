import { existsSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { chatCompletionRequest } from '../../app/dialects/openai-chat/wire.ts'
import { page, parameterSuite } from './parameter-suite.ts'
import { ROWS } from './parameters.ts'
import { HELLO, MODELS, useFakeBedrock } from './stage.ts'

const bedrock = useFakeBedrock()
let house: ReturnType<typeof bedrock.open>
beforeAll(() => {
  house = bedrock.open()
})

parameterSuite(bedrock, {
  rows: ROWS,
  understood: Object.keys(chatCompletionRequest.shape),
  specified: 'CreateChatCompletionRequest',
  shaping: 'response_format',
  ask: async (family, body) => house.ask({ model: MODELS[family], messages: HELLO, ...body }),
})

it('begins with a bare request', async () => {
  await house.ask({ messages: HELLO })
  expect(bedrock.sent()).toMatchObject([
    { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] },
  ])
})

it('has a page of features that names only tests that are there', () => {
  const paths = [...page.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path]) => path!)
  const root = new URL('../../', import.meta.url)
  expect(paths.length).toBeGreaterThan(10)
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
})
