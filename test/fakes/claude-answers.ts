import type { FakeFrame } from './fake-bedrock-frames.ts'

type Json = Record<string, unknown>

/** A whole answer of Claude, as InvokeModel gives it. */
export function claudeReply(content: Json[], more: Json = {}): Json {
  return {
    model: 'claude-sonnet-4-5-20250929',
    id: 'msg_bdrk_01',
    type: 'message',
    role: 'assistant',
    content,
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: USAGE,
    ...more,
  }
}

const USAGE = {
  input_tokens: 12,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 5,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: 7,
  service_tier: 'standard',
}

/** Events of Anthropic's stream as InvokeModelWithResponseStream frames them. */
export function chunkFrames(events: readonly unknown[]): FakeFrame[] {
  return events.map((event) => ({
    event: 'chunk',
    payload: {
      bytes: Buffer.from(JSON.stringify(event)).toString('base64'),
      p: 'abcdefghijklmnop',
    },
  }))
}

/** The events of a streamed answer that says these pieces. */
export function claudeEvents(pieces: readonly string[]): Json[] {
  const { output_tokens: _, ...read } = USAGE
  return [
    {
      type: 'message_start',
      message: { ...claudeReply([], { stop_reason: null }), usage: { ...read, output_tokens: 1 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...pieces.map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 7 },
    },
    {
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': { inputTokenCount: 12, outputTokenCount: 7 },
    },
  ]
}
