import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sharedRoot } from '../../../fakes/shared.ts'
import { chunksOf, type Json } from '../../../features/stage.ts'
import { EXAMPLES, filled } from './examples.ts'
import { type Choice, choicesOf, IMAGE_B64, messagesOf, useGateways } from './stage.ts'

const gateways = useGateways()

const image = { IMAGE_B64 }

const user = (...content: object[]) => [{ role: 'user', content }]

/** What the choices of a stream add up to. */
function gathered(text: string): { text: string; finish: string | undefined; usage: unknown } {
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  const chunks = chunksOf(text)
  const choices = chunks.flatMap((chunk) => chunk['choices'] as Choice[])
  return {
    text: choices.map((choice) => choice.text).join(''),
    finish: choices.at(-1)?.finish_reason ?? undefined,
    usage: chunks.at(-1)!['usage'],
  }
}

describe('the examples against the embedded default', () => {
  const one = async (body: object): Promise<Choice> => {
    const answer = await gateways.embedded().complete(body)
    expect(answer.status).toBe(200)
    const choices = await choicesOf(answer)
    expect(choices).toHaveLength(1)
    return choices[0]!
  }
  const embeddedModel = "This is Outcrop's embedded model"

  it('complete a single prompt', async () => {
    expect(await one(EXAMPLES.single)).toEqual({
      text: expect.stringContaining(embeddedModel),
      index: 0,
      logprobs: null,
      finish_reason: 'length',
    })
  })

  it('answer each prompt of a batch', async () => {
    const answer = await gateways.embedded().complete({ ...EXAMPLES.batch, max_tokens: undefined })
    const choices = await choicesOf(answer)
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2])
    for (const [index, words] of EXAMPLES.batch.prompt.entries()) {
      expect(choices[index]!.text).toContain(`“${words}”`)
    }
    const short = await choicesOf(await gateways.embedded().complete(EXAMPLES.batch))
    expect(short.map(({ finish_reason }) => finish_reason)).toEqual(['length', 'length', 'length'])
  })

  it('answer once about a text and an image', async () => {
    const body = { ...filled(EXAMPLES['text and image'], image), max_tokens: undefined }
    expect((await one(body)).text).toContain('With it came an image (image/png, 1 x 1 pixels')
  })

  it('answer once about a text and stored files', async () => {
    const gateway = gateways.embedded()
    const ids = {
      'file-abc123': await gateway.upload('findings.txt', 'We found it.'),
      'file-def456': await gateway.upload('appendix.txt', 'See above.'),
    }
    const body = { ...filled(EXAMPLES['text and stored files'], ids), max_tokens: undefined }
    const choices = await choicesOf(await gateway.complete(body))
    expect(choices).toHaveLength(1)
    expect(choices[0]!.text).toContain('“Summarize the main findings')
    expect(choices[0]!.text).toContain('a document named findings.txt')
    expect(choices[0]!.text).toContain('a document named appendix.txt')
  })

  it('look at an image alone', async () => {
    expect((await one(filled(EXAMPLES['image alone'], image))).text).toContain('an image')
  })

  it('read a stored file as the prompt', async () => {
    const gateway = gateways.embedded()
    const id = await gateway.upload('prompt.txt', 'Name three rivers.')
    const body = filled(EXAMPLES['stored prompt'], { FILE_ID: id })
    const [choice] = await choicesOf(await gateway.complete(body))
    expect(choice!.text).toContain('“Name three rivers.”')
  })

  it('read a file in S3 as the prompt', async () => {
    expect((await one(EXAMPLES['prompt in S3'])).text).toContain('“Write about the sea.”')
  })

  it.each(['stream', 'joke', 'stream with usage'] as const)('stream: %s', async (name) => {
    const answer = await gateways.embedded().complete(EXAMPLES[name])
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const { text, usage } = gathered(await answer.text())
    expect(text).toContain(embeddedModel)
    if (name === 'stream with usage') expect(usage).toMatchObject({ prompt_tokens: 4 })
    else expect(usage).toBeUndefined()
  })

  it('talk about a video', async () => {
    const { text } = await one(EXAMPLES.pegasus)
    expect(text).toContain('“Describe what happens in this video.”')
    expect(text).toContain('a video named video.mp4')
  })
})

