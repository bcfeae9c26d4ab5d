import { expect, it } from 'vitest'
import { greeter, stageApp } from './openai/stage.ts'

it('routes every request by the fast router, which one path it cannot have would switch off', async () => {
  const { app } = stageApp(greeter().chat)
  await app.request('/health')
  expect(app.router.name).toBe('SmartRouter + RegExpRouter')
})
