import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../../app/conversation/conversation.ts'
import type { ReplyEvent } from '../../../../app/conversation/events.ts'
import { bedrockConverse } from '../../../../app/dialects/bedrock-converse/index.ts'
import { asGatewayError, type ErrorCode } from '../../../../app/errors.ts'
import type { ChatModel } from '../../../../app/ports/models.ts'
import { createBedrockClient } from '../../../../app/providers/aws/bedrock/client.ts'
import { createConverseModel } from '../../../../app/providers/aws/bedrock/converse.ts'
import { traitsOf } from '../../../../app/providers/aws/bedrock/families/index.ts'
import { createAwsCall } from '../../../../app/providers/aws/call.ts'
import { createEndpoints } from '../../../../app/providers/aws/endpoints.ts'
import { bearerSigner } from '../../../../app/providers/aws/sign.ts'
import { createUndiciTransport } from '../../../../runtimes/calling/undici-transport.ts'
import { bedrockOfFile } from '../../../fakes/bedrock-of-file.ts'
import { replay } from '../../../fakes/fake-bedrock.ts'
import { plainCard } from '../../../fakes/plain-card.ts'
import { type Recording, recordings, sharedRoot } from '../../../fakes/shared.ts'
import { stagedRouting } from './staged-routing.ts'

const fake = await bedrockOfFile()

const QUESTION: Conversation = {
  model: 'whatever',
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  tools: [],
  settings: {},
  stream: false,
}
const call = () => ({ requestId: 'r', signal: new AbortController().signal })

/** A model of any id, whether or not the gateway would let it through. */
function modelOf(id: string): ChatModel {
  const awsCall = createAwsCall({
    transport: createUndiciTransport(),
    endpoints: createEndpoints({ AWS_ENDPOINT_URL: fake.url }),
    sign: bearerSigner('ABSK'),
    connectTimeout: 2000,
  })
  const card = plainCard({ id, provider: 'aws', traits: traitsOf(id) })
  const dependencies = {
    ...stagedRouting(),
    client: createBedrockClient(awsCall),
    firstFrameWait: 5000,
  }
  const plan = { candidates: [{ id, region: 'us-east-1', key: id }] }
  return createConverseModel(dependencies, { card, routes: () => ({ plan }) })
}

/** What callers learn of the errors AWS was recorded to give. */
const CODES: [status: number, words: RegExp, code: ErrorCode, caller: number][] = [
  [400, /identifier is invalid/, 'model-not-found', 404],
  [400, /./, 'invalid-request', 400],
  [403, /security token/, 'upstream', 502],
  [404, /Legacy/, 'model-not-found', 404],
  [429, /Too many tokens/, 'rate-limit', 429],
]

function expectedError({ response }: Recording) {
  const message = String((response.body as { message?: string }).message)
  const [, , code, status] = CODES.find(
    ([recorded, words]) => recorded === response.status && words.test(message),
  )!
  return { code, status }
}

const succeeded = ({ response }: Recording) => response.status === 200

describe.skipIf(!sharedRoot())('every recorded Converse exchange', () => {
  it.each(recordings('aws/Converse'))('$file', async (recording) => {
    fake.respond(recording)
    // A second call would be a mistake.
    fake.script({ status: 500 })
    const asked = modelOf(recording.modelId).reply(QUESTION, call())
    if (!succeeded(recording)) {
      await expect(asked).rejects.toMatchObject(expectedError(recording))
      return fake.forget()
    }
    const { reply, served } = await asked
    expect(reply).toEqual(bedrockConverse.client.decodeReply(recording.response.body))
    expect(served.model).toBe(recording.modelId)
    expect(fake.requests.at(-1)?.path).toBe(
      `/model/${encodeURIComponent(recording.modelId)}/converse`,
    )
    fake.forget()
  })
})

interface Outcome {
  events: ReplyEvent[]
  error?: ErrorCode
}

function decodedAtOnce(bytes: Uint8Array): Outcome {
  const decoder = bedrockConverse.client.replyDecoder()
  const events: ReplyEvent[] = []
  try {
    events.push(...decoder.read(bytes))
    events.push(...decoder.end())
    return { events }
  } catch (thrown) {
    return { events, error: asGatewayError(thrown).code }
  }
}

async function streamed(id: string): Promise<Outcome> {
  const events: ReplyEvent[] = []
  try {
    const stream = (await modelOf(id).stream(QUESTION, call())).events
    for (let batch = await stream.read(); batch; batch = await stream.read()) events.push(...batch)
    return { events }
  } catch (thrown) {
    return { events, error: asGatewayError(thrown).code }
  }
}

const isException = (event: unknown) => JSON.stringify(event).includes('xception"')

describe.skipIf(!sharedRoot())('every recorded ConverseStream exchange', () => {
  it.each(recordings('aws/ConverseStream'))('$file', async (recording) => {
    const script = replay(recording)
    fake.script({ ...script, cutEvery: 499 })
    fake.script({ status: 500 })
    const told = await streamed(recording.modelId)
    fake.forget()
    if (!succeeded(recording)) {
      expect(told).toEqual({ events: [], error: expectedError(recording).code })
      return
    }
    expect(told).toEqual(decodedAtOnce(script.bytes!))
    // The streams that break off were made for the purpose; every real one ends well.
    const broken = told.error !== undefined
    expect(broken).toBe(recording.events?.some((event) => isException(event)) === true)
    if (!broken) expect(told.events.at(-1)?.type).toBe('reply-end')
  })
})
