import { sseData } from '../../codecs/streams/sse.ts'
import type { Conversation } from '../../conversation/conversation.ts'
import type { Reply, ReplyEnd, ReplyEvent } from '../../conversation/events.ts'
import type { AnswerHead, ReplyEncoder } from '../dialect.ts'
import { encodeCitation } from '../knowledge-words.ts'
import { encodeError } from '../openai-error.ts'
import type { WireGenerateResponse } from './wire.ts'

export function encodeReply(replies: Reply[]): WireGenerateResponse {
  const { parts, end } = replies[0]!
  const output = parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const citations = (end.knowledge?.spans ?? []).map(encodeCitation)
  return { output, citations, ...ending(end) }
}

function ending({ knowledge, guardrail }: Pick<ReplyEnd, 'knowledge' | 'guardrail'>) {
  return {
    sessionId: knowledge?.session ?? null,
    ...(guardrail && {
      guardrailAction: guardrail.intervened ? ('INTERVENED' as const) : ('NONE' as const),
    }),
  }
}

/** Words as they come, citations when they are known, the end last. */
export function replyEncoder(_conversation: Conversation, _head: AnswerHead): ReplyEncoder {
  const texts = new Set<number>()
  return {
    write(events) {
      let text = ''
      for (const event of events) text += write(event, texts)
      return text
    },
    end: () => 'data: [DONE]\n\n',
    fail: (error) => sseData(JSON.stringify(encodeError(error))),
    keepAlive: ': keep-alive\n\n',
  }
}

function write(event: ReplyEvent, texts: Set<number>): string {
  switch (event.type) {
    case 'part-start':
      if (event.part.type === 'text') texts.add(event.index)
      return ''
    case 'part-delta':
      return texts.has(event.index) ? output(event.text) : ''
    case 'part-citation': {
      const { span } = event.citation
      if (!span) return ''
      return sseData(JSON.stringify({ type: 'citation', citation: encodeCitation(span) }))
    }
    case 'reply-end':
      return sseData(JSON.stringify({ type: 'end', ...ending(event) }))
    default:
      return ''
  }
}

const output = (text: string) =>
  text === '' ? '' : `data: {"type":"output","text":${JSON.stringify(text)}}\n\n`
