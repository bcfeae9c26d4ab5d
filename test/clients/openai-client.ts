import OpenAI from 'openai'
import { afterAll, beforeAll } from 'vitest'
import { useFakeBedrock } from '../features/stage.ts'

/** OpenAI's own client for the tests of one file, before a server on a socket whose AWS is the fake. */
export function useOpenaiClient() {
  const bedrock = useFakeBedrock()
  const stand = { bedrock } as { bedrock: typeof bedrock; client: OpenAI }
  let stop: () => Promise<unknown>
  beforeAll(async () => {
    const server = await bedrock.serve()
    stop = () => server.stop()
    const baseURL = `http://127.0.0.1:${server.port}/v1`
    stand.client = new OpenAI({ apiKey: 'k', baseURL, maxRetries: 0 })
  })
  afterAll(() => stop())
  return stand
}
