import { createApp } from '../../app/app.ts'
import { createEventStreamDecoder } from '../../app/codecs/event-stream/event-stream.ts'
import type { Runtime } from '../../app/ports/runtime.ts'
import type { Transport } from '../../app/ports/transport.ts'
import { createDigest } from '../../runtimes/digest.ts'
import { webStreamOut } from '../../runtimes/serving/web-stream-out.ts'
import { stagedRuntime } from '../http/stage.ts'
import type { Wire } from './scripted-aws.ts'

const NOVA = 'amazon.nova-micro-v1:0'
const CLAUDE = 'anthropic.claude-3-haiku-20240307-v1:0'
const messages = [{ role: 'user', content: 'Hi' }]
const said = [{ role: 'user', content: [{ text: 'Hi' }] }]

/** What a caller has read to its end, in the words of every dialect alike. */
interface Ending {
  /** The one frame or event that only a whole answer ends with. */
  success: boolean
  /** Frames that tell of an error. */
  errors: number
  /** What the caller took for the text of the answer. */
  text: string
}

/** One way to stream, and how its callers know that all is well. */
export interface Surface {
  name: string
  wire: Wire
  path: string
  body: Record<string, unknown>
  ending(bytes: Uint8Array): Ending
}

type Json = Record<string, never>

interface Event {
  event?: string
  data: string
}

function eventsOf(bytes: Uint8Array): Event[] {
  const blocks = new TextDecoder().decode(bytes).split('\n\n')
  return blocks.flatMap((block) => {
    const data = /^data: (.*)$/m.exec(block)?.[1]
    return data === undefined ? [] : [{ event: /^event: (.*)$/m.exec(block)?.[1], data }]
  })
}

/** Server-sent events; `isEnd` and `isError` see those that are JSON. */
const ofEvents =
  (told: {
    isEnd(event: Event, json?: Json): boolean
    isError(json: Json): boolean
    textOf(json: Json): string | undefined
  }) =>
  (bytes: Uint8Array): Ending => {
    const ending: Ending = { success: false, errors: 0, text: '' }
    for (const event of eventsOf(bytes)) {
      const json = event.data.startsWith('{') ? (JSON.parse(event.data) as Json) : undefined
      if (told.isEnd(event, json)) ending.success = true
      if (json && told.isError(json)) ending.errors++
      ending.text += (json && told.textOf(json)) ?? ''
    }
    return ending
  }

const openai = (textOf: (choice: { delta?: { content?: string }; text?: string }) => unknown) =>
  ofEvents({
    isEnd: ({ data }) => data === '[DONE]',
    isError: (json) => 'error' in json,
    textOf: (json) => (json['choices']?.[0] && textOf(json['choices'][0])) as string | undefined,
  })

const anthropic = ofEvents({
  isEnd: (_, json) => json?.['type'] === 'message_stop',
  isError: (json) => json['type'] === 'error',
  textOf: (json) => (json['delta'] as { text?: string } | undefined)?.text,
})

const responses = ofEvents({
  isEnd: (_, json) => json?.['type'] === 'response.completed',
  isError: (json) => json['type'] === 'response.failed',
  textOf: (json) => (json['type'] === 'response.output_text.delta' ? json['delta'] : undefined),
})

/** AWS's own frames: what `isEnd` names is the last of a whole answer. */
const native =
  (read: (type: string, json: Json) => { text?: string; end?: boolean }) =>
  (bytes: Uint8Array): Ending => {
    const ending: Ending = { success: false, errors: 0, text: '' }
    const decoder = createEventStreamDecoder()
    for (const { messageType, type, payload } of decoder.read(bytes)) {
      if (messageType !== 'event') {
        ending.errors++
        continue
      }
      const { text = '', end } = read(type, JSON.parse(payload))
      ending.text += text
      if (end) ending.success = true
    }
    decoder.end()
    return ending
  }

const converse = native((type, json) => ({
  text: (json['delta'] as { text?: string } | undefined)?.text,
  end: type === 'metadata',
}))

const invoke = native((_, json) => {
  const event = JSON.parse(Buffer.from(String(json['bytes']), 'base64').toString())
  return { text: event.delta?.text, end: event.type === 'message_stop' }
})

/** Every way in which an answer is streamed; Claude is asked by InvokeModel in its own words, Nova by Converse. */
export const SURFACES: Surface[] = [
  {
    name: 'chat',
    wire: 'converse',
    path: '/v1/chat/completions',
    body: { model: NOVA, messages, stream: true, store: true },
    ending: openai(({ delta }) => delta?.content),
  },
  {
    name: 'completions',
    wire: 'converse',
    path: '/v1/completions',
    body: { model: NOVA, prompt: 'Hi', stream: true },
    ending: openai(({ text }) => text),
  },
  {
    name: 'messages',
    wire: 'converse',
    path: '/v1/messages',
    body: { model: NOVA, messages, max_tokens: 9, stream: true },
    ending: anthropic,
  },
  {
    name: 'messages of Claude',
    wire: 'invoke',
    path: '/v1/messages',
    body: { model: CLAUDE, messages, max_tokens: 9, stream: true },
    ending: anthropic,
  },
  {
    name: 'responses',
    wire: 'converse',
    path: '/v1/responses',
    body: { model: NOVA, input: 'Hi', stream: true, store: true },
    ending: responses,
  },
  {
    name: 'native converse',
    wire: 'converse',
    path: `/model/${encodeURIComponent(NOVA)}/converse-stream`,
    body: { messages: said },
    ending: converse,
  },
  {
    name: 'native invoke',
    wire: 'invoke',
    path: `/model/${encodeURIComponent(CLAUDE)}/invoke-with-response-stream`,
    body: { anthropic_version: 'bedrock-2023-05-31', messages, max_tokens: 9 },
    ending: invoke,
  },
]

const ENV = {
  AWS_REGION: 'us-east-1',
  AWS_BEARER_TOKEN_BEDROCK: 'ABSK',
  AWS_BEDROCK_CHECK_AVAILABILITY: 'false',
  STATE_DIR: 'memory',
  FILES_DIR: 'memory',
}

/** The whole app before an upstream that lives in memory. */
export function openHouse(
  transport: Transport,
  {
    env = {},
    runtime: own = {},
  }: { env?: Record<string, string>; runtime?: Partial<Runtime> } = {},
) {
  const { runtime, log } = stagedRuntime({ ...ENV, ...env })
  const app = createApp({
    ...runtime,
    streamOut: webStreamOut,
    digest: createDigest(),
    transport,
    ...own,
  })
  const ask = (path: string, body: unknown, init: RequestInit = {}) =>
    app.request(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
      ...init,
    })
  return { app, ask, log }
}
