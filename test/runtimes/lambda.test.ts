import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleLambda } from '../../deploy/bundle.ts'
import { withinInvocation } from '../../runtimes/lambda/lambda-limits.ts'
import { textFrames } from '../fakes/fake-bedrock-frames.ts'
import { toneWav } from '../fakes/recordings-of-speech.ts'
import { launch, root } from './platform.ts'
import { lambdaIn } from './platforms.ts'
import { runtimeSuite } from './runtime-suite.ts'
import {
  beginStream,
  fail,
  openScriptedBedrock,
  type ScriptedBedrock,
  sendFrames,
} from './scripted-bedrock.ts'
import { openSse } from './sse-reader.ts'

const folder = join(root, '.outcrop', 'lambda-test')
await bundleLambda(folder)

const lambda = lambdaIn(folder)

runtimeSuite(lambda)

describe('a Lambda function with two seconds', () => {
  let bedrock: ScriptedBedrock

  beforeAll(async () => {
    bedrock = await openScriptedBedrock()
  })
  afterAll(() => bedrock.close())

  const open = () => launch(lambda, { ...bedrock.env, AUTH: 'none', FUNCTION_SECONDS: '2' })

  it('says that time is over before it is', async () => {
    const server = await open()
    const url = `${server.url}/v1/chat/completions`
    const hello = {
      model: 'amazon.nova-lite-v1:0',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
    }
    const asked = { method: 'POST', body: JSON.stringify(hello) }
    // The first call of a cold function takes time that is no part of this.
    await (await fetch(url, asked)).text()
    bedrock.script((response) => {
      beginStream(response)
      sendFrames(response, textFrames(['one']).slice(0, 2))
    })
    const sse = await openSse(url, asked)
    const events = await sse.until()
    await server.end()
    expect(JSON.parse(events.at(-1)!).error).toMatchObject({ type: 'timeout_error' })
  })

  it('says so of a recording that takes longer', async () => {
    const server = await open()
    bedrock.script((response, { method }) => {
      if (method === 'GET') fail(response, 403, 'AccessDeniedException')
    })
    const form = new FormData()
    form.set('model', 'mistral.voxtral-mini-3b-2507')
    form.set('file', new File([toneWav(0.1)], 'a.wav', { type: 'audio/wav' }))
    const answer = await fetch(`${server.url}/v1/audio/transcriptions`, {
      method: 'POST',
      body: form,
      signal: AbortSignal.timeout(4000),
    })
    const refusal = await answer.json()
    await server.end()
    expect([answer.status, refusal]).toMatchObject([503, { error: { code: 'overloaded' } }])
  })
})

describe('a Lambda function that is asked what no request can be made of', () => {
  it('says so', async () => {
    const server = await launch(lambda, { AUTH: 'none', PROVIDER: 'embedded' })
    const [status, body] = await new Promise<[number | undefined, string]>((resolve, reject) => {
      const asked = request(`${server.url}/ping`, { method: 'TRACE' }, async (answer) =>
        resolve([answer.statusCode, await text(answer)]),
      )
      asked.on('error', reject).end()
    })
    await server.end()
    expect([status, JSON.parse(body).error.type]).toEqual([400, 'invalid_request_error'])
  })
})

describe('the limits within an invocation', () => {
  const within = (env: Record<string, string>, remaining: number) =>
    withinInvocation(env, { context: { getRemainingTimeInMillis: () => remaining } })

  it('end a second before the function does, unless they end sooner', () => {
    expect(within({ A: 'kept', TOTAL_TIMEOUT: '3600', FIRST_TOKEN_TIMEOUT: '20' }, 60_000)).toEqual(
      {
        A: 'kept',
        FIRST_TOKEN_TIMEOUT: '20',
        AI_RESPONSE_TIMEOUT: '59',
        AUDIO_JOB_TIMEOUT: '59',
        TOTAL_TIMEOUT: '59',
        INPUT_URL_TIMEOUT: '30',
        AWS_S3_TIMEOUT: String(59 / 3),
      },
    )
  })

  it('stay as they are where they end sooner by themselves', () => {
    expect(within({ TOTAL_TIMEOUT: ' ' }, 900_000)).toEqual({
      FIRST_TOKEN_TIMEOUT: '300',
      AI_RESPONSE_TIMEOUT: '600',
      AUDIO_JOB_TIMEOUT: '899',
      TOTAL_TIMEOUT: '899',
      INPUT_URL_TIMEOUT: '30',
      AWS_S3_TIMEOUT: '120',
    })
  })

  it('leave time for S3 to be asked three times', () => {
    const { AWS_S3_TIMEOUT, INPUT_URL_TIMEOUT } = within({ AWS_S3_TIMEOUT: '60' }, 16_000)
    expect({ AWS_S3_TIMEOUT, INPUT_URL_TIMEOUT }).toEqual({
      AWS_S3_TIMEOUT: '5',
      INPUT_URL_TIMEOUT: '15',
    })
  })

  it('leave half of a function that is shorter than two seconds', () => {
    expect(within({}, 1000)['TOTAL_TIMEOUT']).toBe('0.5')
  })

  it('leave it to the configuration to refuse what is no number', () => {
    expect(within({ TOTAL_TIMEOUT: 'soon' }, 60_000)['TOTAL_TIMEOUT']).toBe('soon')
  })
})
