import { describe, expect, it } from 'vitest'
import { openaiResponses } from '../../../app/dialects/openai-responses/index.ts'
import { type Recording, recordings, sharedRoot } from '../../fakes/shared.ts'
import {
  decoded,
  eventsIn,
  head,
  type Json,
  replyEvents,
  replyOf,
  requestBody,
} from './recorded.ts'

const { server, client } = openaiResponses
const all = [...recordings('openai/openai.responses'), ...recordings('aws/Mantle.responses')]
const answered = all.filter(
  ({ request, response }) =>
    response.status === 200 && !(request.body as Json | undefined)?.['prompt'],
)
const whole = answered.filter(({ response }) => response.body)
const streamed = answered.filter(({ response }) => response.bodyText?.includes('event:'))

/** Ids are ours, sealed thoughts the model's; these members came to the API after the recording, or left it. */
function normalItem(item: Json): Json {
  const { id: _, encrypted_content: __, container_id: ___, phase: ____, status, ...rest } = item
  const { content, name, type, action } = rest as Json & { content?: Json[]; action?: Json }
  return {
    ...rest,
    ...(content && { content: content.map(normalPart) }),
    ...(action && { action: { type: action['type'], query: action['query'] } }),
    ...(type === 'reasoning' && !content?.length && { content: undefined }),
    ...(type !== 'reasoning' && { status }),
    ...(name !== undefined && { name }),
  }
}

const normalPart = ({ logprobs: _, ...part }: Json) => part

const plainly = (value: unknown) => JSON.parse(JSON.stringify(value))

/** Members of the echo that say the same for every recorded client. */
const ECHOED = [
  'background',
  'instructions',
  'max_output_tokens',
  'metadata',
  'object',
  'parallel_tool_calls',
  'previous_response_id',
  'status',
  'error',
  'incomplete_details',
  'usage',
] as const

describe.skipIf(!sharedRoot())('recorded requests', () => {
  it.each(answered.map((one) => [one.file, one] as const))('are understood: %s', (_, one) => {
    const conversation = decoded(requestBody(one))
    expect(conversation.turns.length + conversation.system.length).toBeGreaterThan(0)
  })
})

describe.skipIf(!sharedRoot())('recorded responses', () => {
  const cases = whole.flatMap((one) => {
    const reply = replyOf(one.response.body as Json)
    return reply ? [[one.file, one, reply] as const] : []
  })

  it('are answers our models could have given, for the most part', () => {
    expect(cases.length).toBeGreaterThan(40)
  })

  it.each(cases)('are written as OpenAI wrote them: %s', (_, one, reply) => {
    const recorded = one.response.body as Json
    const ours = plainly(
      server.encodeReply([reply], conversationOf(one), { ...head, now: () => 1 }),
    ) as Json
    expect((ours['output'] as Json[]).map(normalItem)).toEqual(
      (recorded['output'] as Json[]).map((item) => plainly(normalItem(item))),
    )
    for (const member of ECHOED) {
      if (!(member in recorded)) continue
      expect(withoutNew(ours[member], recorded[member]), member).toEqual(recorded[member])
    }
  })
})

describe.skipIf(!sharedRoot())('recorded answers of a server that speaks the dialect too', () => {
  const complete = ({ response }: Recording) => (response.body as Json)['status'] === 'completed'
  const cases = whole.filter(complete).map((one) => [one.file, one] as const)

  it.each(cases)('come through with every item, whole: %s', (_, one) => {
    const recorded = one.response.body as Json
    const reply = client.decodeReply(recorded)
    const ours = plainly(server.encodeReply([reply], conversationOf(one), head)) as Json
    expect((ours['output'] as Json[]).map(outline)).toEqual(
      (recorded['output'] as Json[]).map(outline),
    )
  })

  it.each(streamed.map((one) => [one.file, one] as const))('and streamed: %s', (_, one) => {
    const text = one.response.bodyText!
    const decoder = client.replyDecoder()
    const said = [...decoder.read(new TextEncoder().encode(text)), ...decoder.end()]
    const encoder = server.replyEncoder(conversationOf(one), head)
    const ours = eventsIn(encoder.write(said) + encoder.end())
    const last = (events: Json[]) => (events.at(-1)!['response'] as Json)['output'] as Json[]
    expect(last(ours).map(outline)).toEqual(last(eventsIn(text)).map(outline))
  })
})

/** What an item says; thoughts are sealed anew, and files cited by the upstream's own ids are its own. */
function outline(item: Json): Json {
  const { type, content, arguments: given, action, output } = plainly(item) as Json
  const said = Array.isArray(content) ? content.map(({ text }: Json) => text) : undefined
  return plainly({ type, said: type === 'reasoning' ? undefined : said, given, action, output })
}

/** A conversation whose platform tools are those of a model that has them. */
function conversationOf(one: Recording) {
  return decoded(requestBody(one))
}

/** Members that a recording is too old to have. */
function withoutNew(ours: unknown, recorded: unknown): unknown {
  if (!isJson(ours) || !isJson(recorded)) return ours
  const kept = Object.entries(ours).filter(([key]) => key in recorded)
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutNew(value, recorded[key])]))
}

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

describe.skipIf(!sharedRoot())('recorded streams', () => {
  const cases = streamed.flatMap((one) => {
    const events = eventsIn(one.response.bodyText!)
    const reply = replyOf(events.at(-1)!['response'] as Json)
    return reply ? [[one.file, one, { events, reply }] as const] : []
  })

  it('are answers our models could have given, for the most part', () => {
    expect(cases.length).toBeGreaterThan(12)
  })

  it.each(cases)('have the grammar of ours: %s', (_, one, { events, reply }) => {
    const encoder = server.replyEncoder(conversationOf(one), head)
    const said = replyEvents(reply, events)
    const ours = eventsIn(encoder.write(said) + encoder.end())
    expect(ours.map(shapeOf)).toEqual(events.map(shapeOf))
    expect(ours.map((event) => event['sequence_number'])).toEqual(ours.map((_one, at) => at))
  })
})

/** What an event is about: all but ids, and the response it shows. */
function shapeOf(event: Json): Json {
  const { type, output_index, content_index, annotation_index, delta, text, part, item } = event
  const message = isJson(item) ? normalItem(item) : undefined
  return plainly({
    type,
    output_index,
    content_index,
    annotation_index,
    delta,
    text,
    arguments: event['arguments'],
    annotation: event['annotation'],
    part: isJson(part) ? normalPart(part) : undefined,
    item: message?.['type'] === 'web_search_call' ? { type: message['type'] } : message,
    status: isJson(event['response']) ? event['response']['status'] : undefined,
  })
}
