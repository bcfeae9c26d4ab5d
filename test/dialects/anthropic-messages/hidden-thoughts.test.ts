import { describe, expect, it } from 'vitest'
import {
  anthropicMessages,
  createAnthropicMessages,
} from '../../../app/dialects/anthropic-messages/index.ts'
import { sealThought } from '../../../app/dialects/seal.ts'
import { joined } from '../../fakes/bytes.ts'
import { chunkFrames } from '../../fakes/claude-answers.ts'
import { encodeFrame } from '../../fakes/fake-bedrock-frames.ts'
import { conversation } from './cards.ts'
import { type Json, sseEvents } from './recorded.ts'

const bedrock = createAnthropicMessages({ form: 'bedrock' })
const asked = conversation({ reasoning: { adaptive: true, display: 'omitted' } })

const started = (index: number, content_block: Json) => ({
  type: 'content_block_start',
  index,
  content_block,
})
const grown = (index: number, delta: Json) => ({ type: 'content_block_delta', index, delta })
const stopped = (index: number) => ({ type: 'content_block_stop', index })
const began = started(0, { type: 'thinking', thinking: '', signature: '' })
const shown = grown(0, { type: 'thinking_delta', thinking: 'Hm' })
const sealed = grown(0, { type: 'signature_delta', signature: 'sig' })
const said = [
  started(1, { type: 'text', text: '' }),
  grown(1, { type: 'text_delta', text: 'a' }),
  stopped(1),
]
const closing = {
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage: { output_tokens: 9 },
}
const stop = { type: 'message_stop' }

/** All but the start of an answer with these blocks, that comes in pieces of so many events. */
function told(blocks: Json[], size: number): Json[] {
  const message = { id: 'i', model: 'c', usage: { input_tokens: 4, output_tokens: 1 } }
  const events: Json[] = [{ type: 'message_start', message }, ...blocks, closing, stop]
  const decoder = bedrock.client.replyDecoder()
  const encoder = anthropicMessages.server.replyEncoder(asked, { id: 'm', created: 0, model: 'm' })
  let text = ''
  for (let at = 0; at < events.length; at += size) {
    const frames = chunkFrames(events.slice(at, at + size)).map(encodeFrame)
    text += encoder.write(decoder.read(joined(frames)))
  }
  text += encoder.write(decoder.end()) + encoder.end()
  return sseEvents(text).slice(1)
}

describe('a stream of Anthropic’s whose thoughts its caller does not want to see', () => {
  const sizes = Array.from({ length: 12 }, (_, index) => index + 1)

  it.each(sizes)('goes on as it came where it shows none, %i at a time', (size) => {
    const empty = grown(0, { type: 'thinking_delta', thinking: '', estimated_tokens: 50 })
    const strange = grown(1, { type: 'delta_of_next_year', x: 1 })
    const blocks = [began, empty, sealed, stopped(0), said[0]!, strange, said[2]!]
    expect(told(blocks, size)).toEqual([...blocks, closing, stop])
  })

  it.each(sizes)('has what it shows packed into the signature, %i at a time', (size) => {
    const events = told([began, shown, shown, sealed, stopped(0), ...said], size)
    const signature = sealThought({ text: 'HmHm', signature: 'sig' })
    expect(events).toEqual([
      began,
      grown(0, { type: 'signature_delta', signature }),
      stopped(0),
      ...said,
      closing,
      stop,
    ])
  })

  it.each(sizes)('has a block that was redacted once, %i at a time', (size) => {
    const redacted = [started(0, { type: 'redacted_thinking', data: 'x' }), stopped(0)]
    const moved = (events: Json[]) => events.map((event) => ({ ...event, index: 1 }))
    const thought = moved([began, shown, sealed, stopped(0)])
    const events = told([{ type: 'ping' }, ...redacted, ...thought], size)
    const signature = sealThought({ text: 'Hm', signature: 'sig' })
    const packed = grown(0, { type: 'signature_delta', signature })
    expect(events).toEqual([...redacted, ...moved([began, packed, stopped(0)]), closing, stop])
  })

  it.each(sizes)('stops all it began where a thought has no seal, %i at a time', (size) => {
    const events = told([began, shown, stopped(0), ...said], size)
    // A block may have gone out before its first words came.
    const open = events[0]?.['content_block'] as Json
    const thought = open['type'] === 'thinking' ? [began, stopped(0)] : []
    const index = thought.length === 0 ? 0 : 1
    expect(events).toEqual([
      ...thought,
      ...said.map((event) => ({ ...event, index })),
      closing,
      stop,
    ])
  })
})
