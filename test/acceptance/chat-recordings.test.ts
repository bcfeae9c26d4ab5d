import { beforeAll, describe, expect, it } from 'vitest'
import type { Conversation } from '../../app/conversation/conversation.ts'
import { bedrockConverse } from '../../app/dialects/bedrock-converse/index.ts'
import { converseRequest } from '../../app/dialects/bedrock-converse/request-schema.ts'
import type { AnswerHead } from '../../app/dialects/dialect.ts'
import { openaiChat } from '../../app/dialects/openai-chat/index.ts'
import { chatCompletionRequest } from '../../app/dialects/openai-chat/wire.ts'
import { asGatewayError } from '../../app/errors.ts'
import { countWhole } from '../../app/gateway/answers/meter.ts'
import { readModelId } from '../../app/providers/aws/bedrock/model-id.ts'
import { normalForm } from '../dialects/bedrock-converse/normal-form.ts'
import { specificationFaults } from '../dialects/openai-chat/openai-schemas.ts'
import { replay } from '../fakes/fake-bedrock.ts'
import type { FakeCatalogue } from '../fakes/fake-bedrock-catalogue.ts'
import { type Recording, recordings, sharedRoot } from '../fakes/shared.ts'
import { bodyOf, chunksOf, type Json, useFakeBedrock } from '../features/stage.ts'
import { CHANGED, REFUSED, UNSAYABLE } from './exceptions.ts'
import { express } from './express.ts'
import { mediaOf } from './media.ts'

const bedrock = useFakeBedrock()

/** A recording whose request is there, with its attachments, and what it says. */
interface Kept {
  recording: Recording
  body: unknown
  /** The same question in the words of chat completions. */
  said: Json | { unsayable: string }
}

const kept = ['aws/Converse', 'aws/ConverseStream'].flatMap(recordings).flatMap(readKept)
const sayable = kept.filter((one): one is Kept & { said: Json } => !('unsayable' in one.said))

function readKept(recording: Recording): Kept[] {
  const body = recording.request.body && mediaOf(recording.request.body)
  if (!body) return []
  const { modelId, operation } = recording
  const stream = operation === 'ConverseStream'
  const heard = converseRequest.parse({ ...(body as object), modelId, stream })
  return [{ recording, body, said: express(bedrockConverse.server.decodeRequest(heard)) }]
}

const FLAGS = {
  LOG_LEVEL: 'silent',
  AWS_BEDROCK_ALLOW_APPLICATION_INFERENCE_PROFILE_ARN: 'true',
  AWS_BEDROCK_ALLOW_CROSS_REGION_INFERENCE_PROFILE_ARN: 'true',
  AWS_BEDROCK_CHECK_AVAILABILITY: 'false',
  AWS_S3_ACCEPTED_BUCKETS: 'pydantic-ai-test-files',
}

/** Everything recorded is on offer, for what is not and was retired since is answered by a successor. */
function catalogueOf(ids: string[]): FakeCatalogue {
  const bases = new Set<string>()
  const profiles = new Map<string, string>()
  for (const id of ids) {
    const { base, geography } = id.startsWith('arn:') ? {} : (readModelId(id) ?? {})
    if (base) bases.add(base)
    if (base && geography) profiles.set(id, base)
  }
  return {
    models: [...bases].map((modelId) => ({ modelId })),
    profiles: [...profiles].map(([inferenceProfileId, base]) => ({
      inferenceProfileId,
      models: [{ modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${base}` }],
    })),
  }
}

let app: ReturnType<typeof bedrock.open>
beforeAll(async () => {
  bedrock.fake.catalogue(catalogueOf(kept.map(({ recording }) => recording.modelId)))
  app = bedrock.open(FLAGS)
  await app.app.request('/v1/models')
})

async function ask({ recording, said }: Kept) {
  bedrock.fake.respond(recording)
  // A second call would be a mistake.
  bedrock.fake.script({ status: 500 })
  const response = await app.ask(said as Json)
  return { response, text: await response.text() }
}

describe.skipIf(!sharedRoot())('a recorded question, asked as a chat completion', () => {
  it.each(sayable.map((one) => [one.recording.file, one] as const))('%s', async (file, one) => {
    const { response, text } = await ask(one)
    const refusal = REFUSED[file]
    if (refusal) {
      expect(bedrock.sent()).toEqual([])
      expect(response.status).toBe(refusal.status)
      expect(JSON.parse(text)).toMatchObject({ error: { code: refusal.code } })
      return
    }
    const [first] = bedrock.fake.requests
    const asked = normalQuestion(bodyOf(first!))
    if (CHANGED[file]) expect(asked).not.toEqual(normalQuestion(one.body))
    else expect(asked).toEqual(normalQuestion(one.body))
    checkAnswer(one, response, text)
  })

  it('can be asked, but for those that use what chat completions has no words for', () => {
    const tally: Record<string, number> = {}
    for (const { said } of kept) {
      if ('unsayable' in said) {
        const reason = String(said['unsayable'])
        tally[reason] = (tally[reason] ?? 0) + 1
      }
    }
    expect(tally).toEqual(UNSAYABLE)
    expect(sayable.length).toBeGreaterThan(170)
  })

  it('leaves no exception without its recording', () => {
    const files = new Set(sayable.map(({ recording }) => recording.file))
    const exceptions = [...Object.keys(CHANGED), ...Object.keys(REFUSED)]
    expect(exceptions.filter((file) => !files.has(file))).toEqual([])
  })
})

/** The normal form, and the text of a schema as the JSON it is: every client spaces it in its own way. */
function normalQuestion(body: unknown): unknown {
  const form = normalForm(body) as { outputConfig?: OutputConfig }
  const jsonSchema = form.outputConfig?.textFormat?.structure.jsonSchema
  if (jsonSchema) jsonSchema.schema = normalForm(JSON.parse(String(jsonSchema.schema)))
  return form
}

interface OutputConfig {
  textFormat?: { structure: { jsonSchema: { schema: unknown } } }
}

const faults = specificationFaults()

function checkAnswer({ recording, said }: Kept, response: Response, text: string): void {
  const { status } = recording.response
  if (status !== 200) {
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(JSON.parse(text)).toMatchObject({ error: { type: expect.any(String) } })
    return
  }
  expect(response.status).toBe(200)
  const conversation = openaiChat.server.decodeRequest(chatCompletionRequest.parse(said))
  if (recording.operation === 'ConverseStream') {
    expect(text).toBe(expectedStream(recording, conversation, headOf(chunksOf(text)[0]!)))
    return
  }
  const answer = JSON.parse(text) as Json
  const decoded = bedrockConverse.client.decodeReply(recording.response.body)
  // Two answers were recorded without their count.
  const reply = countWhole(decoded, conversation)
  expect(answer).toEqual(
    JSON.parse(
      JSON.stringify(openaiChat.server.encodeReply([reply], conversation, headOf(answer))),
    ),
  )
  expect(faults?.('CreateChatCompletionResponse', answer)).toEqual([])
}

const headOf = ({ id, created, model }: Json) => ({ id, created, model }) as AnswerHead

/** What the recorded bytes are in chat completions, the error of a stream that broke off included. */
function expectedStream(recording: Recording, conversation: Conversation, head: AnswerHead) {
  const decoder = bedrockConverse.client.replyDecoder()
  const encoder = openaiChat.server.replyEncoder(conversation, head)
  let text = ''
  try {
    text += encoder.write(decoder.read(replay(recording).bytes!))
    text += encoder.write(decoder.end())
    return text + encoder.end()
  } catch (thrown) {
    return text + encoder.fail(asGatewayError(thrown))
  }
}
