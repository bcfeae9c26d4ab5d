import { afterAll, beforeEach } from 'vitest'
import { type FakeBedrock, startFakeBedrock } from './fake-bedrock.ts'

/** A Bedrock for the tests of one file, which remembers nothing from one to the next. */
export async function bedrockOfFile(): Promise<FakeBedrock> {
  const fake = await startFakeBedrock()
  beforeEach(() => {
    fake.forget()
    fake.requests.length = 0
  })
  afterAll(() => fake.close())
  return fake
}
