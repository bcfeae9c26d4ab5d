import { describe, expect, it } from 'vitest'
import { operations, resolved, type Schema } from '../fuzz/document.ts'
import { openStage } from '../fuzz/stage.ts'

/** What callers say in forms and as tools; JSON bodies are the matter of `test/http/canary.test.ts`. */
const CANARY = 'canary-words-of-a-caller'

const FORMS = operations.filter(({ body }) => body['multipart/form-data'])

describe('what callers say outside of JSON', () => {
  it.each(FORMS.map((operation) => [operation.name, operation] as const))(
    '%s tells no log',
    async (_, { path, body }) => {
      const stage = openStage('the embedded models', { LOG_LEVEL: 'debug' })
      const { properties = {} } = resolved(body['multipart/form-data']!.schema ?? {}) as {
        properties?: Record<string, Schema>
      }
      for (const model of ['embedded-chat', CANARY]) {
        const form = new FormData()
        for (const name of Object.keys(properties)) {
          form.set(name, /file|image|mask|data/.test(name) ? file() : CANARY)
        }
        if ('model' in properties) form.set('model', model === CANARY ? 'no-such-model' : model)
        form.set(CANARY, CANARY)
        await stage.ask(path.replace(/\{[^}]+\}/g, 'x'), { method: 'POST', body: form })
        expect(stage.lines().filter((line) => line.includes(CANARY))).toEqual([])
      }
    },
  )

  it('POST /mcp tells no log', async () => {
    const stage = openStage('the embedded models', { LOG_LEVEL: 'debug' })
    const ask = (name: string, args: object) =>
      stage.ask('/mcp', {
        method: 'POST',
        headers: { accept: 'application/json, text/event-stream' },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name, arguments: args },
        }),
      })
    const messages = [{ role: 'user', content: CANARY }]
    await ask('openai_chat_completion', { model: 'embedded-chat', messages })
    await ask(CANARY, { [CANARY]: CANARY })
    expect(stage.lines().filter((line) => line.includes(CANARY))).toEqual([])
  })
})

const file = () => new File([CANARY], `${CANARY}.txt`, { type: 'text/plain' })