describe('the examples against AWS', () => {
  const asked = async (body: object) => {
    const answer = await gateways.aws().complete(body)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      object: 'text_completion',
      choices: [{ text: 'Hello there.', index: 0, finish_reason: 'stop' }],
    })
    expect(gateways.sent()).toHaveLength(1)
    return gateways.sent()[0]!
  }

  it('send a single prompt as one message', async () => {
    expect(await asked(EXAMPLES.single)).toEqual({
      messages: user({ text: 'The capital of France is' }),
      inferenceConfig: { maxTokens: 20 },
    })
    expect(gateways.fake.requests[0]!.path).toBe('/model/amazon.nova-micro-v1%3A0/converse')
  })

  it('send each prompt of a batch by itself', async () => {
    const answer = await gateways.aws().complete(EXAMPLES.batch)
    const body = (await answer.json()) as Json
    expect((body['choices'] as Choice[]).map(({ index, text }) => [index, text])).toEqual([
      [0, 'Hello there.'],
      [1, 'Hello there.'],
      [2, 'Hello there.'],
    ])
    expect(body['usage']).toMatchObject({ prompt_tokens: 27, completion_tokens: 12 })
    expect(gateways.sent().map(messagesOf)).toEqual(
      EXAMPLES.batch.prompt.toSorted().map((text) => user({ text })),
    )
  })

  it('send a text and an image together', async () => {
    const body = await asked(filled(EXAMPLES['text and image'], image))
    expect(messagesOf(body)).toEqual(
      user(
        { text: EXAMPLES['text and image'].prompt[0] },
        { image: { format: 'png', source: { bytes: IMAGE_B64 } } },
      ),
    )
  })

  it('send a text and stored files together, in their order', async () => {
    const gateway = gateways.aws()
    const ids = {
      'file-abc123': await gateway.upload('findings.txt', 'We found it.'),
      'file-def456': await gateway.upload('appendix.md', '# See above', 'text/markdown'),
    }
    const answer = await gateway.complete(filled(EXAMPLES['text and stored files'], ids))
    expect(await choicesOf(answer)).toHaveLength(1)
    expect(gateways.sent().map(messagesOf)).toMatchObject([
      user(
        { text: EXAMPLES['text and stored files'].prompt[0] },
        { document: { format: 'txt', name: 'findings' } },
        { document: { format: 'md', name: 'appendix' } },
      ),
    ])
  })

  it('send an image alone, with no words added', async () => {
    const body = await asked(filled(EXAMPLES['image alone'], image))
    expect(messagesOf(body)).toEqual(
      user({ image: { format: 'png', source: { bytes: IMAGE_B64 } } }),
    )
  })

  it('send the text of a stored file as the prompt', async () => {
    const gateway = gateways.aws()
    const id = await gateway.upload('prompt.txt', 'Name three rivers.')
    await gateway.complete(filled(EXAMPLES['stored prompt'], { FILE_ID: id }))
    expect(gateways.sent().map(messagesOf)).toEqual([user({ text: 'Name three rivers.' })])
  })

  it('send the text of a file in S3 as the prompt', async () => {
    const body = await asked(EXAMPLES['prompt in S3'])
    expect(messagesOf(body)).toEqual(user({ text: 'Write about the sea.' }))
  })

  it.each(['stream', 'joke', 'stream with usage'] as const)('stream: %s', async (name) => {
    const answer = await gateways.aws().complete(EXAMPLES[name])
    expect(gathered(await answer.text())).toEqual({
      text: 'Hello there.',
      finish: 'stop',
      usage:
        name === 'stream with usage'
          ? expect.objectContaining({ prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 })
          : undefined,
    })
    expect(gateways.fake.requests[0]!.path).toMatch(/converse-stream$/)
  })

  it('ask Pegasus about a video, by its address in S3', async () => {
    gateways.fake.script({ body: { message: 'A cat sleeps.', finishReason: 'stop' } })
    const answer = await gateways.aws().complete(EXAMPLES.pegasus)
    expect(await choicesOf(answer)).toMatchObject([
      { text: 'A cat sleeps.', finish_reason: 'stop' },
    ])
    expect(gateways.fake.requests[0]!.path).toBe('/model/twelvelabs.pegasus-1-2-v1%3A0/invoke')
    expect(gateways.sent()).toEqual([
      {
        inputPrompt: 'Describe what happens in this video.',
        mediaSource: { s3Location: { uri: 's3://my-bucket/video.mp4' } },
      },
    ])
  })
})

describe.skipIf(!sharedRoot())('the document', () => {
  it('has no example that is not among these', () => {
    const path = join(sharedRoot()!, 'reference/source-2-completions-api.md')
    const found = bodiesIn(readFileSync(path, 'utf8'))
    expect(found).toHaveLength(13)
    for (const body of found) expect(Object.values(EXAMPLES)).toContainEqual(body)
  })
})

/** The JSON of every curl of a document that completes something. */
function bodiesIn(document: string): unknown[] {
  const blocks = [...document.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, block]) => block!)
  return blocks
    .filter((block) => block.includes('/v1/completions'))
    .map((block) => {
      const json = block.slice(block.lastIndexOf('Content-Type: application/json'))
      const text = json.slice(json.indexOf('{'), json.lastIndexOf('}') + 1)
      return JSON.parse(text.replaceAll('\\"', '"'))
    })
}
