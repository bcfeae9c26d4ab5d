import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chunksOf } from '../../../features/stage.ts'
import { launch, type Running } from '../../../runtimes/platform.ts'
import { node } from '../../../runtimes/platforms.ts'
import { EXAMPLES, filled } from './examples.ts'
import { type Choice, choicesOf, faultOf, IMAGE_B64, OBJECTS, VIDEO } from './stage.ts'

/** More than AWS takes within a request. */
const LARGE = Buffer.concat([VIDEO, Buffer.alloc(18_750_001)])

let folder: string
let server: Running
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bare-'))
  const objects = Object.entries(OBJECTS).map(([key, { body }]) => [key, body] as const)
  for (const [key, body] of [...objects, ['large.mp4', LARGE] as const]) {
    const path = join(folder, 'buckets/my-bucket', key)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, body)
  }
  await writeFile(join(folder, 'secret.txt'), 'nobody shall read this')
  // Nothing is configured but where things lie, and no time is spent on speaking slowly.
  server = await launch(node, {
    EMBEDDED_BUCKETS_DIR: join(folder, 'buckets'),
    FILES_DIR: join(folder, 'files'),
    STATE_DIR: 'memory',
    EMBEDDED_TOKENS_PER_SECOND: '0',
  })
}, 30_000)
afterAll(async () => {
  await server.end()
  await rm(folder, { recursive: true })
})

/** As the document's curl sends it. */
const complete = (body: object) =>
  fetch(`${server.url}/v1/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-any', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

async function upload(name: string, content: string): Promise<string> {
  const form = new FormData()
  form.set('purpose', 'assistants')
  form.set('file', new File([content], name))
  const answer = await fetch(`${server.url}/v1/files`, { method: 'POST', body: form })
  return ((await answer.json()) as { id: string }).id
}

describe('every example, with nothing configured', () => {
  it.each(Object.keys(EXAMPLES) as (keyof typeof EXAMPLES)[])('%s', async (name) => {
    const example = filled(EXAMPLES[name], {
      IMAGE_B64,
      FILE_ID: await upload('prompt.txt', 'Name three rivers.'),
      'file-abc123': await upload('findings.txt', 'We found it.'),
      'file-def456': await upload('appendix.txt', 'See above.'),
    })
    const answer = await complete(example)
    expect(answer.status).toBe(200)
    const wanted = name === 'batch' ? [0, 1, 2] : [0]
    if (!('stream' in example)) {
      const choices = await choicesOf(answer)
      expect(choices.map(({ index }) => index)).toEqual(wanted)
      for (const { text } of choices) expect(text).not.toBe('')
      return
    }
    const text = await answer.text()
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    const choices = chunksOf(text).flatMap((chunk) => chunk['choices'] as Choice[])
    expect([...new Set(choices.map(({ index }) => index))]).toEqual(wanted)
    expect(choices.at(-1)!.finish_reason).toMatch(/^(stop|length)$/)
  })

  it('reads what lies in the bucket', async () => {
    const [prompt] = await choicesOf(await complete(EXAMPLES['prompt in S3']))
    expect(prompt!.text).toContain('“Write about the sea.”')
    const [video] = await choicesOf(await complete(EXAMPLES.pegasus))
    expect(video!.text).toContain('a video named video.mp4 (video/mp4')
  })
})

describe('a bucket that is a folder', () => {
  const reading = (prompt: string) => complete({ model: 'amazon.nova-micro-v1:0', prompt })

  it.each([
    's3://my-bucket/absent.txt',
    's3://no-such-bucket/prompts/essay-topic.txt',
    's3://my-bucket/prompts',
    's3://my-bucket/prompts/',
    's3://my-bucket/../../secret.txt',
    's3://my-bucket/prompts/../../../secret.txt',
    's3://my-bucket/%2e%2e/%2e%2e/secret.txt',
    's3://my-bucket/..%2f..%2fsecret.txt',
    's3://my-bucket//etc/passwd',
    's3://my-bucket/.\\..\\secret.txt',
    `s3://my-bucket/${'a'.repeat(300)}`,
  ])('has nothing at %s', async (address) => {
    const fault = await faultOf(await reading(address))
    expect(fault).toMatchObject({
      status: 400,
      param: 'prompt',
      type: 'invalid_request_error',
      message: expect.stringContaining(`There is nothing at ${address}.`),
    })
  })

  it.each(['s3://../secret.txt', 's3://my-bucket', 's3:///etc/passwd', 's3://a/b'])(
    'has no address like %s',
    async (address) => {
      const fault = await faultOf(await reading(address))
      expect(fault).toMatchObject({ status: 400, param: 'prompt' })
    },
  )
})

describe('Pegasus, with nothing configured', () => {
  const { model, prompt } = EXAMPLES.pegasus

  it('takes a video of more than 18.75 MB', async () => {
    const body = { model, prompt: [prompt[0], 's3://my-bucket/large.mp4'] }
    const [choice] = await choicesOf(await complete(body))
    expect(choice!.text).toContain('a video named large.mp4 (video/mp4')
  })

  it.each([
    ['text alone', prompt[0], 'prompt'],
    ['a video alone', prompt[1], 'prompt'],
    ['two videos', [...prompt, prompt[1]], 'prompt[2]'],
    ['a picture', [prompt[0], `data:image/png;base64,${IMAGE_B64}`], 'prompt[1]'],
  ])('refuses %s as on AWS', async (_, asked, param) => {
    expect(await faultOf(await complete({ model, prompt: asked }))).toMatchObject({
      status: 400,
      param,
    })
  })
})
