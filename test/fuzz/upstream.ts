import type { ByteSource, Transport, UpstreamRequest } from '../../app/ports/transport.ts'
import { claudeReply } from '../fakes/claude-answers.ts'
import type { SeenRequest } from '../fakes/fake-bedrock.ts'
import { createControlPlane } from '../fakes/fake-bedrock-catalogue.ts'
import { encodeFrame, textFrames, textReply } from '../fakes/fake-bedrock-frames.ts'

interface Answer {
  status?: number
  type?: string
  body: string | Uint8Array
}

const json = (body: unknown, status = 200): Answer => ({ status, body: JSON.stringify(body) })

/** Models by name that are asked here; what one gives is what it is known for. */
export const UPSTREAM_MODELS = [
  'amazon.nova-micro-v1:0',
  'us.amazon.nova-2-lite-v1:0',
  'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  'openai.gpt-oss-120b-1:0',
  'mistral.mistral-large-3-675b-instruct',
  'amazon.titan-embed-text-v2:0',
  'gpt-4o-mini',
]

/** JSON, for those who ask for it. */
const WORDS = '{"city":"Rome"}'

const controlPlane = createControlPlane()
const FRAMES = Uint8Array.from(
  textFrames(['{"city"', ':"Rome"', '}']).flatMap((frame) => [...encodeFrame(frame)]),
)
const CHAT = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content: WORDS }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}
const { choices: _, ...HEAD } = CHAT
const CHUNKS = [
  { ...HEAD, choices: [{ index: 0, delta: { content: WORDS }, finish_reason: null }] },
  { ...HEAD, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
]

/**
 * AWS and an OpenAI in memory, who answer what they know with a few words, and refuse everything else as
 * invalid: whatever then ends with 5xx is our own doing.
 */
export function createUpstream(): Transport & { asked: UpstreamRequest[] } {
  const asked: UpstreamRequest[] = []
  return {
    asked,
    send: async (request) => {
      asked.push(request)
      const { status = 200, type = 'application/json', body } = answerTo(request)
      const headers: Record<string, string> = { 'content-type': type }
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
      return {
        status,
        header: (name) => headers[name],
        body: once(bytes),
        text: async () => new TextDecoder().decode(bytes),
      }
    },
  }
}

function answerTo({ method, path, body }: UpstreamRequest): Answer {
  const seen = { method, path } as SeenRequest
  if (controlPlane.knows(seen)) return json(controlPlane.answer(seen).body)
  if (path.endsWith('/chat/completions')) return openaiChat(String(body))
  const [, place, id = '', operation] = path.split('/')
  if (place === 'model') return model(decodeURIComponent(id), operation)
  return refused
}

const refused = json({ message: 'This is not valid.', __type: 'ValidationException' }, 400)

function model(id: string, operation: string | undefined): Answer {
  if (operation === 'converse') return json(textReply(WORDS))
  if (operation === 'converse-stream') {
    return { type: 'application/vnd.amazon.eventstream', body: FRAMES }
  }
  if (operation !== 'invoke') return refused
  if (id.includes('claude')) return json(claudeReply([{ type: 'text', text: WORDS }]))
  if (id.includes('titan-embed')) return json({ embedding: [0.5, 0.25], inputTextTokenCount: 1 })
  return refused
}

function openaiChat(body: string): Answer {
  if (!body.includes('"stream":true')) return json(CHAT)
  const frames = CHUNKS.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')
  return { type: 'text/event-stream', body: `${frames}data: [DONE]\n\n` }
}

function once(bytes: Uint8Array): ByteSource {
  let left: Uint8Array | undefined = bytes
  return {
    read: async () => {
      const given = left
      left = undefined
      return given
    },
    cancel: () => {},
  }
}
