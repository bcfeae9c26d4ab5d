import { describe, expect, it } from 'vitest'
import {
  anthropicRecordings,
  bedrockRecordings,
  isAnswer,
  type Json,
  sseEvents,
} from '../../dialects/anthropic-messages/recorded.ts'
import { normalForm } from '../../dialects/bedrock-converse/normal-form.ts'
import { bedrockOfFile } from '../../fakes/bedrock-of-file.ts'
import { chunkFrames, claudeReply } from '../../fakes/claude-answers.ts'
import { type Recording, sharedRoot } from '../../fakes/shared.ts'
import { eventsOf, jsonOf, lastAsked, stageAws } from './stage.ts'

const fake = await bedrockOfFile()

/** Nothing is filtered, so that what is lost is lost by us. */
const OPEN = { ANTHROPIC_BETA_FILTER: 'false' }

/** The oldest models are retired: their successors would be asked, which take less. */
function modelOf({ side, modelId }: Recording): string {
  if (/claude-v2/.test(modelId)) return 'anthropic.claude-3-something'
  return side === 'aws' ? modelId : `anthropic.${modelId}`
}

/** What a recorded stream held, each event as its own object. */
function recordedEvents({ response, events = [] }: Recording): Json[] | undefined {
  if (response.bodyText !== undefined) return sseEvents(response.bodyText)
  if (response.bodyBase64 === undefined) return undefined
  return (events as { type: string; payload: Json }[])
    .filter(({ type }) => type === 'chunk')
    .map(({ payload }) => payload)
}

/** Ours in every answer: the id, and the model by the caller's name. */
const withoutNames = ({ id: _, model: __, ...rest }: Json): Json => rest

const withoutMetrics = ({ 'amazon-bedrock-invocationMetrics': _, ...event }: Json): Json => event

/** The first event is written anew; all others pass. */
function compared(events: Json[]): Json[] {
  return events.map(({ message, ...event }) =>
    message ? { ...event, message: withoutNames(message as Json) } : withoutMetrics(event),
  )
}

/** Where the model counted nothing, AWS did, in the head of its answer. */
const counted = ({ response: { headers, body } }: Recording): Json => ({
  usage: {
    input_tokens: Number(headers['x-amzn-bedrock-input-token-count']),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: Number(headers['x-amzn-bedrock-output-token-count']),
  },
  ...(body as Json),
})

async function pass(recording: Recording) {
  const staged = stageAws(fake, OPEN)
  const body = recording.request.body as Json
  const events = recordedEvents(recording)
  fake.forget()
  if (events && recording.side === 'anthropic') fake.script({ frames: chunkFrames(events) })
  else fake.respond(recording)
  const streamed = events ? { stream: true } : {}
  const answer = await staged.ask({ ...body, ...streamed, model: modelOf(recording) })
  return { answer, sent: lastAsked(fake).body, body, events }
}

const all = [
  ...anthropicRecordings(),
  ...bedrockRecordings('InvokeModel'),
  ...bedrockRecordings('InvokeModelWithResponseStream'),
].filter((recording) => isAnswer(recording) && recording.authenticity !== 'constructed')

describe.skipIf(!sharedRoot())('every recorded exchange with Claude passes its lane', () => {
  it.each(all)('$file', async (recording) => {
    const { answer, sent, body, events } = await pass(recording)
    const { model: _, stream: __, ...asked } = body
    expect(normalForm(sent)).toEqual(
      normalForm({ anthropic_version: 'bedrock-2023-05-31', ...asked }),
    )
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-outcrop-ignored-params')).toBe(null)
    if (events) {
      const told = await eventsOf(answer)
      expect(told.map(({ event }) => event)).toEqual(told.map(({ data }) => data['type']))
      expect(compared(told.map(({ data }) => data))).toEqual(compared(events))
    } else {
      expect(withoutNames(await jsonOf(answer))).toEqual(withoutNames(counted(recording)))
    }
  })
})

describe.skipIf(!sharedRoot())('every recorded request is taken with the filter on', () => {
  const asked = [...anthropicRecordings(), ...bedrockRecordings('InvokeModel')].filter(isAnswer)

  it.each(asked)('$file', async (recording) => {
    const staged = stageAws(fake)
    fake.forget()
    fake.script({ body: claudeReply([{ type: 'text', text: '{}' }]) })
    const body = { ...(recording.request.body as Json), stream: false }
    const answer = await staged.ask({ ...body, model: modelOf(recording) })
    expect(answer.status).toBe(200)
    const ignored = answer.headers.get('x-outcrop-ignored-params')?.split(', ') ?? []
    // Only what a table names goes, and it is named.
    for (const name of ignored) expect(name).toMatch(FILTERED)
  })
})

const FILTERED =
  /^(anthropic_beta\.[\w-]+|tools\.(defer_loading|input_examples|eager_input_streaming|allowed_callers)|cache_control\.scope|context_management|mcp_servers|container|speed|inference_geo|diagnostics|top_p)$/
