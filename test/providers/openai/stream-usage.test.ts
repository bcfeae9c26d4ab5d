import { describe, expect, it } from 'vitest'
import { type Answer, chunkOf, framesOf } from './scripted-server.ts'
import { framesIn, openStage } from './stage.ts'

const MISTRAL = {
  name: 'mistral',
  base_url: 'https://api.mistral.example/v1',
  models: ['mistral-*'],
}
const MODEL = 'mistral-large'
const FORBIDDEN = {
  type: 'extra_forbidden',
  loc: ['body', 'stream_options', 'include_usage'],
  msg: 'Extra inputs are not permitted',
}

/** As Azure, Mistral and servers made with FastAPI were seen to refuse it (openai-python#1469, openai-agents-python#442). */
const REFUSALS: [server: string, answer: Answer][] = [
  [
    'Azure',
    {
      status: 400,
      body: { error: { message: 'Unrecognized request argument supplied: stream_options' } },
    },
  ],
  ['Mistral', { status: 422, body: { object: 'error', message: { detail: [FORBIDDEN] } } }],
  ['FastAPI', { status: 422, body: { detail: [FORBIDDEN] } }],
]

const STREAM: Answer = {
  reads: framesOf(
    chunkOf({ role: 'assistant', content: '' }),
    chunkOf({ content: 'Hello' }),
    chunkOf({}, 'stop'),
    '[DONE]',
  ),
}

const open = () => openStage({ OPENAI_UPSTREAMS: JSON.stringify([MISTRAL]) })

describe.each(REFUSALS)('a stream of %s, which cannot be asked for its usage', (_, refusal) => {
  it('comes without, and is not asked for it again', async () => {
    const stage = open()
    stage.answer(refusal, STREAM)
    const first = await stage.chat({ model: MODEL, stream: true })
    expect(first.status).toBe(200)
    expect(first.headers.get('x-outcrop-attempts')).toBe('2')
    const text = await first.text()
    expect(framesIn(text).map(({ choices }) => choices)).toHaveLength(3)
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    const second = await stage.chat({ model: MODEL, stream: true })
    expect(second.headers.get('x-outcrop-attempts')).toBe('1')
    await second.text()
    expect(stage.bodies().map((body) => body['stream_options'])).toEqual([
      { include_usage: true },
      undefined,
      undefined,
    ])
    // Somebody pays for it all the same.
    const [line] = stage.log().filter(({ type }) => type === 'request')
    expect(line.usage).toMatchObject({ estimated: true })
  })

  it('is refused where the caller asks for it', async () => {
    const stage = open()
    stage.answer(refusal)
    const asked = { model: MODEL, stream: true, stream_options: { include_usage: true } }
    const response = await stage.chat(asked)
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: { message: string } }
    expect(error.message).toMatch(/stream_options/)
    expect(stage.asked).toHaveLength(1)
  })
})

it('another refusal of a stream stands', async () => {
  const stage = open()
  stage.answer({ status: 400, body: { error: { message: 'No such tool.' } } })
  expect((await stage.chat({ model: MODEL, stream: true })).status).toBe(400)
  expect(stage.asked).toHaveLength(1)
})
