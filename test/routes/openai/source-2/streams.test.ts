import { describe, expect, it } from 'vitest'
import { textFrames, textReply } from '../../../fakes/fake-bedrock-frames.ts'
import { chunksOf } from '../../../features/stage.ts'
import { type Choice, choicesOf, faultOf, useGateways } from './stage.ts'

const gateways = useGateways()

const NOVA = 'amazon.nova-lite-v1:0'

interface Said {
  index: number
  text: string
}

/** The pieces of a stream in the order they came. */
const piecesOf = (text: string): Said[] =>
  chunksOf(text)
    .flatMap((chunk) => (chunk['choices'] as Choice[] | undefined) ?? [])
    .map(({ index, text: said }) => ({ index, text: said }))

const gathered = (pieces: Said[], index: number) =>
  pieces
    .filter((piece) => piece.index === index)
    .map(({ text }) => text)
    .join('')

describe('several streams in one', () => {
  it('interleave, and each ends once', async () => {
    const gateway = gateways.embedded({ EMBEDDED_TOKENS_PER_SECOND: '2000' })
    const prompt = ['One plus one is', 'Two plus two is', 'Three plus three is']
    const text = await (await gateway.complete({ model: 'm', prompt, n: 2, stream: true })).text()
    const pieces = piecesOf(text)
    for (const index of prompt.flatMap((_, at) => [2 * at, 2 * at + 1])) {
      expect(gathered(pieces, index)).toContain(`“${prompt[Math.floor(index / 2)]}”`)
    }
    const ends = chunksOf(text).flatMap((chunk) =>
      (chunk['choices'] as Choice[]).filter(({ finish_reason }) => finish_reason !== null),
    )
    expect(ends.map(({ index }) => index).toSorted()).toEqual([0, 1, 2, 3, 4, 5])
    // One after the other, the index would change five times.
    const changes = pieces.filter(({ index }, at) => at > 0 && pieces[at - 1]!.index !== index)
    expect(changes.length).toBeGreaterThan(5)
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('wait for a place where there are more of them, and all are told', async () => {
    const gateway = gateways.aws({ MAX_CONCURRENT_PROMPTS: '2' })
    const prompt = ['a', 'b', 'c', 'd', 'e']
    const body = { model: NOVA, prompt, stream: true, stream_options: { include_usage: true } }
    const text = await (await gateway.complete(body)).text()
    const pieces = piecesOf(text)
    for (const index of prompt.keys()) expect(gathered(pieces, index)).toBe('Hello there.')
    expect(chunksOf(text).at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 45, completion_tokens: 20 },
    })
    expect(gateways.fake.requests).toHaveLength(5)
  })

  it('fail before they begin as one HTTP error, and close the others', async () => {
    gateways.fake.script({ frames: textFrames(['Hello']), stallAfter: 1 })
    gateways.fake.script({ status: 429, errorType: 'ThrottlingException', body: { message: 'no' } })
    const answer = await gateways.aws().complete({ model: NOVA, prompt: ['a', 'b'], stream: true })
    expect(await faultOf(answer)).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
    await gateways.fake.waitForAbort()
  })

  it('break as one when one of them breaks, and close the others', async () => {
    const broken = { exception: 'modelStreamErrorException', payload: { message: 'broke' } }
    const before = gateways.fake.aborted()
    gateways.fake.script({ frames: textFrames(['Hello']), stallAfter: 2 })
    gateways.fake.script({ frames: [...textFrames(['Oh']).slice(0, 2), broken], delayBetween: 5 })
    const answer = await gateways.aws().complete({ model: NOVA, prompt: ['a', 'b'], stream: true })
    const text = await answer.text()
    expect(chunksOf(text).at(-1)).toMatchObject({ error: { type: 'server_error', param: null } })
    expect(text).not.toContain('[DONE]')
    await gateways.fake.waitForAbort(before + 1)
  })

  it('are all closed when the reader leaves, those that wait never opened', async () => {
    const before = gateways.fake.aborted()
    gateways.fake.script({ frames: textFrames(['Hello', ' there']), stallAfter: 2 })
    const gateway = gateways.aws({ MAX_CONCURRENT_PROMPTS: '2' })
    const answer = await gateway.complete({ model: NOVA, prompt: ['a', 'b', 'c'], stream: true })
    const reader = answer.body!.getReader()
    await reader.read()
    await reader.cancel()
    await gateways.fake.waitForAbort(before + 2)
    expect(gateways.fake.requests).toHaveLength(2)
    expect(gateway.log().at(-1)).toMatchObject({ status_code: 499, operation: 'completion' })
  })
})

describe('whole answers', () => {
  it('fail as one, and the others are not waited for', async () => {
    const held = Promise.withResolvers<void>()
    const before = gateways.fake.aborted()
    gateways.fake.script({ until: held.promise })
    gateways.fake.script({ status: 503, errorType: 'ServiceUnavailableException', body: {} })
    const answer = await gateways.aws().complete({ model: NOVA, prompt: ['a', 'b'] })
    expect(await faultOf(answer)).toMatchObject({ status: 503, code: 'overloaded' })
    await gateways.fake.waitForAbort(before + 1)
    held.resolve()
  })

  it('have fifty prompts under way at once', async () => {
    const held = Promise.withResolvers<void>()
    gateways.fake.script({ until: held.promise, body: textReply('Well.') })
    const prompt = Array.from({ length: 50 }, (_, index) => `prompt ${index}`)
    const asking = gateways.aws().complete({ model: NOVA, prompt })
    await gateways.arrived(50)
    held.resolve()
    expect(await choicesOf(await asking)).toHaveLength(50)
  })

  it('name the prompt that is too long', async () => {
    const message = 'Input is too long for requested model.'
    gateways.fake.script({ status: 400, errorType: 'ValidationException', body: { message } })
    const answer = await gateways.aws().complete({ model: NOVA, prompt: ['a'] })
    expect(await faultOf(answer)).toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
      param: 'prompt[0]',
    })
  })
})
